/* The only place where setjmp meets longjmp: C frames alone, with R's own on top. */
#include <Rinternals.h>
#include <setjmp.h>

static void leave(void *target, Rboolean jump) {
  if (jump) longjmp(*(jmp_buf *)target, 1);
}

/* 0: *out is the value, not protected. 1: R is unwinding, and `token` holds the jump. */
int tsr_unwind_protect(SEXP (*body)(void *), void *data, SEXP token, SEXP *out) {
  jmp_buf target;
  if (setjmp(target)) return 1;
  *out = R_UnwindProtect(body, data, leave, &target, token);
  return 0;
}
