# The failure paths of the installation that cost nothing to walk. The tools are not installed with
# the package, so this runs where its sources are.

setup_tools <- function() {
  root <- Find(
    function(path) file.exists(file.path(path, "tools", "config.R")),
    c("../..", "../../00_pkg_src/torchscript")
  )
  skip_if(is.null(root), "the package's sources are not here")
  tools <- new.env()
  withr::with_dir(root, sys.source("tools/config.R", tools))
  tools
}

# A folder that looks like a libtorch of some version.
fake_libtorch <- function(version, env = parent.frame()) {
  path <- withr::local_tempdir(.local_envir = env)
  dir.create(file.path(path, "lib"))
  dir.create(file.path(path, "include", "torch", "headeronly"), recursive = TRUE)
  file.create(file.path(path, "lib", "libtorch_cpu.so"))
  writeLines(
    c("#define TORCH_VERSION_MAJOR 2", "#define TORCH_VERSION \\", sprintf("  \"%s\"", version)),
    file.path(path, "include", "torch", "headeronly", "version.h")
  )
  path
}

# A Python whose `-m pip download` does what `script` says.
local_python <- function(script, env = parent.frame()) {
  python <- withr::local_tempfile(.local_envir = env)
  writeLines(c("#!/bin/sh", 'case "$*" in', paste0("*download*) ", script, " ;;"), "esac"), python)
  Sys.chmod(python, "755")
  withr::local_envvar(TORCHSCRIPT_PYTHON = python, .local_envir = env)
}

local_empty_cache <- function(env = parent.frame()) {
  cache <- withr::local_tempdir(.local_envir = env)
  withr::local_envvar(R_USER_CACHE_DIR = cache, LIBTORCH = NA, .local_envir = env)
  cache
}

cached <- function(tools) list.files(tools$libtorch_cache_root(), all.files = TRUE, no.. = TRUE)

test_that("the version is read from libtorch's header", {
  tools <- setup_tools()
  header <- file.path(fake_libtorch("2.13.0"), "include", "torch", "headeronly", "version.h")
  expect_equal(tools$libtorch_read_version(header), "2.13.0")
})

test_that("a LIBTORCH that cannot be used is named, with the reason", {
  tools <- setup_tools()
  withr::local_envvar(LIBTORCH = "/no/such/folder")
  expect_error(tools$libtorch_find(), "LIBTORCH is set to '/no/such/folder'.*no such folder")
  withr::local_envvar(LIBTORCH = withr::local_tempdir())
  expect_error(tools$libtorch_find(), "holds no lib/libtorch_cpu.so")
  withr::local_envvar(LIBTORCH = fake_libtorch("2.12.1"))
  expect_error(tools$libtorch_find(), "is 2.12.1, not 2.13.0.*unset it")
})

test_that("missing or old Rust is told with its remedy", {
  tools <- setup_tools()
  empty <- withr::local_tempdir()
  withr::local_envvar(PATH = empty, HOME = empty)
  expect_error(tools$cargo_find(), "cargo is missing.*https://rustup.rs")

  writeLines(c("#!/bin/sh", "echo 'rustc 1.60.0 (x)'"), file.path(empty, "cargo"))
  file.copy(file.path(empty, "cargo"), file.path(empty, "rustc"))
  Sys.chmod(file.path(empty, c("cargo", "rustc")), "755")
  withr::local_envvar(PATH = paste0(empty, ":/usr/bin:/bin"))
  tools$rust_needed <- function() "1.85"
  expect_error(tools$cargo_find(), "Rust 1.85 or newer is needed.*1.60.0.*rustup update")
})

test_that("a failed download says why and leaves nothing", {
  tools <- setup_tools()
  local_empty_cache()
  local_python("echo 'ERROR: No matching distribution'; exit 1")
  tools$room_mb <- function(path) Inf
  capture.output(
    expect_error(tools$libtorch_fetch(), "No matching distribution.*Check the network.*LIBTORCH"),
    type = "message"
  )
  expect_equal(cached(tools), character())
})

test_that("a wrong checksum is an error and leaves nothing", {
  tools <- setup_tools()
  local_empty_cache()
  # The last of pip's options before the packages is the folder to fill.
  local_python(paste(
    'while [ "$1" != --dest ]; do shift; done;',
    'for x in torch-2.13.0 nvidia_cuda_runtime-13.0.96 nvidia_cuda_cupti-13.0.85; do',
    'echo damaged > "$2/$x-py3.whl"; done'
  ))
  tools$room_mb <- function(path) Inf
  capture.output(
    expect_error(tools$libtorch_fetch(), "checksum of torch-2.13.0.*is wrong.*Try again"),
    type = "message"
  )
  expect_equal(cached(tools), character())
})

test_that("a missing pip and a disk without room are told before anything is fetched", {
  tools <- setup_tools()
  local_empty_cache()
  local_python("exit 1")
  tools$room_mb <- function(path) 10
  expect_error(tools$libtorch_fetch(), "not enough room.*needs 1700 MB.*10 MB are free")
  tools$has_pip <- function(python) FALSE
  expect_error(tools$libtorch_fetch(), "pip.*is missing.*apt-get install python3-pip")
  expect_equal(cached(tools), character())
})

test_that("what a killed installation left is removed by the next one", {
  tools <- setup_tools()
  local_empty_cache()
  # No process has this number: Linux stops before it.
  left <- file.path(tools$libtorch_cache_root(), "partial-99999999")
  dir.create(left, recursive = TRUE)
  partial <- tools$libtorch_partial()
  expect_equal(cached(tools), basename(partial))
})

test_that("libtorch calls its own BLAS, not R's", {
  # R's reference BLAS hands complex results back in another way: the product would be 0
  x <- torch_tensor(c(1+2i, -0.5i, 3+0i))
  expect_equal(torch_vdot(x, x)$item(), 14.25+0i)
  expect_equal(torch_dot(x, x)$item(), sum(c(1+2i, -0.5i, 3+0i)^2))
})
