# Images: padding, resizing, sampling.
#' @include nnf.R
NULL

#' Pad a tensor
#'
#' @param input A tensor.
#' @param pad How much is added before and after, beginning with the last dimension: `c(left, right, top, bottom, ...)`.
#' @param mode `"constant"`, `"reflect"`, `"replicate"` or `"circular"`; the last three pad the last one to three
#'   dimensions.
#' @param value What is added in the mode `"constant"`; `NULL`: zero.
#' @return A tensor.
#' @section Errors: a `torchscript_value_error` for an unknown `mode`.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html)
#' @export
#' @examples
#' nnf_pad(torch_ones(2, 2), c(1, 1), value = 9)
#' nnf_pad(torch_tensor(matrix(1:3, 1)), c(1, 1), mode = "circular")
nnf_pad <- functional(
  alist(input = , pad = , mode = "constant", value = NULL), "pad",
  self = "input",
  before = quote(mode <- choice_of(mode, c("constant", "reflect", "replicate", "circular"), "mode"))
)

#' Resize images
#'
#' @param input A tensor: batch, channels, then one to three spatial dimensions.
#' @param size The sizes wanted, one for all or one for each spatial dimension.
#' @param scale_factor Instead of `size`: numbers that the sizes are multiplied with.
#' @param mode `"nearest"`, `"nearest-exact"` or `"area"` for all; `"linear"`, `"bilinear"` or `"bicubic"`,
#'   `"trilinear"` for one, two, three spatial dimensions.
#' @param align_corners Whether the corners' centres are kept, rather than the edges; for the linear and cubic modes.
#' @param recompute_scale_factor Whether the scale is computed anew from the rounded sizes; `NULL`: no.
#' @return A tensor.
#' @section Errors: a `torchscript_value_error` when not just one of `size` and `scale_factor` is given, or for a mode
#'   that does not go with the dimensions.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html)
#' @export
#' @examples
#' x <- torch_arange(1, 4)$reshape(c(1, 1, 2, 2))
#' nnf_interpolate(x, scale_factor = 2)
#' nnf_interpolate(x, size = c(3, 3), mode = "bilinear", align_corners = TRUE)
nnf_interpolate <- function(input, size = NULL, scale_factor = NULL, mode = "nearest", align_corners = FALSE,
                            recompute_scale_factor = NULL) {
  check_tensor(input, "input")
  modes <- c("nearest", "nearest-exact", "area", "linear", "bilinear", "bicubic", "trilinear")
  mode <- choice_of(mode, modes, "mode")
  n <- length(dim(input)) - 2L
  if (is.null(size) == is.null(scale_factor)) {
    abort_torchscript("Either `size` or `scale_factor` must be given.", "value", argument = "size")
  }
  if (!is.null(size)) {
    size <- for_each_dim(size, n, "size")
  } else {
    scale_factor <- rep_len(as.double(unlist(scale_factor)), n)
    if (isTRUE(recompute_scale_factor) || mode == "area") {
      size <- as.integer(floor(utils::tail(dim(input), n) * scale_factor))
      scale_factor <- NULL
    }
  }
  if (mode == "area") {
    # no switch(): a program would not know that one of them is taken
    check_resizable(mode, n)
    return(if (n == 1) area_pools[[1]](input, size) else if (n == 2) area_pools[[2]](input, size) else area_pools[[3]](input, size))
  }
  if (mode %in% c("nearest", "nearest-exact")) {
    by_rank <- nearest_resizers[[mode]]
    check_resizable(mode, n)
    return(if (n == 1) {
      by_rank[[1]](input, size, scale_factor)
    } else if (n == 2) {
      by_rank[[2]](input, size, scale_factor)
    } else {
      by_rank[[3]](input, size, scale_factor)
    })
  }
  check_resizable(mode, n)
  resizers[[mode]](input, size, align_corners %||% FALSE, scale_factor)
}

check_resizable <- function(mode, n) {
  wanted <- switch(mode, linear = 1L, bilinear = , bicubic = 2L, trilinear = 3L, 1:3)
  if (!n %in% wanted) {
    abort_torchscript(
      sprintf(
        "The mode \"%s\" takes an `input` with %s dimensions, not %d.", mode, paste(wanted + 2L, collapse = " or "),
        n + 2L
      ), "value",
      argument = "mode"
    )
  }
  n
}

area_pools <- lapply(1:3, function(n) {
  operator_function(
    alist(input = , size = ), sprintf("aten::adaptive_avg_pool%dd", n), c(self = "input", output_size = "size")
  )
})

# The overloads that take either of size and scale.
nearest_resizer <- function(operator) {
  operator_function(
    alist(input = , size = , scale = ), paste0("aten::", operator),
    c(input = "input", output_size = "size", scale_factors = "scale")
  )
}
nearest_resizers <- list(
  nearest = lapply(sprintf("upsample_nearest%dd", 1:3), nearest_resizer),
  `nearest-exact` = lapply(sprintf("_upsample_nearest_exact%dd", 1:3), nearest_resizer)
)
resizers <- lapply(
  c(linear = "linear1d", bilinear = "bilinear2d", bicubic = "bicubic2d", trilinear = "trilinear3d"),
  function(name) {
    operator_function(
      alist(input = , size = , align_corners = , scale = ), paste0("aten::upsample_", name),
      c(input = "input", output_size = "size", align_corners = "align_corners", scale_factors = "scale")
    )
  }
)

#' Sample images at given places
#'
#' `nnf_affine_grid()` makes the places that an affine map leads to, `nnf_grid_sample()` reads images there.
#'
#' @param input A tensor: batch, channels, then two or three spatial dimensions.
#' @param grid A tensor: batch, the spatial dimensions of the output, then the coordinates `x`, `y` (and `z`) from -1
#'   to 1.
#' @param theta A tensor of affine maps: batch, 2, 3; or batch, 3, 4.
#' @param size The shape of the images: batch, channels, height, width; or with depth before height.
#' @param mode `"bilinear"`, `"nearest"` or `"bicubic"`.
#' @param padding_mode What lies outside: `"zeros"`, `"border"` or `"reflection"`.
#' @param align_corners Whether -1 and 1 are the centres of the corner pixels, rather than their edges.
#' @return A tensor.
#' @section Errors: a `torchscript_value_error` for unknown modes.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html)
#' @export
#' @examples
#' x <- torch_arange(1, 4)$reshape(c(1, 1, 2, 2))
#' mirrored <- torch_tensor(array(c(-1, 0, 0, 1, 0, 0), c(1, 2, 3)))
#' nnf_grid_sample(x, nnf_affine_grid(mirrored, c(1, 1, 2, 2)))
nnf_grid_sample <- functional(
  alist(
    input = , grid = , mode = c("bilinear", "nearest"), padding_mode = c("zeros", "border", "reflection"),
    align_corners = FALSE
  ),
  "grid_sampler",
  interpolation_mode = "mode",
  before = quote({
    mode <- sampling_number(mode, c("bilinear", "nearest", "bicubic"), "mode")
    padding_mode <- sampling_number(padding_mode, c("zeros", "border", "reflection"), "padding_mode")
  })
)

sampling_number <- function(value, choices, name) match(choice_of(value, choices, name), choices) - 1L

#' @rdname nnf_grid_sample
#' @export
nnf_affine_grid <- functional(alist(theta = , size = , align_corners = FALSE), "affine_grid_generator")

#' Channels to pixels
#'
#' @param input A tensor: batch, channels, height, width.
#' @param upscale_factor By how much height and width grow; there must be its square times as many channels.
#' @return A tensor.
#' @section Errors: a `torchscript_runtime_error` when the channels can't be divided.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.nn.PixelShuffle.html)
#' @export
#' @examples
#' nnf_pixel_shuffle(torch_ones(1, 4, 2, 2), 2)$shape
nnf_pixel_shuffle <- functional(alist(input = , upscale_factor = ), "pixel_shuffle", self = "input")
