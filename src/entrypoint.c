/* R looks for this symbol in an object file, so it cannot stand in the Rust library, whose symbols are hidden. */
#include <R_ext/Rdynload.h>

void tsr_initialise(DllInfo *dll);

void R_init_torchscript(DllInfo *dll) { tsr_initialise(dll); }
