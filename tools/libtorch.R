# Finds libtorch, or fetches it. Base R only: this runs before any package is there.
#
# A libtorch is a folder with `lib/` and `include/`. They are looked for in this order: `LIBTORCH`,
# our own cache, an installed Python torch. Failing these, the wheels below are fetched with pip
# into the cache.

libtorch_version <- "2.13.0"

# What PyPI serves for Linux on x86_64. torch's CPU library is linked against two small CUDA runtime
# libraries, so it cannot be loaded without them, even where there is no GPU.
libtorch_wheels <- data.frame(
  package = c("torch", "nvidia-cuda-runtime", "nvidia-cuda-cupti"),
  version = c(libtorch_version, "13.0.96", "13.0.85"),
  sha256 = c(
    "60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7",
    "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
    "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"
  )
)
libtorch_wheels_mb <- 514

# The wheels, beside what is unpacked from them, and room for pip's temporary copy.
libtorch_room_mb <- 1700

libtorch_archive <- sprintf(
  "https://download.pytorch.org/libtorch/cpu/libtorch-shared-with-deps-%s%%2Bcpu.zip",
  libtorch_version
)

# Finding ---------------------------------------------------------------------------------------

libtorch_get <- function() {
  libtorch_find() %||% libtorch_fetch()
}

libtorch_find <- function() {
  libtorch_find_env() %||% libtorch_find_cache() %||% libtorch_find_python()
}

# Who sets `LIBTORCH` wants that one: an unusable one is an error, not a reason to look elsewhere.
libtorch_find_env <- function() {
  path <- Sys.getenv("LIBTORCH")
  if (!nzchar(path)) {
    return(NULL)
  }
  problem <- libtorch_problem(path)
  if (!is.null(problem)) {
    fail(
      "LIBTORCH is set to '", path, "', but ", problem, ".\n",
      "Point LIBTORCH to the folder of a libtorch ", libtorch_version,
      " (the one that holds lib/ and include/), or unset it to have one fetched."
    )
  }
  libtorch_at(path)
}

libtorch_find_cache <- function() {
  path <- libtorch_cache_path()
  if (is.null(libtorch_problem(path))) libtorch_at(path)
}

libtorch_find_python <- function() {
  python <- python_find()
  if (is.null(python)) {
    return(NULL)
  }
  # find_spec() only locates torch: importing it would take seconds.
  code <- "import importlib.util as u; s = u.find_spec('torch'); print(s.origin if s else '')"
  origin <- run(python, c("-c", code))$output
  path <- dirname(c(origin, "")[[1]])
  if (is.null(libtorch_problem(path))) libtorch_at(path)
}

libtorch_at <- function(path) {
  list(path = normalizePath(path), version = libtorch_version)
}

# Why the libtorch at `path` cannot be used, or NULL if it can.
libtorch_problem <- function(path) {
  if (!dir.exists(path)) {
    return("there is no such folder")
  }
  library <- file.path(path, "lib", "libtorch_cpu.so")
  header <- file.path(path, "include", "torch", "headeronly", "version.h")
  if (!file.exists(library)) {
    return("it holds no lib/libtorch_cpu.so")
  }
  version <- if (file.exists(header)) libtorch_read_version(header) else "of an older version"
  if (!identical(version, libtorch_version)) {
    return(paste0("that libtorch is ", version, ", not ", libtorch_version))
  }
  # A Python torch installed without its CUDA runtime has all the files, but cannot be loaded.
  missing <- grep("not found", run("ldd", library)$output, value = TRUE)
  if (length(missing) > 0) {
    return(paste("its libtorch_cpu.so needs", sub("^\\s*(\\S+).*", "\\1", missing[[1]])))
  }
  NULL
}

libtorch_read_version <- function(header) {
  text <- paste(readLines(header, warn = FALSE), collapse = " ")
  sub(".*#define TORCH_VERSION[ \\\\]+\"([^\"]+)\".*", "\\1", text)
}

libtorch_cache_root <- function() {
  tools::R_user_dir("torchscript", "cache")
}

libtorch_cache_path <- function() {
  file.path(libtorch_cache_root(), paste0("libtorch-", libtorch_version))
}

# Fetching --------------------------------------------------------------------------------------

# All is done in a folder beside the target, which becomes the target by one rename at the end:
# there is a whole libtorch in the cache, or none.
libtorch_fetch <- function() {
  python <- libtorch_fetch_needs()
  target <- libtorch_cache_path()
  partial <- libtorch_partial()
  on.exit(unlink(partial, recursive = TRUE), add = TRUE)

  say("Fetching libtorch ", libtorch_version, " (", libtorch_wheels_mb, " MB, once) ...")
  wheels <- wheels_download(python, partial)
  wheels_check(wheels)
  say("Unpacking ...")
  unpacked <- wheels_unpack(python, wheels, file.path(partial, "libtorch"))

  problem <- libtorch_problem(unpacked)
  if (!is.null(problem)) {
    fail("The fetched libtorch can't be used: ", problem, ".\n", libtorch_by_hand())
  }
  unlink(target, recursive = TRUE)
  if (!file.rename(unpacked, target)) {
    fail("Can't move libtorch to '", target, "'. Check who may write there.")
  }
  say("libtorch ", libtorch_version, " is in ", target)
  libtorch_at(target)
}

# Everything that can be known before the first byte is fetched.
libtorch_fetch_needs <- function() {
  platform <- paste(Sys.info()[["sysname"]], Sys.info()[["machine"]])
  if (platform != "Linux x86_64") {
    fail("No libtorch can be fetched for ", platform, ".\n", libtorch_by_hand())
  }
  python <- python_find()
  if (!has_pip(python)) {
    fail(
      "Python's pip, which fetches libtorch, is missing.\n",
      "Install it ('sudo apt-get install python3-pip' on Debian and Ubuntu) and try again.\n",
      libtorch_by_hand()
    )
  }
  root <- libtorch_cache_root()
  dir.create(root, recursive = TRUE, showWarnings = FALSE)
  if (file.access(root, 2) != 0) {
    fail(
      "Can't write to the cache '", root, "'.\n",
      "Set R_USER_CACHE_DIR to a folder where you may write, and try again."
    )
  }
  room <- room_mb(root)
  if (room < libtorch_room_mb) {
    fail_no_room(root, room)
  }
  python
}

# A killed installation cannot clean up: the next one removes what it left.
libtorch_partial <- function() {
  root <- libtorch_cache_root()
  left <- list.files(root, "^partial-[0-9]+$", full.names = TRUE)
  alive <- vapply(sub(".*-", "", left), is_running, NA)
  unlink(left[!alive], recursive = TRUE)
  partial <- file.path(root, paste0("partial-", Sys.getpid()))
  dir.create(partial)
  partial
}

# pip knows the user's mirror and proxy. The interpreter's own version does not matter: the wheels
# are only unpacked, so all users get the same files, and one checksum serves.
wheels_download <- function(python, partial) {
  folder <- file.path(partial, "wheels")
  dir.create(folder)
  platforms <- c("manylinux_2_28_x86_64", "manylinux_2_25_x86_64", "manylinux2014_x86_64")
  args <- c(
    "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check", "--retries", "2",
    "--progress-bar", "off", "--only-binary=:all:", "--python-version", "3.11",
    paste0("--platform=", platforms), "--dest", folder,
    paste0(libtorch_wheels$package, "==", libtorch_wheels$version)
  )
  said <- run_watched(python, args, partial, libtorch_wheels_mb)
  wheels <- wheel_path(folder)
  if (all(file.exists(wheels))) {
    return(wheels)
  }
  if (room_mb(partial) < 10 || any(grepl("No space left", said))) {
    fail_no_room(libtorch_cache_root(), room_mb(partial))
  }
  # pip goes on after its errors (notices, tracebacks): the lines that say ERROR are the reason.
  reason <- grep("^ERROR", said, value = TRUE)
  if (length(reason) == 0) {
    reason <- utils::tail(said, 5)
  }
  fail(
    "libtorch could not be fetched:\n", paste0("  ", reason, collapse = "\n"), "\n",
    "Check the network (and pip's proxy or index settings), and try again.\n",
    libtorch_by_hand()
  )
}

wheel_path <- function(folder) {
  start <- paste0(gsub("-", "_", libtorch_wheels$package), "-", libtorch_wheels$version, "-")
  found <- lapply(start, function(x) list.files(folder, paste0("^", x), full.names = TRUE))
  vapply(found, function(x) c(x, "")[[1]], "")
}

wheels_check <- function(wheels) {
  for (i in seq_along(wheels)) {
    got <- sub(" .*", "", run("sha256sum", wheels[[i]])$output)
    if (!identical(got, libtorch_wheels$sha256[[i]])) {
      fail(
        "The checksum of ", basename(wheels[[i]]), " is wrong:\n",
        "  expected ", libtorch_wheels$sha256[[i]], "\n  got      ", got, "\n",
        "The download was damaged or is not the published file. Try again; if this comes back, ",
        "look at the mirror that pip is set to use."
      )
    }
  }
  invisible(wheels)
}

# Only what the CPU library needs, and flat: its run path ends in `$ORIGIN`. (R's own unzip() takes
# minutes to pick 9,000 headers.)
wheels_unpack <- function(python, wheels, to) {
  code <- c(
    "import sys, os, re, shutil, zipfile",
    "keep = re.compile(r'torch/(lib)/(libtorch_cpu\\.so|libc10\\.so|libgomp\\.so\\.1)$'",
    "  r'|torch/(include)/(.*[^/])$|nvidia/cu13/(lib)/(libcudart\\.so\\.13|libcupti\\.so\\.13)$')",
    "for wheel in sys.argv[2:]:",
    "  with zipfile.ZipFile(wheel) as archive:",
    "    for name in archive.namelist():",
    "      match = keep.match(name)",
    "      if match:",
    "        path = os.path.join(sys.argv[1], *[part for part in match.groups() if part])",
    "        os.makedirs(os.path.dirname(path), exist_ok=True)",
    "        with archive.open(name) as source, open(path, 'wb') as sink:",
    "          shutil.copyfileobj(source, sink, 1 << 20)"
  )
  script <- file.path(dirname(to), "unpack.py")
  writeLines(code, script)
  result <- run(python, c(script, to, wheels))
  if (result$status != 0) {
    if (any(grepl("No space left", result$output))) {
      fail_no_room(libtorch_cache_root(), room_mb(libtorch_cache_root()))
    }
    fail("libtorch could not be unpacked: ", utils::tail(result$output, 1))
  }
  to
}

# Helpers ---------------------------------------------------------------------------------------

`%||%` <- function(x, y) if (is.null(x)) y else x

say <- function(...) {
  cat(..., "\n", sep = "", file = stderr())
}

fail <- function(...) {
  stop(..., call. = FALSE)
}

fail_no_room <- function(path, room) {
  fail(
    "There is not enough room for libtorch in '", path, "': it needs ", libtorch_room_mb,
    " MB while it is installed, and ", floor(room), " MB are free.\n",
    "Make room, or set R_USER_CACHE_DIR to a folder on another disk, and try again."
  )
}

libtorch_by_hand <- function() {
  paste0(
    "Or get a libtorch ", libtorch_version, " yourself, unpack it, and set LIBTORCH to its ",
    "folder; for Linux on x86_64:\n  ", libtorch_archive
  )
}

python_find <- function() {
  python <- Sys.getenv("TORCHSCRIPT_PYTHON", unset = Sys.which("python3"))
  if (nzchar(python) && run(python, c("-c", "''"))$status == 0) python
}

has_pip <- function(python) {
  !is.null(python) && run(python, c("-m", "pip", "--version"))$status == 0
}

room_mb <- function(path) {
  lines <- run("df", c("-Pk", path))$output
  as.numeric(strsplit(lines[[2]], " +")[[1]][[4]]) / 1024
}

# R adds library paths for itself, through which a Python of one's own would load the system's
# libpython.
outside_r <- c("env", "-u", "LD_LIBRARY_PATH")

run <- function(command, args) {
  output <- suppressWarnings(
    tryCatch(
      system2(outside_r[[1]], shQuote(c(outside_r[-1], command, args)), stdout = TRUE, stderr = TRUE),
      error = function(e) structure(conditionMessage(e), status = 127L)
    )
  )
  list(status = attr(output, "status") %||% 0L, output = as.character(output))
}

# Runs a command that fills `folder`, draws how far it is, and returns what it said. The command is
# stopped with us.
run_watched <- function(command, args, folder, expected_mb) {
  log <- tempfile()
  command <- paste(shQuote(c(outside_r, command, args)), collapse = " ")
  background <- sprintf("TMPDIR=%s %s >%s 2>&1 </dev/null & echo $!", shQuote(folder), command, log)
  pid <- as.integer(system(background, intern = TRUE))
  on.exit({
    tools::pskill(pid)
    unlink(log)
  })
  while (is_running(pid)) {
    draw_bar(folder_mb(folder), expected_mb)
    Sys.sleep(0.25)
  }
  draw_bar(folder_mb(folder), expected_mb, last = TRUE)
  readLines(log, warn = FALSE)
}

# One that ended but was not waited for (Z) is still listed.
is_running <- function(pid) {
  stat <- suppressWarnings(
    tryCatch(readLines(file.path("/proc", pid, "stat")), error = function(e) character())
  )
  length(stat) == 1 && !grepl("\\) [ZX] ", stat)
}

folder_mb <- function(folder) {
  files <- list.files(folder, recursive = TRUE, full.names = TRUE)
  sum(file.size(files), na.rm = TRUE) / 2^20
}

# Redrawn in place on a terminal; in a log, a new line for each tenth.
draw_bar <- local({
  drawn <- -1
  function(done, all, last = FALSE) {
    share <- min(done / all, 1)
    terminal <- isatty(stderr())
    step <- floor(share * if (terminal) 100 else 10)
    if (step <= drawn && !(last && terminal)) {
      return(invisible())
    }
    drawn <<- step
    filled <- round(share * 40)
    bar <- paste0(strrep("=", filled), strrep(" ", 40 - filled))
    start <- if (terminal) "\r" else ""
    end <- if (terminal && !last) "" else "\n"
    cat(start, sprintf("  [%s] %3.0f%% of %d MB", bar, share * 100, all), end,
      sep = "", file = stderr()
    )
  }
})
