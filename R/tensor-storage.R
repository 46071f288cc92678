#' @include tensor-members.R
NULL

#' The memory behind a tensor
#'
#' Tensors are views of storages. `x$storage()` describes the one behind `x`: two tensors share memory when their storages
#' have the same address, and what is written to one of them is then seen in the other.
#'
#' @param x A tensor.
#' @return
#' - `x$storage()`: an object of class `torch_storage`, a list of functions: `$data_ptr()` gives the address, as text;
#'   `$size()` the number of elements of the tensor's dtype that have room in it; `$nbytes()` its size in bytes;
#'   `$device()` the [torch_device()] on which it is; `$is_borrowed()` whether it is R's own memory, as after
#'   `torch_tensor(copy = FALSE)` before the first write.
#' - `x$has_storage()`: whether there is one: a sparse tensor has none.
#' - `x$data_ptr()`: the address of the first element of `x`, as text.
#' - `x$stride(dim)`: the steps from an element to its neighbour along each dimension, in elements; along `dim` alone, which
#'   is counted from one, where it is given.
#' - `x$storage_offset()`: how many elements of the storage stand before the first one of `x`.
#' @section Errors: a `torchscript_type_error` for a tensor without storage.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/storage.html)
#' @name torch_storage
#' @aliases storage has_storage data_ptr
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' row <- torch_select(x, 1, 2)
#' identical(row$storage()$data_ptr(), x$storage()$data_ptr())
#' row$stride()
#' row$storage_offset()
#' x$storage()
NULL

define_members(
  has_storage = function(self) function() .Call(C_has_storage, self),
  data_ptr = function(self) function() .Call(C_data_pointer, self),
  storage = function(self) function() new_torch_storage(self),
  storage_offset = function(self) function() .Call(C_strides, self)$offset,
  stride = function(self) {
    function(dim = NULL) {
      strides <- .Call(C_strides, self)$stride
      if (is.null(dim)) strides else size_at(strides, dim)
    }
  }
)

new_torch_storage <- function(self) {
  # asked anew each time: a write can move the storage
  about <- function(what) .Call(C_storage, self)[[what]]
  about("size")
  structure(
    list(
      data_ptr = function() about("data_ptr"),
      size = function() about("size") / self$element_size(),
      nbytes = function() about("size"),
      device = function() torch_device(about("device")),
      is_borrowed = function() about("is_borrowed")
    ),
    class = "torch_storage"
  )
}

#' @export
print.torch_storage <- function(x, ...) {
  cat(sprintf("<torch_storage> %s bytes at %s on %s\n", format(x$nbytes()), x$data_ptr(), format(x$device())))
  invisible(x)
}
