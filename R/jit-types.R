# The table of types: the help page, the vignette and the tests are made from it.

types_table <- utils::read.table(header = TRUE, quote = "", comment.char = "", sep = "|", strip.white = TRUE, stringsAsFactors = FALSE, text = "
type                | given as                                                                                        | comes back as
Tensor              | a torch_tensor                                                                                  | a torch_tensor, the same one where the program passes it on
int                 | a whole number: 3L, 3, an integer64; a torch_dtype, layout or memory format                     | an integer; beyond 2^31 a double; beyond 2^53 an integer64; -2^63 a double
float               | a number                                                                                        | a double
complex             | a complex number or a number                                                                    | a complex number
number              | a number, or TRUE or FALSE                                                                      | an integer, a double, or TRUE or FALSE: what it is
bool                | TRUE or FALSE                                                                                   | TRUE or FALSE
str                 | a string, or a raw vector of its bytes                                                          | a string; one with a NUL: a raw vector; no valid UTF-8: of Encoding bytes
None                | NULL                                                                                            | NULL
Device              | a torch_device or its name                                                                      | a torch_device
Generator           | a torch_generator                                                                               | a torch_generator
Optional[T]         | NULL or what T takes                                                                            | NULL or what T gives
Union[T, U]         | what T or U takes: of several the nearest, so that 3L is int and 3 is float                     | what the value's own type gives
Any                 | anything: vectors of length one are scalars, longer ones lists, lists are tuples; see jit_scalar() | what the value's own type gives
List[int]           | a vector of whole numbers, or a list of them                                                    | an integer, double or integer64 vector
List[float]         | a numeric vector                                                                                | a double vector
List[bool]          | a logical vector                                                                                | a logical vector
List[str]           | a character vector                                                                              | a character vector
List[complex]       | a complex vector                                                                                | a complex vector
List[T]             | a list, each element of it what T takes                                                         | a list
Tuple[T, U]         | a list of as many elements                                                                      | a list
NamedTuple          | a list with the fields' names in any order                                                      | a list with the fields' names
Dict[str, V]        | a named list                                                                                    | a named list in the dictionary's order
Dict[K, V]          | a jit_dict(), or a named list whose names can be read as keys                                   | a jit_dict() in the dictionary's order
Enum                | the name of a member, or a member                                                               | a member: see script_object
script class        | an object, or a named list of its fields                                                        | an object with fields and methods: see script_object
module              | a script_module                                                                                 | a script_module
custom class of C++ | an object that a program made                                                                   | an object to be handed back
Future[T]           | what T takes: a future that is done                                                             | what T gives, once it is there
")
names(types_table) <- c("type", "given", "returned")

types_rd <- function() {
  cell <- function(x) gsub("%", "\\\\%", x, fixed = TRUE)
  rows <- sprintf("\\code{%s} \\tab %s \\tab %s", cell(types_table$type), cell(types_table$given), cell(types_table$returned))
  c("@section The types:", "\\tabular{lll}{", "Type \\tab Given as \\tab Comes back as \\cr", paste0(rows, " \\cr"), "}")
}

#' Types of TorchScript, and what they are in R
#'
#' TorchScript is statically typed: R values are converted to what the program's signature wants, and what it returns becomes
#' R values. A value that does not fit is an error that says which argument, which element of it, what was wanted
#' and what came.
#'
#' @section Where R and TorchScript disagree:
#' * R has no scalars. A vector of length one is a scalar where a scalar is wanted, and a list of length one where a list is.
#'   Where either would do, it is the scalar: `jit_list()` says otherwise.
#' * A number becomes an `int` only if it is whole and exact. TRUE is no number. `NA` has no counterpart, except in a `float`,
#'   where it is NaN.
#' * -2^63 is `NA` to package bit64, so it comes back as a double, which holds it exactly.
#' * Lists and dictionaries are copied, in and out: when a program changes one, R's own stays as it was. Tensors and objects
#'   are not: what a program changes in place is changed in R.
#' * `NULL` within a list stays: `list(1L, NULL)`. But `x[[2]] <- NULL` deletes, in R: write `x[2] <- list(NULL)`.
#' * Names of arguments must be written in full; those that are R's own words are quoted: ``f(`function` = 1L)``.
#' * A member of a module goes before our method of the same name.
#' * dtypes, layouts and memory formats are whole numbers in TorchScript, and come back as such.
#'
#' @eval types_rd()
#' @return A data frame with the columns `type`, `given` and `returned`.
#' @seealso [jit_scalar()] for values where no signature says the type, [script_object].
#' @export
#' @examples
#' torchscript_types()[1:4, ]
torchscript_types <- function() types_table
