# Linear maps and convolutions.
#' @include nnf.R
NULL

#' Linear functions
#'
#' `nnf_linear()` is `input %*% t(weight) + bias` over the last dimension; `nnf_bilinear()` is linear in each of two
#' inputs.
#'
#' @param input,input1,input2 Tensors, the features in the last dimension.
#' @param weight A tensor: features out, then features in (of both inputs).
#' @param bias A tensor with one number for each feature out, or `NULL`.
#' @return A tensor.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#linear-functions)
#' @export
#' @examples
#' nnf_linear(torch_ones(2, 3), torch_ones(4, 3), torch_zeros(4))
nnf_linear <- functional(alist(input = , weight = , bias = NULL), "linear")

#' @rdname nnf_linear
#' @export
nnf_bilinear <- functional(alist(input1 = , input2 = , weight = , bias = NULL), "bilinear")

#' Convolutions
#'
#' @param input A tensor: batch, channels, then one to three spatial dimensions; the batch may be left out. For
#'   `nnf_conv_tbc()`: time, batch, channels.
#' @param weight The kernels: channels out, channels in (divided by `groups`), sizes; for the transposed convolutions
#'   channels in come first. For `nnf_conv_tbc()`: size, channels in, channels out.
#' @param bias A tensor with one number for each channel out, or `NULL`.
#' @param stride,padding,dilation,output_padding Whole numbers, one for all or one for each spatial dimension; `padding`
#'   of `nnf_conv1d()` and its like can be `"same"` or `"valid"`.
#' @param groups In how many groups of channels the convolution falls apart.
#' @param pad Padding in time.
#' @return A tensor.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#convolution-functions)
#' @export
#' @examples
#' nnf_conv2d(torch_ones(1, 1, 4, 4), torch_ones(2, 1, 3, 3), padding = 1)
nnf_conv1d <- functional(
  alist(input = , weight = , bias = NULL, stride = 1, padding = 0, dilation = 1, groups = 1), "conv1d"
)

#' @rdname nnf_conv1d
#' @export
nnf_conv2d <- functional(formals(nnf_conv1d), "conv2d")

#' @rdname nnf_conv1d
#' @export
nnf_conv3d <- functional(formals(nnf_conv1d), "conv3d")

#' @rdname nnf_conv1d
#' @export
nnf_conv_transpose1d <- functional(
  alist(
    input = , weight = , bias = NULL, stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1
  ),
  "conv_transpose1d"
)

#' @rdname nnf_conv1d
#' @export
nnf_conv_transpose2d <- functional(formals(nnf_conv_transpose1d), "conv_transpose2d")

#' @rdname nnf_conv1d
#' @export
nnf_conv_transpose3d <- functional(formals(nnf_conv_transpose1d), "conv_transpose3d")

#' @rdname nnf_conv1d
#' @export
nnf_conv_tbc <- functional(alist(input = , weight = , bias = , pad = 0), "conv_tbc", self = "input")

#' Sliding windows as columns, and back
#'
#' `nnf_unfold()` copies each window of the images into a column; `nnf_fold()` adds columns up into images.
#'
#' @param input A tensor: batch, channels, height, width; for `nnf_fold()` batch, window's elements, windows.
#' @param output_size The height and width of the images.
#' @param kernel_size,dilation,padding,stride Whole numbers, one for both or one for each of height and width.
#' @return A tensor.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html)
#' @export
#' @examples
#' columns <- nnf_unfold(torch_ones(1, 1, 4, 4), kernel_size = 2, stride = 2)
#' columns$shape
#' nnf_fold(columns, c(4, 4), kernel_size = 2, stride = 2)$shape
nnf_unfold <- functional(
  alist(input = , kernel_size = , dilation = 1, padding = 0, stride = 1), "im2col",
  self = "input"
)

#' @rdname nnf_unfold
#' @export
nnf_fold <- functional(
  alist(input = , output_size = , kernel_size = , dilation = 1, padding = 0, stride = 1), "col2im",
  self = "input"
)
