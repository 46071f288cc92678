# Distances and similarities.
#' @include nnf.R
NULL

#' Distances and similarities
#'
#' `nnf_cosine_similarity()` is the cosine of the angle between vectors, `nnf_pairwise_distance()` the distance between
#' the vectors of each pair, `nnf_pdist()` the distances between all rows, as [stats::dist()] orders them.
#'
#' @param x1,x2 Tensors of vectors.
#' @param input A tensor with two dimensions.
#' @param dim The dimension of the vectors, counted from one.
#' @param p The exponent of the norm.
#' @param eps A small number that keeps from dividing by zero.
#' @param keepdim Whether the dimension of the vectors stays, with size one.
#' @return A tensor.
#' @section Errors: a `torchscript_runtime_error` for shapes that do not go together.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/nn.functional.html#distance-functions)
#' @export
#' @examples
#' x <- torch_tensor(rbind(c(1, 0), c(0, 1), c(1, 1)))
#' nnf_cosine_similarity(x, x + 1)
#' nnf_pdist(x)
nnf_cosine_similarity <- functional(alist(x1 = , x2 = , dim = 2, eps = 1e-08), "cosine_similarity")

#' @rdname nnf_cosine_similarity
#' @export
nnf_pairwise_distance <- functional(alist(x1 = , x2 = , p = 2, eps = 1e-06, keepdim = FALSE), "pairwise_distance")

#' @rdname nnf_cosine_similarity
#' @export
nnf_pdist <- functional(alist(input = , p = 2), "pdist", self = "input")
