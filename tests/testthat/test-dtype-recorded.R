# PyTorch's tables of dtypes: promotion, limits, autocast (dev/fixtures_dtypes.py).

answers <- recorded("dtypes.R")
dtypes <- answers$dtypes
answers$dtypes <- NULL
named_dtype <- function(name) recorded_words()$dtype(switch(name, complex32 = "cfloat32", name))
dtype_or_error <- function(code) {
  tryCatch(dtype_label_of(code), torchscript_error = function(e) "error")
}
label_of <- function(names) {
  vapply(names, function(name) if (name == "error") name else format(named_dtype(name)), "", USE.NAMES = FALSE)
}
dtype_label_of <- function(x) if (is_torch_dtype(x)) format(x) else format(x$dtype)

test_that("every pair of dtypes is promoted as PyTorch does", {
  tables <- Filter(function(answer) !is.null(answer$promote), answers)
  expect_length(tables, length(dtypes))
  suppressWarnings(for (table in tables) {
    one <- named_dtype(table$dtype)
    x <- torch_empty(2, dtype = one)
    others <- lapply(dtypes, named_dtype)
    over <- function(f) vapply(others, function(other) dtype_or_error(f(other)), "")
    expect_identical(over(function(other) torch_promote_types(one, other)), label_of(table$promote), info = table$dtype)
    expect_identical(over(function(other) x + torch_empty(2, dtype = other)), label_of(table$add), info = table$dtype)
    expect_identical(
      over(function(other) torch_result_type(x, torch_empty(integer(), dtype = other))),
      label_of(table$with_scalar_tensor), info = table$dtype
    )
    casts <- vapply(others, function(other) torch_can_cast(one, other), NA)
    expect_identical(casts, table$can_cast, info = table$dtype)
    numbers <- list(2L, 2.5, TRUE, 1 + 2i)
    expect_identical(
      vapply(numbers, function(number) dtype_or_error(torch_result_type(x, number)), ""), label_of(table$with_number),
      info = table$dtype
    )
    expect_identical(
      vapply(numbers, function(number) dtype_or_error(x + number), ""), label_of(table$add_number), info = table$dtype
    )
    expect_identical(
      vapply(numbers, function(number) dtype_or_error(number + x), ""), label_of(table$add_number), info = table$dtype
    )
  })
})

test_that("limits are PyTorch's", {
  for (table in Filter(function(answer) !is.null(answer$kind), answers)) {
    dtype <- named_dtype(table$dtype)
    limits <- if (table$kind == "finfo") torch_finfo(dtype) else torch_iinfo(dtype)
    expect_identical(names(limits), names(table$fields))
    for (field in names(table$fields)) {
      expect_identical(suppressWarnings(as.numeric(limits[[field]])), as.numeric(table$fields[[field]]), info = paste(table$dtype, field))
    }
  }
  expect_identical(as.character(torch_iinfo(torch_long())$max), "9223372036854775807")
  expect_identical(torch_iinfo("uint8")$max, 255L)
  expect_failure_of(torch_finfo(torch_long()), "type", "torch_iinfo", "torch_finfo")
  expect_failure_of(torch_iinfo("float"), "type", "torch_finfo", "torch_iinfo")
  expect_failure_of(torch_iinfo(torch_bool()), "type")
  expect_failure_of(torch_finfo("flaot32"), "value", "did you mean \"float32\"")
  expect_failure_of(torch_finfo(3), "type", "the number 3")
  expect_output(print(torch_finfo("half")), "torch_finfo(dtype = torch_Half, bits = 16, max = 65504", fixed = TRUE)
})

test_that("autocast casts what PyTorch casts, to the same numbers", {
  tables <- Filter(function(answer) !is.null(answer$autocast), answers)
  expect_length(tables, 2)
  for (table in tables) {
    x <- alive(table$x)
    w <- alive(table$w)
    mm <- function() torch_mm(x, w)
    calls <- list(
      mm = mm, matmul = function() x %*% w, addmm = function() torch_addmm(x, x, w), add = function() x + w,
      exp = function() exp(x), softmax = function() torch_softmax(mm(), 2),
      mse_loss = function() jit_ops$aten$mse_loss(mm(), w), cat = function() torch_cat(list(mm(), x), 1),
      linear = function() jit_ops$aten$linear(x, w), relu = function() torch_relu(mm())
    )
    with_autocast(device_type = "cpu", dtype = named_dtype(table$autocast), code = {
      for (name in names(table$dtypes)) {
        expect_identical(format(calls[[name]]()$dtype), label_of(table$dtypes[[name]]), info = name)
      }
      expect_recorded(mm()$float(), table$product, table$autocast)
    })
    expect_identical(format(mm()$dtype), "torch_Float")
  }
})
