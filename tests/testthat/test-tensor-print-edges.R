printed <- function(x, ...) capture.output(print(x, ...))

test_that("a long vector shows its ends", {
  expect_identical(
    printed(torch_arange(1, 2000)),
    c("torch_tensor", "    1", "    2", "    3", " ...", " 1998", " 1999", " 2000", "[ CPUFloatType{2000} ]")
  )
  # PyTorch's own threshold
  expect_false(any(grepl("...", printed(torch_arange(1, 1000), n = -1), fixed = TRUE)))
  expect_length(printed(torch_arange(1, 1001), n = -1), 1003)
  expect_length(printed(torch_arange(1, 5000), n = 4), 7)
})

test_that("a large matrix shows its corners", {
  x <- torch_tensor(matrix(1:2000, 50))
  expect_identical(printed(x), c(
    "torch_tensor",
    "    1    51   101  ...  1851  1901  1951",
    "    2    52   102  ...  1852  1902  1952",
    "    3    53   103  ...  1853  1903  1953",
    " ...",
    "   48    98   148  ...  1898  1948  1998",
    "   49    99   149  ...  1899  1949  1999",
    "   50   100   150  ...  1900  1950  2000",
    "[ CPULongType{50,40} ]"
  ))
  tall <- printed(torch_zeros(600, 2))
  expect_identical(tall[c(2, 5, 6)], c(" 0  0", " ...", " 0  0"))
  expect_length(tall, 9)
  wide <- printed(torch_zeros(2, 600))
  expect_identical(wide[2:3], rep(" 0  0  0  ...  0  0  0", 2))
})

test_that("an array of more dimensions names its slices by their own places", {
  x <- torch_zeros(9, 2, 80)
  x[8, 2, 79] <- 7
  lines <- printed(x)
  heads <- grep("(", lines, fixed = TRUE, value = TRUE)
  expect_identical(heads, sprintf("(%d,.,.) = ", c(1, 2, 3, 7, 8, 9)))
  expect_identical(sum(lines == "..."), 1L)
  expect_identical(which(lines == "...") + 2L, which(lines == "(7,.,.) = "))
  expect_match(lines[[which(lines == "(8,.,.) = ") + 2]], "0  0  0  ...  0  7  0", fixed = TRUE)
  four <- grep("(", printed(torch_zeros(8, 8, 4, 4)), fixed = TRUE, value = TRUE)
  expect_identical(four[1:4], c("(1,1,.,.) = ", "(2,1,.,.) = ", "(3,1,.,.) = ", "(6,1,.,.) = "))
})

test_that("columns too many for a line are broken into blocks", {
  lines <- printed(torch_zeros(2, 40))
  expect_match(lines[[2]], "^Columns 1 to \\d+$")
  expect_match(lines[[3]], "^ 0  0  0")
})

test_that("whole numbers beyond a double's print exactly", {
  big <- bit64::as.integer64(c("9007199254740993", "-1", "9223372036854775807"))
  expect_identical(printed(torch_tensor(big))[2:4], c("    9007199254740993", "                  -1", " 9223372036854775807"))
})

test_that("complex tensors are cut like others", {
  x <- torch_tensor(complex(real = 1:1200, imaginary = 0))
  lines <- printed(x)
  expect_identical(trimws(lines[c(2, 5, 8)]), c("1+0i", "...", "1200+0i"))
  y <- printed(torch_reshape(x, c(30, 40)))
  expect_match(y[[2]], "1\\+0i +2\\+0i +3\\+0i +[.]{3} +38\\+0i +39\\+0i +40\\+0i")
})

test_that("tensors without values, sparse, quantized and half ones print", {
  expect_identical(printed(torch_empty(2, 3, device = "meta")), c("torch_tensor", "...", "[ MetaFloatType{2,3} ]"))
  sparse <- printed(torch_tensor(c(0, 5, 0))$to_sparse())
  expect_match(paste(sparse, collapse = " "), "indices:.*values:.*5.*size:")
  quantized <- suppressWarnings(torch_quantize_per_tensor(torch_tensor(c(1, 2)), 0.1, 10L, torch_quint8()))
  expect_match(paste(printed(quantized), collapse = " "), " 1  2 .*QuantizedCPUQUInt8Type\\{2\\}.*scale: 0.1, zero_point: 10")
  expect_identical(printed(torch_tensor(c(0.5, 1), dtype = "half"))[2:3], c(" 0.5000", " 1.0000"))
  expect_identical(printed(torch_zeros(0, 3)), c("torch_tensor", "[ CPUFloatType{0,3} ]"))
  expect_identical(printed(torch_ones(1200, requires_grad = TRUE))[[9]], "[ CPUFloatType{1200} ][ requires_grad = TRUE ]")
})

test_that("printing leaves no trace in a program", {
  f <- jit_trace(function(x) {
    capture.output(print(x))
    x + 1
  }, torch_ones(2000))
  graph <- paste(capture.output(print(f$graph)), collapse = " ")
  expect_match(graph, "aten::add")
  expect_no_match(graph, "narrow|cat|detach")
})
