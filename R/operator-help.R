# Help pages of the operators, a page a family: written from inst/operators.txt when roxygen2 runs.
#' @include operator.R
NULL

# The signatures under each `## Family` of the table.
operator_families <- function(path = system.file("operators.txt", package = "torchscript")) {
  lines <- readLines(path, encoding = "UTF-8")
  family <- cumsum(startsWith(lines, "## "))
  titles <- sub("^## ", "", lines[startsWith(lines, "## ")])
  signature <- nzchar(lines) & !startsWith(lines, "#") & family > 0
  split(sub(" +# .*", "", lines[signature]), factor(titles[family[signature]], titles))
}

operator_help <- function(family) {
  signatures <- operator_families()[[family]]
  names <- sub("[(].*", "", signatures)
  wrapped <- unlist(lapply(signatures, strwrap, width = 100, exdent = 4))
  escaped <- gsub("%", "\\\\%", wrapped)
  c(
    paste("@aliases", paste(names, collapse = " ")),
    paste0("@section Functions: \\preformatted{\n", paste(escaped, collapse = "\n"), "\n}")
  )
}

#' Operators of libtorch
#'
#' The operators of libtorch that people call are functions `torch_*` (or `linalg_*`): all that torch for R has, and all
#' others that are not only the inside of one. Every operator with an argument `self` is a method of tensors as well:
#' `torch_relu(x)` is `x$relu()`. What is left, gradients and variants that write to memory they are given, [jit_ops] reaches
#' as libtorch itself names them, with positions from zero. The functions are grouped in families:
#'
#' * [creation][operators-creation], [linear algebra][operators-linear-algebra], [reduction][operators-reduction],
#' * [comparison and logic][operators-comparison], [shape and position][operators-shape],
#' * [neural network functions][operators-neural-network],
#' * [Fourier transforms and special functions][operators-special],
#' * [quantization and sparse tensors][operators-quantization],
#' * [pointwise mathematics and the rest][operators-pointwise].
#'
#' @section Arguments:
#' * Tensors are named `self`, `input`, `other`, `tensors` (a list). Numbers stand for tensors only in arithmetic signs.
#' * Dimensions (`dim`, `dims`, `dim0`, ...) and positions (`index` of `torch_gather()` and its like) count from one;
#'   negative ones count from the end; zero is an error. So do classes: the targets of `torch_nll_loss()`.
#'   Offsets (of bags, diagonals, storage), counts (`crow_indices`) and the cuts of `torch_tensor_split()` are how many
#'   elements come before, from zero on. `torch_slice()` includes its `end`.
#' * Sizes, strides and kernel sizes are vectors or lists of whole numbers; one number is repeated where several are
#'   wanted.
#' * `dtype`, `layout`, `device` and `memory_format` take the objects of [torch_dtype] or their names; `NULL` is the
#'   default.
#' * `keepdim`: whether a reduced dimension stays, with size one. `generator`: see [torch_generator()].
#'   `requires_grad`: whether operations on the new tensor are recorded.
#' @section Value: A tensor; for several results a named list, as the schema names them (`values`, `indices`). Positions
#'   in results count from one. A method whose name ends in `_` changes its tensor and returns that very object.
#' @section Errors: A `torchscript_type_error` when an argument is missing or of the wrong kind, a
#'   `torchscript_value_error` for numbers that can't be used, a `torchscript_index_error` for dimensions that do not
#'   exist, a `torchscript_runtime_error` when libtorch refuses the operation. See [torchscript_error].
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html) says what each operator computes.
#' @name operators
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_sum(x, dim = 1)
#' x$max(dim = 2)
NULL

#' Operators: creation
#'
#' Tensors made from sizes, ranges, windows and distributions. Arguments, values and errors: see [operators].
#' @name operators-creation
#' @eval operator_help("Creation")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#creation-ops)
#' @examples
#' torch_eye(2)
#' torch_linspace(0, 1, 3)
NULL

#' Operators: linear algebra
#'
#' Products, decompositions, solvers and norms of matrices. Arguments, values and errors: see [operators].
#' @name operators-linear-algebra
#' @eval operator_help("Linear algebra")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/linalg.html)
#' @examples
#' a <- torch_tensor(matrix(c(2, 0, 0, 4), 2))
#' linalg_inv(a)
#' torch_matmul(a, a)
NULL

#' Operators: reduction
#'
#' Sums, means, extremes and counts over dimensions. Arguments, values and errors: see [operators].
#' @name operators-reduction
#' @eval operator_help("Reduction")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#reduction-ops)
#' @examples
#' torch_mean(torch_tensor(c(1, 2, 6)))
#' torch_max(torch_tensor(matrix(c(1, 5, 3, 2), 2)), dim = 1)
NULL

#' Operators: comparison and logic
#'
#' Comparison, sorting, search and logic. Arguments, values and errors: see [operators].
#' @name operators-comparison
#' @eval operator_help("Comparison and logic")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#comparison-ops)
#' @examples
#' torch_sort(torch_tensor(c(3, 1, 2)))
NULL

#' Operators: shape and position
#'
#' Tensors reshaped, joined, split and indexed. Arguments, values and errors: see [operators].
#' @name operators-shape
#' @eval operator_help("Shape and position")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops)
#' @examples
#' x <- torch_arange(1, 6)
#' torch_reshape(x, c(2, 3))
#' torch_index_select(x, 1, torch_tensor(c(1L, 6L)))
NULL

#' Operators: neural network functions
#'
#' Convolutions, poolings, norms, activations and losses. Arguments, values and errors: see [operators].
#' @name operators-neural-network
#' @eval operator_help("Neural network functions")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html)
#' @examples
#' torch_relu(torch_tensor(c(-1, 1)))
#' torch_softmax(torch_tensor(c(1, 2, 3)), dim = 1)
NULL

#' Operators: Fourier transforms and special functions
#'
#' The families `torch_fft_*` and `torch_special_*`. Arguments, values and errors: see [operators].
#' @name operators-special
#' @eval operator_help("Fourier transforms and special functions")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/special.html)
#' @examples
#' torch_special_expit(torch_tensor(0))
NULL

#' Operators: quantization and sparse tensors
#'
#' Tensors with fewer bits or fewer elements. Arguments, values and errors: see [operators].
#' @name operators-quantization
#' @eval operator_help("Quantization and sparse tensors")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/sparse.html)
#' @examples
#' torch_sparse_coo_tensor(torch_tensor(matrix(c(1L, 3L), 1)), torch_tensor(c(5, 6)), c(3))$to_dense()
NULL

#' Operators: pointwise mathematics and the rest
#'
#' Functions of each element alone, and what belongs to no other family. Arguments, values and errors: see [operators].
#' @name operators-pointwise
#' @eval operator_help("Pointwise mathematics and the rest")
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/torch.html#pointwise-ops)
#' @examples
#' torch_exp(torch_tensor(c(0, 1)))
#' torch_clamp(torch_tensor(c(-2, 2)), min = -1, max = 1)
NULL
