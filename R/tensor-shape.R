# Shapes: sizes as several numbers, dimensions flattened, names of dimensions.
#' @include tensor-members.R
NULL

# `x$view(2, 3)` as well as `x$view(c(2, 3))`. What follows the numbers must be named.
several_numbers <- function(first, ..., name) {
  if (!(is.numeric(first) || is.list(first)) || is.object(first)) not_numbers(first, name)
  for (i in seq_len(...length())) {
    part <- ...elt(i)
    if (!is.numeric(part) || is.object(part)) not_numbers(part, name)
  }
  numbers <- c(first, ...)
  if (!is.null(names(numbers))) {
    unknown <- setdiff(names(numbers), "")[[1]]
    abort_torchscript(sprintf("There is no argument `%s`.", unknown), "type", "Numbers have no names here.")
  }
  numbers
}
not_numbers <- function(part, name) {
  abort_torchscript(
    sprintf("`%s` must be whole numbers, not %s.", name, describe(part)), "type",
    "Arguments behind the numbers must be named."
  )
}

# The method of an operator whose first argument may be given as several numbers. `formals` begins with that argument.
method_with_several <- function(operator, formals) {
  first <- as.name(names(formals)[[1]])
  call <- method_call(operator, formals)
  body <- bquote({
    if (...length() > 0L) .(first) <- several_numbers(.(first), ..., name = .(as.character(first)))
    .(call)
  })
  method <- as.function(c(formals[1], alist(... = ), formals[-1], body), envir = topenv())
  bind_self(method)
}

new_tensor_options <- alist(dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE, pin_memory = NULL)

several_methods <- list(
  view = alist(size = , dtype = ),
  reshape = alist(shape = ),
  permute = alist(dims = ),
  expand = alist(size = , implicit = FALSE),
  `repeat` = alist(repeats = ),
  tile = alist(dims = ),
  flip = alist(dims = ),
  broadcast_to = alist(size = ),
  sum_to_size = alist(size = ),
  resize_ = alist(size = , memory_format = NULL),
  new_empty = c(alist(size = ), new_tensor_options),
  new_zeros = c(alist(size = ), new_tensor_options),
  new_ones = c(alist(size = ), new_tensor_options)
)
for (name in names(several_methods)) {
  assign(name, method_with_several(paste0("aten::", name), several_methods[[name]]), envir = tensor_members)
}
rm(name)

# PyTorch's new_full() has no several numbers: the value comes behind the size.
assign(
  "new_full",
  bind_self(local({
    formals <- c(alist(size = , fill_value = ), new_tensor_options)
    as.function(c(formals, method_call("aten::new_full", formals)), envir = topenv())
  })),
  envir = tensor_members
)

#' Flatten dimensions
#'
#' @param self A tensor.
#' @param dims Several dimensions that follow each other, to be made one; or one number, which is `start_dim`.
#' @param start_dim,end_dim The first and the last dimension to be made one, counted from one. Default: all.
#' @param out_dim Must be left out: libtorch's named dimensions are not kept.
#' @return A tensor, which shares its memory with `self` where that can be.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.flatten.html)
#' @export
#' @examples
#' x <- torch_zeros(2, 3, 4)
#' torch_flatten(x, start_dim = 2)$shape
#' torch_flatten(x, c(1, 2))$shape
torch_flatten <- function(self, dims, start_dim = 1L, end_dim = -1L, out_dim) {
  if (!missing(out_dim)) {
    no_dimension_names("`out_dim` must be left out", "torch_unflatten() and $movedim() work by number.")
  }
  if (!missing(dims)) {
    if (is.character(dims)) no_dimension_names("`dims` must be numbers", "Dimensions count from one.")
    if (!rlang::is_integerish(dims, finite = TRUE) || length(dims) == 0 || any(diff(dims) != 1)) {
      abort_torchscript("`dims` must be dimensions that follow each other.", "value")
    }
    start_dim <- dims[[1]]
    if (length(dims) > 1) end_dim <- dims[[length(dims)]]
  }
  flatten_range(self, start_dim, end_dim)
}
flatten_range <- operator_function(alist(self = , start_dim = , end_dim = ), "aten::flatten")

no_dimension_names <- function(problem, hint) {
  abort_torchscript(sprintf("%s: the named dimensions of libtorch are not kept.", problem), "not_implemented", hint)
}
unnamed_method <- function(name, hint) {
  force(name)
  force(hint)
  function(self) function(...) no_dimension_names(sprintf("`$%s()` is not there", name), hint)
}

# How many elements lie between two neighbours of a dimension, as `size()` gives sizes.
tensor_stride <- function(self, dim) {
  strides <- all_strides(self)
  if (missing(dim)) strides else size_at(strides, dim)
}
all_strides <- local({
  plan <- operator_plan("aten::stride", "self", r_conventions = FALSE)
  as.function(c(alist(self = ), as.call(list(quote(.External2), quote(C_call_operator), plan))), envir = topenv())
})

define_members(
  stride = function(self) function(dim) tensor_stride(self, dim),
  stft = function(self) {
    function(n_fft, hop_length = NULL, win_length = NULL, window = NULL, center = TRUE, pad_mode = "reflect",
             normalized = FALSE, onesided = NULL, return_complex = NULL) {
      torch_stft(
        self, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex
      )
    }
  },
  nonzero = function(self) function(as_list = FALSE) torch_nonzero(self, as_list),
  tensordot = function(self) function(other, dims = 2) torch_tensordot(self, other, dims),
  flatten = function(self) {
    function(dims, start_dim = 1L, end_dim = -1L, out_dim) torch_flatten(self, dims, start_dim, end_dim, out_dim)
  },
  names = function(self) NULL,
  has_names = function(self) function() FALSE,
  align_as = unnamed_method("align_as", "Use $permute() and $unsqueeze()."),
  align_to = unnamed_method("align_to", "Use $permute() and $unsqueeze()."),
  refine_names = unnamed_method("refine_names", "Dimensions have numbers, from one on."),
  rename = unnamed_method("rename", "Dimensions have numbers, from one on."),
  rename_ = unnamed_method("rename_", "Dimensions have numbers, from one on.")
)
