# Functions that are not quite one operator.
#' @include operator.R
NULL

#' Positions of the elements that are not zero
#'
#' @param self A tensor.
#' @param as_list Whether to return a list with one tensor of positions for each dimension.
#' @return A tensor with a row for each element found, positions counted from one; or a list.
#' @export
#' @examples
#' torch_nonzero(torch_tensor(c(0, 1, 2)))
torch_nonzero <- function(self, as_list = FALSE) {
  if (as_list) nonzero_list(self) else nonzero_rows(self)
}
nonzero_rows <- operator_function(alist(self = ), "aten::nonzero")
nonzero_list <- operator_function(alist(self = ), "aten::nonzero_numpy")

#' Contract two tensors over several dimensions
#'
#' @param a,b Tensors.
#' @param dims How many dimensions to contract, the last of `a` with the first of `b`; or a list of two vectors of
#'   dimensions, of `a` and of `b`, counted from one.
#' @return A tensor.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.tensordot.html)
#' @export
#' @examples
#' torch_tensordot(torch_ones(2, 3), torch_ones(3, 4), dims = 1)
torch_tensordot <- function(a, b, dims = 2) {
  if (!is.list(dims)) {
    n <- as.integer(dims)
    rank <- length(dim(a))
    dims <- list(seq.int(rank - n + 1L, length.out = n), seq_len(n))
  }
  contract(a, b, dims[[1]], dims[[2]])
}
contract <- operator_function(alist(self = , other = , dims_self = , dims_other = ), "aten::tensordot")

#' Fourier transform of short pieces
#'
#' @param input A tensor: a signal, or a batch of them.
#' @param n_fft The size of a piece.
#' @param hop_length How far apart pieces begin; `NULL`: a quarter of `n_fft`.
#' @param win_length The size of the window; `NULL`: `n_fft`.
#' @param window A tensor that each piece is multiplied with; `NULL`: ones.
#' @param center Whether pieces have their middle at the positions, for which the signal is padded at both ends.
#' @param pad_mode How it is padded: `"reflect"`, `"constant"`, ...
#' @param normalized Whether results are divided by the square root of the frame's length.
#' @param onesided Whether to leave out the half that mirrors the other; `NULL`: for real input.
#' @param return_complex Whether the result is complex; real input needs it given.
#' @return A tensor: frequencies in rows, pieces in columns.
#' @seealso `torch_istft()` for the way back, [PyTorch's page](https://docs.pytorch.org/docs/stable/generated/torch.stft.html)
#' @export
#' @examples
#' torch_stft(torch_sin(torch_arange(1, 16)), 8, return_complex = TRUE)$shape
torch_stft <- function(input, n_fft, hop_length = NULL, win_length = NULL, window = NULL, center = TRUE,
                       pad_mode = "reflect", normalized = FALSE, onesided = NULL, return_complex = NULL) {
  short_fourier(input, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex)
}
# Without defaults: libtorch's other overload has no `center`, and does not.
short_fourier <- operator_function(
  alist(
    input = , n_fft = , hop_length = , win_length = , window = , center = , pad_mode = , normalized = , onesided = ,
    return_complex =
  ), "aten::stft",
  c(
    self = "input", n_fft = "n_fft", hop_length = "hop_length", win_length = "win_length", window = "window",
    center = "center", pad_mode = "pad_mode", normalized = "normalized", onesided = "onesided",
    return_complex = "return_complex"
  )
)
