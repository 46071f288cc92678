# The main job on real input, run by `make demo`:
# a TorchScript file that PyTorch wrote is loaded and run on R's own data; an R function becomes a
# program, is saved, and gives the same numbers in another R process.

library(torchscript)

heading <- function(...) cat("\n== ", ..., " ==\n", sep = "")

heading("A model made by PyTorch, run on R's iris")
model <- jit_load(system.file("extdata", "iris_classifier.pt", package = "torchscript"))
flowers <- torch_tensor(as.matrix(iris[, 1:4]))
probabilities <- as.matrix(model(flowers))
colnames(probabilities) <- levels(iris$Species)
predicted <- levels(iris$Species)[max.col(probabilities)]
print(head(round(probabilities, 4)))
cat(sprintf("%.1f %% of 150 flowers are recognised\n", 100 * mean(predicted == iris$Species)))

heading("An R function, traced")
standardise <- function(x) {
  centred <- x - torch_mean(x, dim = 1, keepdim = TRUE)
  centred / torch_std(x, dim = 1, keepdim = TRUE)
}
program <- jit_trace(standardise, flowers)
print(program)

heading("Saved, and reloaded in a second R process")
file <- tempfile(fileext = ".pt")
jit_save(program, file)
show <- function(file) {
  program <- torchscript::jit_load(file)
  flowers <- torchscript::torch_tensor(as.matrix(iris[, 1:4]))
  as.matrix(program(flowers))[1:3, ]
}
here <- as.matrix(program(flowers))[1:3, ]
there <- callr::r(show, list(file))
cat("process", Sys.getpid(), "\n")
print(here)
cat("a process that has only the file\n")
print(there)
stopifnot(identical(here, there))
