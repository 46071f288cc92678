#' Look into a program without running it
#'
#' What a TorchScript file holds: its methods with their arguments, its parameters and buffers with shapes, dtypes and
#' sizes, other attributes, constants, sub-modules, the operators that its source names, and with what it was written.
#' Nothing of the file is run, not even what runs when a program is loaded, and no weight is read: a file of any size
#' takes no longer than its source. [jit_audit()] tells what the program could do.
#'
#' @param path The file's path, or a raw vector that holds what a file would (of [jit_serialize()]).
#' @return A list of class `jit_inspection`, which prints as one page; `format()` gives the page's lines. It holds
#'   * `path` (`NULL` for a raw vector), `kind` ("module", "frozen module", or "function"), `is_mobile` (whether it holds
#'     bytecode for PyTorch's mobile runtime), `class`, the program's own class;
#'   * `version`, the file format's; `producer`, `serialization_id` and `byteorder`, `NA` in files that do not tell;
#'   * data frames: `methods` (`class`, `method`, `schema`, `record`, `line`; the program's own first, then those of
#'     sub-modules and the functions it calls), `parameters` and `buffers` (`name`, `shape`, `dtype`, `bytes`, `device`,
#'     `requires_grad`, `storage`: two of the same storage share their memory), `attributes` (`name`, `type`, `value`),
#'     `constants` (`name`, `type`, `value`, `shape`, `dtype`, `bytes`), `modules` (`name`, `class`), `operators`
#'     (`operator`, `count`: how often the source names it), `extra_files` (`name`, `bytes`) and `records` (`name`,
#'     `bytes`), all that is in the archive.
#' @section Errors: a `torchscript_file_error` where the file is missing, damaged (the checksum of every record that is
#'   read is compared), no TorchScript program, or one whose source can't be parsed.
#' @seealso [jit_audit()], [jit_load()], [torch.jit.save](https://docs.pytorch.org/docs/stable/generated/torch.jit.save.html)
#'   in PyTorch's documentation.
#' @export
#' @examples
#' fn <- jit_compile("def scale(x: Tensor, by: float = 2.0) -> Tensor:
#'   return torch.relu(x) * by
#' ")$scale
#' path <- tempfile(fileext = ".pt")
#' jit_save(fn, path)
#' jit_inspect(path)
#' jit_inspect(path)$operators
jit_inspect <- function(path) {
  source <- inspected_source(path)
  contents <- .Call(C_inspect, source)
  marks <- as_columns(contents$marks)
  values <- as_columns(contents$values)
  roles <- tensor_roles(values, marks)
  records <- data.frame(name = contents$records$name, bytes = contents$records$size)
  is_extra <- startsWith(records$name, "extra/")
  extra <- records[is_extra, ]
  extra$name <- substring(extra$name, nchar("extra/") + 1)
  about <- lapply(contents$texts, function(text) if (is.null(text)) NA_character_ else text)
  class <- values$text[[1]]
  is_module <- values$kind == "object" & nzchar(values$path) & !grepl("[.]torch[.]classes[.]", values$text)
  structure(
    list(
      path = if (is.character(source)) source, kind = program_kind(class, values),
      is_mobile = "bytecode.pkl" %in% records$name, class = class, version = as.integer(about$version),
      producer = about$producer, serialization_id = about$serialization_id, byteorder = about$byteorder,
      methods = inspected_methods(marks, class), parameters = tensor_table(values, roles == "parameter"),
      buffers = tensor_table(values, roles == "buffer"), attributes = attribute_table(values, roles, marks),
      constants = constant_table(as_columns(contents$constants)),
      modules = plain_rows(data.frame(name = values$path, class = values$text)[is_module, ]),
      operators = operator_counts(marks), extra_files = plain_rows(extra), records = records
    ),
    class = "jit_inspection"
  )
}

# The path, or the bytes.
inspected_source <- function(path) {
  if (is.raw(path)) path else normalizePath(check_readable(path))
}

# Lists of columns as data frames; a column may be a list.
as_columns <- function(columns) {
  structure(columns, class = "data.frame", row.names = seq_along(columns[[1]]))
}

plain_rows <- function(rows) {
  rownames(rows) <- NULL
  rows
}

# Of a function PyTorch's loader, and ours, knows by the name of its class.
program_kind <- function(class, values) {
  if (grepl("^__torch__[.](.*[.])?PlaceholderModule$", class)) {
    return("function")
  }
  # torch.jit.freeze() takes the mode out, which every other module has
  if ("training" %in% values$path) "module" else "frozen module"
}

# A record's qualified names: of `code/__torch__/torch/nn.py` they begin with `__torch__.torch.nn`.
record_prefix <- function(record) gsub("/", ".", sub("[.]py$", "", sub("^code/", "", record)), fixed = TRUE)

qualified_class <- function(marks) paste0(record_prefix(marks$record), ".", sub("[.].*$", "", marks$scope))

# For each value "parameter", "buffer", "attribute", or "" for objects and what they do not name.
tensor_roles <- function(values, marks) {
  listed <- function(kind) {
    of_kind <- marks[marks$kind == kind, ]
    paste(qualified_class(of_kind), of_kind$name)
  }
  key <- paste(values$class, values$attribute)
  lists <- marks[marks$kind == "list" & marks$name == "__buffers__", ]
  # of a class that is not in the source, as in files for mobile alone, gradients tell
  is_foreign <- !values$class %in% paste0(record_prefix(marks$record), ".", marks$name)[marks$kind == "class"]
  # before version 1.5 no list said which tensors are buffers
  is_unlisted <- values$kind == "tensor" & !values$class %in% qualified_class(lists) & nzchar(values$class)
  ifelse(
    !nzchar(values$attribute) | values$kind == "object", "",
    ifelse(
      key %in% listed("__parameters__") | values$kind == "tensor" & values$grad & is_foreign, "parameter",
      ifelse(key %in% listed("__buffers__") | is_unlisted, "buffer", "attribute")
    )
  )
}

tensor_table <- function(values, chosen) {
  rows <- values[chosen & values$kind == "tensor", ]
  plain_rows(data.frame(
    name = rows$path, shape = I(lapply(rows$shape, as_sizes)), dtype = rows$dtype, bytes = rows$bytes, device = rows$device,
    requires_grad = rows$grad, storage = rows$storage
  ))
}

as_sizes <- function(shape) if (all(shape <= .Machine$integer.max)) as.integer(shape) else shape

# A parameter that is None is an attribute, too.
attribute_table <- function(values, roles, marks) {
  # tensors in lists, and objects of C++
  is_held <- values$kind == "tensor" & !nzchar(values$attribute)
  is_custom <- values$kind == "object" & grepl("[.]torch[.]classes[.]", values$text)
  is_odd <- roles %in% c("parameter", "buffer") & values$kind != "tensor"
  rows <- values[roles == "attribute" | is_odd | is_held | is_custom, ]
  fields <- marks[marks$kind == "field" & nzchar(marks$text), ]
  at <- match(paste(rows$class, rows$attribute), paste(qualified_class(fields), fields$name))
  plain_rows(data.frame(
    name = rows$path, type = ifelse(is.na(at), ifelse(rows$kind == "tensor", "Tensor", rows$kind), fields$text[at]),
    value = value_text(rows)
  ))
}

value_text <- function(rows) {
  counted <- c(list = "a list of %s", tuple = "a tuple of %s", dict = "a dict of %s", bytes = "%s bytes")
  form <- unname(counted[rows$kind])
  form[is.na(form)] <- "%s"
  text <- ifelse(rows$kind == "tensor", trimws(paste(rows$dtype, shape_text(rows$shape), rows$text)), rows$text)
  if (nrow(rows) == 0) character() else sprintf(form, text)
}

shape_text <- function(shapes) {
  vapply(shapes, function(shape) sprintf("[%s]", paste(format(shape, scientific = FALSE, trim = TRUE), collapse = ", ")), "")
}

constant_table <- function(values) {
  # the first is the tuple that holds them
  rows <- values[-1, ]
  rows <- rows[grepl("^constants\\[[0-9]+\\]$", rows$path), ]
  plain_rows(data.frame(
    # as the source counts them, from zero
    name = sprintf("c%d", as.integer(sub("^constants\\[([0-9]+)\\]$", "\\1", rows$path)) - 1L),
    type = ifelse(rows$kind == "tensor", "Tensor", rows$kind), value = value_text(rows),
    shape = I(lapply(rows$shape, as_sizes)), dtype = rows$dtype, bytes = rows$bytes
  ))
}

inspected_methods <- function(marks, class) {
  # not those within others, which fork() runs
  rows <- marks[marks$kind == "def" & !grepl(".", marks$scope, fixed = TRUE), ]
  if (nrow(rows) == 0) {
    return(bytecode_methods(marks))
  }
  owner <- ifelse(nzchar(rows$scope), qualified_class(rows), NA)
  methods <- data.frame(
    class = owner, method = rows$name, schema = sub("\\(self(: [^,()]*)?(, )?", "(", rows$text), record = rows$record,
    line = as.integer(rows$line)
  )
  plain_rows(methods[order(!owner %in% class, is.na(owner)), ])
}

# Bytecode without source has the methods' names alone.
bytecode_methods <- function(marks) {
  name <- unique(marks$scope[marks$kind == "bytecode"])
  method <- sub("^.*[.]", "", name)
  data.frame(
    class = substring(name, 1, nchar(name) - nchar(method) - 1), method = method,
    schema = sprintf("%s(...)", method), record = rep_len("bytecode.pkl", length(name)),
    line = rep_len(NA_integer_, length(name))
  )
}

# Words of the language itself, and the operators behind them; NA where there is none.
language_words <- c(
  print = "prim::Print", fork = "prim::fork", awaitable = "prim::awaitable", len = "aten::len", float = "aten::Float",
  int = "aten::Int", bool = "aten::Bool", complex = "aten::Complex", str = "aten::str", list = "aten::list",
  sorted = "aten::sorted", ord = "aten::ord", chr = "aten::chr", hex = "aten::hex", oct = "aten::oct", bin = "aten::bin",
  abs = "prim::abs", min = "prim::min", max = "prim::max", round = "aten::round", pow = "aten::pow", hash = "aten::hash",
  divmod = "aten::divmod", sum = "aten::sum", all = "aten::all", any = "aten::any", id = "prim::id",
  range = NA, annotate = NA, unchecked_cast = NA, uninitialized = NA, isinstance = NA, getattr = NA, hasattr = NA,
  zip = NA, enumerate = NA, tuple = NA, dict = NA, inf = NA, nan = NA, NoneType = NA, slice = NA,
  rangelist = "prim::rangelist"
)

# The operator that each mark names, "" where it is none: `torch.relu` is aten::relu, `ops.ns.name` is ns::name, a sign is
# what it stands for. A last name that only a value has, `x.relu`, is in `guess`.
marked_operators <- function(marks) {
  parts <- strsplit(marks$name, ".", fixed = TRUE)
  count <- lengths(parts)
  root <- vapply(parts, function(part) if (length(part) > 0) part[[1]] else "", "")
  last <- vapply(parts, function(part) if (length(part) > 0) part[[length(part)]] else "", "")
  second <- vapply(parts, function(part) if (length(part) > 1) part[[2]] else "", "")
  is_name <- marks$kind %in% c("call", "name")
  word <- unname(language_words[marks$name])
  operator <- ifelse(
    marks$kind == "sign", paste0("aten::", marks$name),
    ifelse(marks$kind == "bytecode", sub("[.].*$", "", marks$name), "")
  )
  operator <- ifelse(is_name & count == 1 & !is.na(word), word, operator)
  operator <- ifelse(is_name & root == "torch" & count > 1, paste0("aten::", last), operator)
  operator <- ifelse(is_name & root == "ops" & count > 2, paste0(second, "::", last), operator)
  data.frame(operator = operator, root = root, last = last, count = count, is_name = is_name)
}

# As the source has them; bytecode only where there is no source.
operator_counts <- function(marks) {
  found <- marked_operators(marks)
  is_source <- marks$kind != "bytecode"
  if (any(is_source)) found <- found[is_source, ]
  named <- found$operator[nzchar(found$operator)]
  operators <- sort(unique(named), method = "radix")
  count <- tabulate(match(named, operators), length(operators))
  order <- order(-count)
  data.frame(operator = operators[order], count = count[order])
}

#' @export
format.jit_inspection <- function(x, ...) {
  number <- function(n) format(n, big.mark = ",", scientific = FALSE)
  own <- x$methods$class %in% x$class
  # what every sub-module has tells nothing
  attributes <- x$attributes[!grepl("[.]training$|(^|[.])_is_full_backward_hook$", x$attributes$name), ]
  tensors <- function(rows) aligned(rows$name, rows$dtype, shape_text(rows$shape), sprintf("%s bytes", number(rows$bytes)))
  stored <- function(rows) sum(rows$bytes[!duplicated(rows$storage)])
  section <- function(title, lines) if (length(lines) > 0) c("", cli::rule(left = title), lines)
  c(
    sprintf("A TorchScript %s%s%s", x$kind, if (x$is_mobile) " with bytecode for mobile" else "", origin_of(x$path)),
    sprintf(
      "%s, file format version %s%s%s", short_class(x$class), x$version,
      if (is.na(x$byteorder)) "" else paste0(", ", x$byteorder, "-endian"),
      if (is.na(x$producer)) "" else paste0(", written by ", x$producer)
    ),
    section("Methods", x$methods$schema[own]),
    section(
      sprintf("Parameters: %s bytes", number(stored(x$parameters)))[nrow(x$parameters) > 0], tensors(x$parameters)
    ),
    section(sprintf("Buffers: %s bytes", number(stored(x$buffers)))[nrow(x$buffers) > 0], tensors(x$buffers)),
    section("Attributes", aligned(attributes$name, short_class(attributes$type), attributes$value)),
    section("Constants", aligned(x$constants$name, x$constants$type, x$constants$value)),
    section("Modules", aligned(x$modules$name, short_class(x$modules$class))),
    section("Operators", wrapped(sprintf("%s (%d)", sub("^aten::", "", x$operators$operator), x$operators$count))),
    section("Extra files", aligned(x$extra_files$name, sprintf("%s bytes", number(x$extra_files$bytes))))
  )
}

origin_of <- function(path) if (is.null(path)) " in a raw vector" else sprintf(" in '%s'", path)

# Without the folders of Python's modules, which tell little.
short_class <- function(type) gsub("__torch__[.]([A-Za-z0-9_]+[.])*", "", type)

aligned <- function(...) {
  columns <- list(...)
  if (length(columns[[1]]) == 0) character() else sub(" +$", "", do.call(paste, c(lapply(columns, format), sep = "  ")))
}

wrapped <- function(words) {
  if (length(words) == 0) character() else strwrap(paste(words, collapse = ", "), width = cli::console_width() - 1)
}

#' @export
print.jit_inspection <- function(x, ...) {
  cat(format(x, ...), sep = "\n")
  invisible(x)
}
