#' What a program could do
#'
#' Looks through the source of a TorchScript file for what a program that is not trusted could do to its user: write
#' files, never end, take all memory, run while it is loaded. Nothing of the file is run. The source is parsed by
#' libtorch's own parser, so that no way of writing a call hides it, and what is not known counts as a risk.
#'
#' `r audit_risk_text()`
#'
#' An empty report means that none of these was found. It does not mean that a program is quick or small: how long it
#' takes and how much memory depends on what it is given, loops within loops multiply, and one that doubles a tensor forty
#' times needs none of the above. Nor can a report speak for defects of libtorch itself. A program that is not trusted at
#' all belongs into a process of its own, with limits.
#'
#' @inheritParams jit_inspect
#' @return A data frame of class `jit_audit_report`, one row for each finding: `risk` (as above), `operator`, `method` (the
#'   class and the method, or the function), `where` (the record and the line in it) and `what`, what it can do, in words.
#'   It prints as a list by risk; where nothing was found it says what was looked at.
#' @section Errors: as of [jit_inspect()]. A file that PyTorch would not write, whose source can't be parsed or which two
#'   readers could read differently, is an error too.
#' @seealso [jit_inspect()], [jit_load()],
#'   [PyTorch's security policy](https://github.com/pytorch/pytorch/blob/main/SECURITY.md).
#' @export
#' @examples
#' fn <- jit_compile("def grow(x: Tensor, n: int) -> Tensor:
#'   while bool(torch.any(x < 1)):
#'     x = x + torch.ones([n])
#'   return x
#' ")$grow
#' jit_audit(jit_serialize(fn))
#' harmless <- jit_trace(function(x) torch_relu(x), torch_tensor(1))
#' jit_audit(jit_serialize(harmless))
jit_audit <- function(path) {
  audit_source(inspected_source(path))
}

# The same of a path that was checked or a raw vector: for jit_load().
audit_source <- function(source) {
  contents <- .Call(C_inspect, source)
  marks <- as_columns(contents$marks)
  found <- rbind(
    operator_risks(marks), loop_risks(marks), growth_risks(marks), load_risks(marks), name_risks(marks),
    class_risks(marks, as_columns(contents$values), as_columns(contents$constants))
  )
  found <- found[!duplicated(found[c("risk", "operator", "method", "where")]), ]
  found <- found[order(match(found$risk, names(audit_risks)), found$where), ]
  is_code <- startsWith(contents$records$name, "code/") & grepl("[.]py$", contents$records$name)
  structure(
    plain_rows(found),
    class = c("jit_audit_report", "data.frame"), path = if (is.character(source)) source,
    looked_at = c(
      records = sum(is_code), methods = sum(marks$kind == "def"),
      calls = sum(marks$kind %in% c("call", "bounded", "local", "sign", "bytecode"))
    )
  )
}

# The risks, the worst first.
audit_risks <- c(
  files = "reads or writes files",
  "calls out" = "calls other processes, other machines, or code that is not PyTorch's",
  "runs on load" = "runs when the program is loaded, before anything of it is called",
  unchecked = "calls what checks its arguments less than it should, and may read or write memory that is not its own",
  unknown = "calls what can't be told from the source, or what this libtorch does not have",
  endless = "may run for ever, or as long as a number says",
  memory = "makes tensors, lists or texts as large as a number says",
  process = "changes or prints something for the whole R process",
  threads = "runs in threads beside"
)

audit_risk_text <- function() {
  paste0("\n * `\"", names(audit_risks), "\"`: ", audit_risks, ";", collapse = "") |> sub(pattern = ";$", replacement = ".")
}

audit_rule <- function(risk, what, operators) list(risk = risk, what = what, operators = operators)
aten <- function(names) paste0("aten::", strsplit(trimws(names), "[ \n]+")[[1]])

# What operators can do, by name; a `*` stands for any letters. Every rule that fits counts.
audit_rules <- list(
  audit_rule("files", "writes values to a file of any name", aten("save")),
  audit_rule("files", "maps a file of any name into memory: reads it, and can write to it", aten("from_file")),
  audit_rule("files", "may load or open files", aten("load* open* *_file *file*")),
  audit_rule("calls out", "calls functions on other machines", c(
    "prim::rpc_*", aten("to_here owner owner_name confirmed_by_owner local_value")
  )),
  audit_rule("unchecked", "views a tensor's memory with any strides and offset", aten("as_strided*")),
  audit_rule("unchecked", "changes the memory that a tensor stands over", aten(
    "set set_ set_data resize resize_ resize_as_ resize_as_sparse_ resize_output* _resize_* sparse_resize* swap_ data_ptr"
  )),
  audit_rule("unchecked", "skips checks of its arguments", c(
    aten("*unsafe* *unchecked*"), "quantized::make_quantized_cell_params*"
  )),
  audit_rule("unchecked", "takes a tensor for an address", "profiler::*"),
  audit_rule("unchecked", "is made for libtorch's own optimiser, and trusts its arguments", c(
    "static_runtime::*", "prim::*Group", "prim::*Graph", "prim::*Guard", "prim::TypeCheck", "prim::MKLDNN*", "prim::BailOut",
    "prim::Autograd*", "prim::Bailout*", "prim::*Chunk*", "prim::profile*", "prim::PythonOp", "prim::IgnoredPythonOp",
    "prim::Var*", "prim::ConstantMKLDNNTensor", "prim::RequiresGradCheck", "prim::AddStatValue", "prim::TimePoint",
    "prim::StaticRuntime*", "prim::Broadcast*", "prim::Reduction*", "prim::MM*", "prim::FusedConcat", "onednn::*", "mkl::*"
  )),
  audit_rule("memory", "makes a tensor of any size", aten(
    "empty empty_* _empty_* zeros ones full new_empty* new_zeros new_ones new_full rand randn randint randperm arange range
     linspace logspace eye tril_indices triu_indices *_window normal fft_fftfreq fft_rfftfreq _efficientzerotensor
     sparse_*_tensor _sparse_*_tensor* one_hot bincount nonzero_static to_dense vander histc"
  )),
  audit_rule("memory", "repeats or widens a tensor to any size", aten(
    "repeat tile repeat_interleave expand expand_copy broadcast_to constant_pad_nd pad *_pad1d *_pad2d *_pad3d _pad_*
     upsample_* _upsample_* col2im im2col max_unpool* kron block_diag cartesian_prod combinations meshgrid tensordot outer"
  )),
  audit_rule("memory", "makes a text of any length", aten("center ljust rjust zfill expandtabs")),
  audit_rule("memory", "makes a list of any length", "prim::rangelist"),
  audit_rule("process", "changes the random numbers of the whole process", aten("manual_seed seed set_state")),
  audit_rule("process", "changes a setting of the whole process", c(
    aten("set_grad_enabled set_num_threads _cufft_set_* _cufft_clear_* set_autocast* set_default*"), "cuda::*"
  )),
  audit_rule("process", "prints", c("prim::Print", aten("print _print warn"))),
  audit_rule("threads", "runs a function in another thread", c("prim::fork", "prim::awaitable*", aten("fork awaitable")))
)

# Whose operators compute, and do no more than the rules above say.
computing <- c(
  "aten", "prim", "prims", "quantized", "_quantized", "quantization", "static_runtime", "onednn", "mkldnn",
  "mkldnn_prepacked", "mkl", "sparse", "profiler", "cuda"
)
# Of operators that are no part of PyTorch's interface, those that its own modules compile to.
common_internal <- aten(
  "_convolution _convolution_mode _shape_as_tensor _weight_norm _weight_norm_interface _pack_padded_sequence
   _pad_packed_sequence _list_to_tensor _unwrap_optional _set_item _get_tracing_state _infer_size _size_if_not_equal
   _softmax _log_softmax _adaptive_avg_pool2d _adaptive_avg_pool3d _assert_async _assert_scalar _native_multi_head_attention
   _transformer_encoder_layer_fwd _nested_tensor_from_mask _nested_tensor_from_mask_left_aligned _tensor_to_list
   _scaled_dot_product_attention _batch_norm_impl_index _dim_arange _cast_Float _cast_Double _cast_Long _cast_Int _version
   _addmm_activation _trilinear _cdist_forward _stack _cat _euclidean_dist _grid_sampler_2d_cpu_fallback _is_zerotensor
   _upsample_nearest_exact1d _upsample_nearest_exact2d _upsample_nearest_exact3d _upsample_bilinear2d_aa
   _upsample_bicubic2d_aa _upsample_lanczos2d_aa"
)
# Classes of C++ that quantised and prepared modules hold.
known_classes <- "^__torch__[.]torch[.]classes[.](quantized|xnnpack|rnn|mkldnn|mkldnn_prepacked|sparse)[.]"

findings <- function(marks, risk, operator, what) {
  n <- nrow(marks)
  data.frame(
    risk = rep_len(risk, n), operator = rep_len(operator, n),
    method = paste0(ifelse(nzchar(marks$scope), marks$scope, marks$name)),
    where = ifelse(is.na(marks$line), marks$record, paste0(marks$record, ":", marks$line)), what = rep_len(what, n)
  )
}

# Every operator that a mark can mean. A last name that a value has may be a method of a class in the file, too, and an
# operator all the same: `x.save()` is aten::save for a tensor.
meant_operators <- function(marks) {
  found <- marked_operators(marks)
  is_value <- found$is_name & !nzchar(found$operator) & (found$count > 1 | startsWith(marks$name, ".")) &
    !found$root %in% c("torch", "ops", "__torch__") & !(found$root == "CONSTANTS" & found$count == 2)
  found$guess <- ifelse(is_value, paste0("aten::", found$last), "")
  found
}

operator_risks <- function(marks) {
  found <- meant_operators(marks)
  operator <- ifelse(nzchar(found$operator), found$operator, found$guess)
  distinct <- unique(operator[nzchar(operator)])
  rows <- lapply(audit_rules, function(rule) {
    hits <- distinct[Reduce(`|`, lapply(utils::glob2rx(rule$operators), grepl, x = distinct), logical(length(distinct)))]
    at <- which(operator %in% hits)
    findings(marks[at, ], rule$risk, operator[at], rule$what)
  })
  namespace <- sub("::.*$", "", operator)
  at <- which(nzchar(operator) & !namespace %in% computing)
  foreign <- findings(
    marks[at, ], "calls out", operator[at], sprintf("belongs to `%s`, which can do anything", namespace[at])
  )
  is_internal <- grepl("^aten::_[^_]", found$operator) & !found$operator %in% common_internal
  at <- which(is_internal)
  internal <- findings(
    marks[at, ], "unchecked", found$operator[at], "is internal to PyTorch, and may trust its arguments"
  )
  do.call(rbind, c(rows, list(foreign, internal)))
}

# Calls of range() are marked as bounded where their number is a small literal or the length of something.
loop_risks <- function(marks) {
  loops <- marks[marks$kind == "while", ]
  ranges <- marks[marks$kind == "call" & marks$name == "range", ]
  rbind(
    findings(loops, "endless", "while", sprintf("repeats as long as `%s` is true", loops$text)),
    findings(ranges, "endless", "for", sprintf("repeats as often as `%s` says", ranges$text))
  )
}

growth_risks <- function(marks) {
  repeated <- marks[marks$kind == "repeat", ]
  findings(repeated, "memory", "aten::mul", "multiplies a list or a text to any length")
}

load_risks <- function(marks) {
  methods <- marks[marks$kind == "def" & marks$name == "__setstate__" & nzchar(marks$scope), ]
  methods$scope <- sprintf("%s.__setstate__", methods$scope)
  findings(methods, "runs on load", "__setstate__", "runs when the program is loaded, with all that it calls")
}

# Names that stand for nothing that is known.
name_risks <- function(marks) {
  found <- meant_operators(marks)
  is_bare <- found$is_name & found$count == 1 & !startsWith(marks$name, ".")
  is_module <- is_bare & marks$name %in% c("torch", "ops", "__torch__") | found$root == "ops" & found$count == 2
  is_exception <- grepl("(Error|Exception|Warning|StopIteration)$", marks$name)
  is_word <- marks$name %in% names(language_words)
  is_new <- is_bare & !is_word & !is_exception & !is_module & marks$name != "CONSTANTS" | marks$name == "()"
  # a word that is no call may be given another name, and called by it; what getattr() gets must be plain text
  is_renamed <- is_bare & (marks$kind == "name" & marks$name %in% c("range", "rangelist") | marks$name == "getattr")
  rbind(
    findings(marks[is_module, ], "unknown", marks$name[is_module], "stands for any operator: what is called can't be told"),
    findings(marks[is_new, ], "unknown", marks$name[is_new], "is no word of TorchScript"),
    findings(marks[is_renamed, ], "unknown", marks$name[is_renamed], "hides what is called"),
    unknown_operators(marks, found), unknown_members(marks, found)
  )
}

unknown_operators <- function(marks, found) {
  namespaces <- intersect(computing, unique(sub("::.*$", "", found$operator)))
  known <- unlist(lapply(namespaces, function(namespace) paste0(namespace, "::", operator_names_of(namespace))))
  in_namespace <- sub("::.*$", "", found$operator) %in% namespaces
  at <- which(in_namespace & !found$operator %in% c(known, language_words, syntax_operators) & marks$kind != "sign")
  findings(marks[at, ], "unknown", found$operator[at], "is no operator that this libtorch has")
}

operator_names_of <- function(namespace) .Call(C_operator_names, namespace)

# What the compiler makes of these names, without an operator of the name.
syntax_operators <- c("aten::backward", "aten::grad", "aten::len", "prim::NumToTensor", "prim::RaiseException", "aten::fork",
                      "prim::Uninitialized", "prim::unchecked_cast", "prim::unchecked_unwrap_optional")

unknown_members <- function(marks, found) {
  defined <- marks$name[marks$kind %in% c("def", "field", "__parameters__", "__buffers__")]
  defined <- c(defined, "value", "name", "items", "keys", "values")
  is_unknown <- nzchar(found$guess) & !found$last %in% c(defined, operator_names_of("aten"), operator_names_of("prim"))
  is_own <- marks$kind == "def" & !nzchar(marks$scope) | marks$kind == "class"
  own <- paste0(record_prefix(marks$record[is_own]), ".", marks$name[is_own])
  is_path <- found$is_name & found$root == "__torch__" & found$count > 1 & !grepl("[.]torch[.]classes[.]", marks$name)
  # a class, a function, or a member of a class
  is_missing <- is_path & !marks$name %in% own & !sub("[.][^.]*$", "", marks$name) %in% own
  at <- which(is_unknown | is_missing)
  findings(marks[at, ], "unknown", marks$name[at], "is defined nowhere in the file")
}

class_risks <- function(marks, values, constants) {
  is_custom <- marks$kind %in% c("call", "name", "type") & grepl("^__torch__[.]torch[.]classes[.]", marks$name)
  in_source <- marks[is_custom & !grepl(known_classes, marks$name), ]
  held <- unique(c(values$text[values$kind == "object"], constants$text[constants$kind == "object"]))
  held <- held[grepl("^__torch__[.]torch[.]classes[.]", held) & !grepl(known_classes, held)]
  what <- "is a class of C++ that is not PyTorch's own, or has side effects"
  pickled <- data.frame(name = held, scope = character(length(held)))
  pickled$record <- rep("data.pkl", length(held))
  pickled$line <- rep(NA_real_, length(held))
  rbind(
    findings(in_source, "calls out", in_source$name, what),
    findings(pickled, "calls out", held, paste0(what, ", and is made when the program is loaded"))
  )
}

#' @export
format.jit_audit_report <- function(x, ...) {
  looked <- attr(x, "looked_at")
  title <- sprintf("What the program%s could do", origin_of(attr(x, "path")))
  counted <- sprintf(
    "Looked through: %d record(s) of source with %d methods and functions and %d calls.", looked[["records"]],
    looked[["methods"]], looked[["calls"]]
  )
  if (nrow(x) == 0) {
    risks <- paste0(cli::symbol$bullet, " ", format(paste0(names(audit_risks), ":")), " ", audit_risks)
    return(c(title, "", "Nothing of what was looked for was found:", risks, "", counted))
  }
  sections <- lapply(intersect(names(audit_risks), x$risk), function(risk) {
    rows <- x[x$risk == risk, ]
    # the same thing at many places is told once
    same <- split(seq_len(nrow(rows)), factor(paste(rows$operator, rows$what), unique(paste(rows$operator, rows$what))))
    lines <- vapply(same, function(at) {
      first <- rows[at[[1]], ]
      more <- if (length(at) > 1) sprintf(" and %d more", length(at) - 1L) else ""
      sprintf("%s %s %s: %s (%s)%s", cli::symbol$bullet, first$operator, first$what, first$method, first$where, more)
    }, "")
    c("", cli::rule(left = sprintf("%s: %s", risk, audit_risks[[risk]])), unname(lines))
  })
  c(title, unlist(sections), "", counted)
}

#' @export
print.jit_audit_report <- function(x, ...) {
  # a part of its columns is a plain data frame
  if (is.null(attr(x, "looked_at")) || !all(c("risk", "operator", "method", "where", "what") %in% names(x))) {
    return(NextMethod())
  }
  cat(format(x, ...), sep = "\n")
  invisible(x)
}
