/* Opens libtorch before the package's own library asks for it, and so that libtorch finds its own BLAS first. R has
   loaded a BLAS for everyone: without this libtorch's calls of sgemm_() and its like would go there, which costs an order
   of magnitude, and gives wrong numbers where the two pass complex results differently. Only dlopen() can say so, so it
   must happen in a library of its own. */
#define _GNU_SOURCE
#include <R_ext/Rdynload.h>
#include <Rinternals.h>
#include <dlfcn.h>

#ifndef RTLD_DEEPBIND
#define RTLD_DEEPBIND 0
#endif

static SEXP open_library(SEXP path) {
  void *library = dlopen(CHAR(STRING_ELT(path, 0)), RTLD_NOW | RTLD_DEEPBIND);
  return library == NULL ? Rf_mkString(dlerror()) : R_NilValue;
}

static const R_CallMethodDef routines[] = {{"open_library", (DL_FUNC)&open_library, 1}, {NULL, NULL, 0}};

void R_init_deepbind(DllInfo *dll) {
  R_registerRoutines(dll, NULL, routines, NULL, NULL);
  R_useDynamicSymbols(dll, FALSE);
  R_forceSymbols(dll, TRUE);
}
