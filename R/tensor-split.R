# Tensors cut into parts, and numbers where PyTorch's overloads differ by type alone.
#' @include tensor-shape.R
NULL

# The operator with these variables of the calling function's frame: schema's name = variable.
call_with <- function(operator, ...) {
  as.call(list(quote(.External2), quote(C_call_operator), operator_plan(operator, c(self = "self", ...))))
}
# A function whose body chooses between calls: each finds its variables in this very frame, where they may be missing.
chosen <- function(formals, body) as.function(c(formals, body), envir = topenv())
method_of <- function(f) bind_self(chosen(formals(f)[-1], body(f)))

is_one <- function(x) is.atomic(x) && !is.null(x) && !is.character(x) && length(x) == 1

scatter_by <- function(operator) {
  chosen(alist(self = , dim = , index = , src = , reduce = , value = ), bquote(
    if (missing(value) && !missing(src) && is_one(src)) {
      .(call_with(operator, dim = "dim", index = "index", value = "src", reduce = "reduce"))
    } else {
      .(call_with(operator, dim = "dim", index = "index", src = "src", reduce = "reduce", value = "value"))
    }
  ))
}

#' Cut a tensor into parts
#'
#' One number says into how many parts; a list, or a vector of several numbers, says where to cut: how many elements come
#' before each cut. `torch_hsplit()`, `torch_vsplit()` and `torch_dsplit()` cut the dimension that lies from left to
#' right, from top to bottom, and in depth.
#'
#' @param self A tensor.
#' @param indices Where to cut: whole numbers, each of them the number of elements before the cut, negative ones from the
#'   end. One number alone is `sections`; `list(3)` is one cut.
#' @param sections How many parts; for all but `torch_tensor_split()` of one size.
#' @param tensor_indices_or_sections The same as a tensor: without dimensions `sections`, with one `indices`.
#' @param dim The dimension to cut, counted from one.
#' @return A list of tensors, which share their memory with `self`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.tensor_split.html)
#' @export
#' @examples
#' x <- torch_arange(1, 6)
#' torch_tensor_split(x, 2)
#' torch_tensor_split(x, c(1, 3))
torch_tensor_split <- chosen(
  alist(self = , indices = , dim = 1L, sections = , tensor_indices_or_sections = ),
  bquote(
    if (!missing(tensor_indices_or_sections)) {
      .(call_with("aten::tensor_split", tensor_indices_or_sections = "tensor_indices_or_sections", dim = "dim"))
    } else if (!missing(indices) && is_torch_tensor(indices)) {
      .(call_with("aten::tensor_split", tensor_indices_or_sections = "indices", dim = "dim"))
    } else if (missing(sections) && !missing(indices) && is_one(indices)) {
      .(call_with("aten::tensor_split", sections = "indices", dim = "dim"))
    } else {
      .(call_with("aten::tensor_split", indices = "indices", sections = "sections", dim = "dim"))
    }
  )
)

directed_split <- function(operator) {
  chosen(alist(self = , indices = , sections = ), bquote(
    if (missing(sections) && !missing(indices) && is_one(indices)) {
      .(call_with(operator, sections = "indices"))
    } else {
      .(call_with(operator, indices = "indices", sections = "sections"))
    }
  ))
}

#' @rdname torch_tensor_split
#' @export
torch_hsplit <- directed_split("aten::hsplit")
#' @rdname torch_tensor_split
#' @export
torch_vsplit <- directed_split("aten::vsplit")
#' @rdname torch_tensor_split
#' @export
torch_dsplit <- directed_split("aten::dsplit")

#' Put values at positions
#'
#' A copy of `self` with the elements of `src`, or one number, written where `index` says along dimension `dim`.
#' `x$scatter_()` writes into `x` itself.
#'
#' @param self A tensor.
#' @param dim The dimension along which `index` counts.
#' @param index A tensor of positions, counted from one.
#' @param src A tensor, or a number.
#' @param reduce `"add"` or `"multiply"`: what to do with the old and the new value, instead of taking the new one.
#' @param value A number, as `src` would be.
#' @return A tensor.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.scatter.html)
#' @export
#' @examples
#' torch_scatter(torch_zeros(3), 1, torch_tensor(c(3L, 1L)), torch_tensor(c(5, 6)))
#' torch_scatter(torch_zeros(3), 1, torch_tensor(2L), 9)
torch_scatter <- scatter_by("aten::scatter")

scatter_into <- scatter_by("aten::scatter_")

for (name in c("tensor_split", "hsplit", "vsplit", "dsplit", "scatter")) {
  assign(name, method_of(get(paste0("torch_", name))), envir = tensor_members)
}
rm(name)
define_members(scatter_ = method_of(scatter_into))
