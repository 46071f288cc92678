# Numbers beside tensors: the dtypes and all digits of eager code.

d <- function() torch_tensor(c(.1, .2, .3), dtype = torch_double())
v <- function() torch_tensor(c(-1, 2, 3))
m <- function() torch_tensor(matrix(c(1, -2, 3, 4, 5, -6), 2))
ii <- function() torch_tensor(1:3)
halves <- matrix(c(.1, .2, .3, .4, .5, .6), 2)
counts <- matrix(1:6, 3)

test_that("a number on either side of a tensor keeps its digits and leaves the dtype", {
  for (x in list(d(), v(), v()$half(), ii(), torch_tensor(2), torch_tensor(2, dtype = torch_double())$sum(), v()$sum())) {
    expect_exactly_eager(function(x) list(0.1 * x, x * 0.1, 0.1 + x, 0.1 - x, x - 0.1), x)
    expect_exactly_eager(function(x) list(0.1 == x, 0.1 != x, 0.1 < x, 0.1 >= x, 2 > x, 2 <= x), x)
    expect_exactly_eager(function(x) list(0.1 / x, 2.5 %% x, 2.5 %/% x, 2^x), x)
    expect_exactly_eager(function(x) list(2L - x, 2L * x, 2L + x, 2L / x, 7L %/% x), x)
    expect_exactly_eager(function(x, k = 0.25) list((1 - k) * x + k * x^2, k / x, k - x), x)
  }
  expect_exactly_eager(function(x) 1e300 * x, d())
  expect_exactly_eager(function(x) 16777217 - x, d())
  expect_exactly_eager(function(x) 1 - (x > 1), ii())
  # R computes the left side first
  expect_exactly_eager(function(x) x$sum()$item() * x$add_(1), v())
})

test_that("an item keeps its kind on both sides", {
  bytes <- torch_tensor(c(1L, 2L, 200L), dtype = torch_uint8())
  for (x in list(ii(), bytes, d(), v())) {
    expect_exactly_eager(function(x) list(x$max()$item() * x, x$max()$item() - x, x + x$max()$item()), x)
  }
})

test_that("R's vectors and arrays take the dtype of the tensor beside them", {
  for (x in list(d(), v(), v()$half(), ii())) {
    expect_exactly_eager(function(x) list(x - c(.1, .2, .3), c(.1, .2, .3) / x, x == c(.1, .2, .3), x + c(1L, 2L, 3L)), x)
    expect_exactly_eager(function(x, k = 0.1) x - c(k, .2, .3), x)
  }
  expect_exactly_eager(function(x) x * c(1e300, 1, 1), d())
  for (x in list(m(), m()$double(), m()$half(), m()$to(dtype = torch_int()))) {
    expect_exactly_eager(function(x) list(x - halves, halves * x, x$t() + counts), x)
  }
  for (x in list(m(), m()$double())) {
    expect_exactly_eager(function(x) list(x %*% c(1, 2, 3), c(1, 2) %*% x, x %*% counts, x %*% t(halves)), x)
  }
})

test_that("new tensors have all digits of what they are made of", {
  expect_exactly_eager(function() torch_tensor(0.1, dtype = torch_double()))
  expect_exactly_eager(function(x) torch_tensor(0.1, dtype = x$dtype), d())
  expect_exactly_eager(function(k = .1) torch_tensor(c(k, .2, 1e300), dtype = torch_double()))
  expect_exactly_eager(function() torch_scalar_tensor(.1, dtype = torch_double()))
  expect_exactly_eager(function() torch_tensor(c(16777217, -3), dtype = torch_long()))
  expect_exactly_eager(function() list(torch_tensor(halves, dtype = torch_double()), torch_tensor(halves), torch_tensor(counts)))
  expect_exactly_eager(function() list(torch_tensor(c(1, 2), dtype = torch_half()), torch_tensor(c(1L, 2L), dtype = torch_double())))
  expect_error(jit_script(function(x) torch_tensor(list(x, x))), "A tensor can't be made of", class = "torchscript_compile_error")
  expect_exactly_eager(function(k = 300) torch_tensor(k, dtype = torch_uint8()))
  expect_exactly_eager(function(k = -128) torch_tensor(k, dtype = torch_int8()))
})

test_that("assigned values have all digits, and no fraction where the tensor has none", {
  for (x in list(d(), v(), ii())) {
    expect_exactly_eager(function(x) {
      x[1] <- 16777217
      x[2:3] <- 2
      x
    }, x)
    expect_exactly_eager(function(x) {
      x[1] <- 0.1
      x
    }, x)
    for (k in c(1, 1.5)) {
      expect_exactly_eager(function(x, k = 1) {
        x[1:2] <- c(k, 2)
        x
      }, x, k)
    }
    expect_exactly_eager(function(x) {
      x[x > 2] <- c(7)
      x[c(1, 3)] <- torch_tensor(c(1, 2))
      x[x > 0.15 & x < 2] <- 5L
      x
    }, x)
  }
  expect_exactly_eager(function(x) {
    x[1] <- 1e300
    x
  }, d())
})

test_that("bytes are positions, masks are not crossed with positions, and N stays with drop = FALSE", {
  expect_exactly_eager(function(x, i) x[i], v(), torch_tensor(c(1L, 2L, 1L), dtype = torch_uint8()))
  expect_error(jit_script(function(x) x[c(TRUE, FALSE), c(1, 2)]), "several positions or a mask", class = "torchscript_compile_error")
  expect_exactly_eager(function(x) list(x[N, drop = FALSE], x[N - 1, drop = FALSE], x[, N, drop = FALSE], x[, N]), m())
})

test_that("what R asks of tensors is asked of their dtypes", {
  for (x in list(v(), v() > 0, ii())) expect_exactly_eager(function(x) if (is.numeric(x)) x + 1 else x, x)
  expect_exactly_eager(function(x) c(is.numeric(x$dtype), is.integer(x$dtype), is.double(x$dtype), is.list(x$dtype), inherits(x$dtype, "torch_dtype"), inherits(x$device, "torch_dtype")), v())
  expect_exactly_eager(function(x) paste("loss", as.character(x)), torch_tensor(2.5))
  expect_error(jit_script(function(x) is.null(x$grad)), "may be NULL", class = "torchscript_compile_error")
})

test_that("TRUE and FALSE beside a tensor keep its dtype, and quotients of bytes their sign", {
  given <- list(
    torch_tensor(c(TRUE, FALSE, TRUE)), torch_tensor(c(3, 0, 200), dtype = torch_uint8()), ii(), v(), v()$half(), d(),
    torch_tensor(TRUE)$squeeze(), torch_tensor(3L, dtype = torch_uint8())$squeeze(), torch_tensor(2)$squeeze()
  )
  for (x in given) {
    expect_exactly_eager(function(x) list(x^TRUE, x^FALSE, torch_pow(x, TRUE)), x)
    expect_exactly_eager(function(x, k = TRUE) x^k, x)
    for (sign in c("+", "*", "/", "==", "<", ">=", "&", "|", "%%", "%/%")) {
      expect_exactly_eager(eval(str2lang(sprintf("function(x) x %s TRUE", sign))), x)
      expect_exactly_eager(eval(str2lang(sprintf("function(x) TRUE %s x", sign))), x)
      expect_exactly_eager(eval(str2lang(sprintf("function(x, k = FALSE) list(x %s k, k %s x)", sign, sign))), x)
      expect_exactly_eager(eval(str2lang(sprintf("function(x, k = -1L) list(x %s k)", sign))), x)
      expect_exactly_eager(eval(str2lang(sprintf("function(x, k = -1L) list(k %s x)", sign))), x)
    }
  }
})

test_that("lists of numbers are tensors of several dimensions", {
  expect_exactly_eager(function() torch_tensor(list(list(1, 2), list(3, 4))))
  expect_exactly_eager(function(k = 2) torch_tensor(list(list(k, 0.1), list(TRUE, k)), dtype = torch_double()))
  expect_exactly_eager(function(k = 2L) torch_tensor(list(c(k, 2L), c(TRUE, FALSE))))
  expect_exactly_eager(function() list(torch_tensor(list(TRUE, FALSE)), torch_tensor(list(1L, 2)), torch_tensor(list(TRUE, 2L))))
  expect_exactly_eager(function() list(torch_tensor(list()), torch_tensor(list(), dtype = torch_long()), torch_tensor(list(a = 1, b = 2))))
  expect_exactly_eager(function(x) torch_tensor(list(x$size(1), x$size(1))), v())
  expect_exactly_eager(function(x) torch_tensor(x$shape, dtype = x$dtype, device = x$device), v())
  expect_exactly_eager(function() list(torch_tensor(1i), torch_tensor(c(1 + 2i, 3), dtype = torch_cdouble())))
  expect_error(jit_script(function(k = 2) torch_tensor(list(list(k, 2), list(1)))), "must have one shape", class = "torchscript_compile_error")
  expect_exactly_eager(function(x) torch_tensor(c(x$sum()$item(), x$sum()$item())), v())
  expect_error(jit_script(function(x) torch_tensor(list(x$shape, x$shape))), "reshape", class = "torchscript_compile_error")
  for (fn in list(function() torch_tensor(NULL), function() torch_tensor("a"), function() torch_tensor(mean))) {
    expect_error(jit_script(fn), "A tensor can't be made of (NULL|a string|a function)", class = "torchscript_compile_error")
  }
  expect_error(jit_script(function() torch_tensor()), "`data` is missing", class = "torchscript_compile_error")
  expect_error(jit_script(function() torch_tensor(NA)), "`torch_tensor\\(NA\\)`: The data hold NA", class = "torchscript_compile_error")
})

test_that("arithmetic of what was an element of a tensor is told apart, or refused", {
  x <- torch_tensor(c(1, 2, 3))
  expect_same_as_eager(function(v) v * (v[1]$item() + 1L), x)
  expect_same_as_eager(function(v) v[1]$item() * v$add_(1), x)
  expect_same_as_eager(function(v) { g <- function(s) { force(s); v$zero_(); v + s }; g(v[2]$item()) }, x)
  expect_same_as_eager(function(v) torch_arange(1, v$max()$item()), torch_tensor(1:3))
  expect_failure_of(jit_script(function(v) torch_arange(1L, v$max()$item())), "compile", "in the tensor alone")
  for (x in list(torch_tensor(1:3), torch_tensor(c(1, 2)))) {
    expect_same_as_eager(function(v) is.integer(v[1]$item() + 1L), x)
    expect_exactly_eager(function(v) list(v * (v[1]$item() + 1L), (v[1]$item() + 1L) * v, v - (v[1]$item() + 1L), v %% (v[1]$item() + 1L)), x)
  }
  expect_failure_of(jit_script(function(v) (v[1]$item() + 1L) %/% v)(torch_tensor(1:3)), "program", "as.numeric\\(\\) makes it a double")
  pick <- jit_script(function(v, i) v[i$item()])
  expect_identical(pick(x, torch_tensor(2L))$item(), 2)
  expect_failure_of(pick(x, torch_tensor(TRUE)), "program", "One TRUE or FALSE is no index")
})

test_that("vectors of one and elements of tensors stand beside tensors as numbers do", {
  expect_same_as_eager(function(v, n) n * v, torch_tensor(2)$squeeze(), 3, types = list(n = "List[float]"))
  for (n in list(3, c(3, 4))) expect_same_as_eager(function(v, n) list(n * v, v - n, v > n), torch_tensor(c(2, 3)), n, types = list(n = "List[float]"))
  expect_same_as_eager(function(v, x) { m <- v$max(); list(m$item() %/% x, m$item() / x, m$item()^x, m$item() - x) }, torch_tensor(c(7L, 3L)), torch_tensor(c(2L, 3L)))
})

test_that("an integer that the tensor's dtype can't hold stops the program", {
  for (dtype in list(torch_uint8(), torch_int8(), torch_int16(), torch_int32())) {
    u <- torch_tensor(c(1L, 2L, 3L), dtype = dtype)
    expect_same_as_eager(function(u) { u[1] <- 300L; u }, u)
    expect_same_as_eager(function(u, n = 3L) { u[1:2] <- n * 100L; u }, u)
    expect_same_as_eager(function(u, n = 3L) { u[1] <- n; u }, u)
    expect_same_as_eager(function(u) { u[u > 1] <- -200L; u }, u)
    expect_same_as_eager(function(u) { u[c(1, 2)] <- c(300L, 1L); u }, u)
    expect_same_as_eager(function(u) { u[c(1, 2)] <- c(30L, 1L); u }, u)
    expect_same_as_eager(function(u) { u[1] <- -1L; u }, u)
    expect_same_as_eager(function(u) { u[1] <- 128L; u }, u)
  }
})

test_that("torch_tensor() takes what the dtype can hold", {
  expect_same_as_eager(function(n = 300L) torch_tensor(n, dtype = torch_uint8()), 300L)
  expect_same_as_eager(function(n = 300L) torch_tensor(c(1L, n), dtype = torch_int8()), 30L)
  for (a in c(NaN, Inf, -0.75, 2.5, 300)) expect_same_as_eager(function(a = 1) torch_tensor(c(1, a), dtype = torch_uint8()), a)
  for (a in c(NaN, Inf, 2.5, 3e9)) expect_same_as_eager(function(a = 1) torch_tensor(a, dtype = torch_int()), a)
})
