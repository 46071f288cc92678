# `x$name`: properties, methods written by hand, and a method for every operator whose first argument is `self`.
#' @include operator.R
NULL

# name -> function(self): the value of a property, or the method as a function. Found once, kept here.
tensor_members <- new.env(parent = emptyenv())

#' @export
`$.torch_tensor` <- function(x, name) {
  member <- .subset2(tensor_members, name)
  if (is.null(member)) {
    member <- find_tensor_member(name)
  }
  member(x)
}

find_tensor_member <- function(name) {
  member <- operator_method(name)
  if (is.null(member)) {
    nearest <- nearest_names(name, tensor_member_names())
    abort_torchscript(
      sprintf("A tensor has no property or method `%s`.", name), "type",
      if (length(nearest) > 0) sprintf("Did you mean %s?", paste0("`$", nearest, "`", collapse = " or "))
    )
  }
  assign(name, member, envir = tensor_members)
  member
}

# function(self) that gives the operator as a function of its other arguments; NULL when there is none.
operator_method <- function(name) {
  operator <- paste0("aten::", name)
  arguments <- tryCatch(.Call(C_operator_arguments, operator), torchscript_error = function(e) NULL)
  if (is.null(arguments) || !"self" %in% names(arguments)) {
    return(NULL)
  }
  listed <- operator_table[[paste0("torch_", name)]]$formals
  formals <- if (is.null(listed) || !"self" %in% names(listed)) arguments else listed
  rest <- formals[names(formals) != "self"]
  bind_self(as.function(c(rest, method_call(operator, rest)), envir = topenv()))
}

# The body of a method: the operator called on `self` of the frame around it and on the method's own arguments.
method_call <- function(operator, formals) {
  variables <- argument_names(formals)
  # the defaults stand beside the variables: self has none
  defaults <- c(list(quote(expr = )), lapply(formals[variables], constant_default))
  as.call(list(quote(.External2), quote(C_call_operator), operator_plan(operator, c("self", variables), defaults)))
}

bind_self <- function(method) {
  head <- as.pairlist(alist(self = ))
  compiler::cmpfun(eval(call("function", head, call("function", formals(method), body(method))), topenv()))
}

# Every name behind `$`: asked for when one is mistyped, and by editors.
tensor_member_names <- function() {
  if (is.null(member_names$operators)) {
    known <- .Call(C_operator_names, "aten")
    known <- known[!startsWith(known, "_")]
    member_names$operators <- known[vapply(known, is_method, NA)]
  }
  sort(unique(c(ls(tensor_members), member_names$operators)))
}
member_names <- new.env(parent = emptyenv())

is_method <- function(operator) {
  arguments <- tryCatch(.Call(C_operator_arguments, paste0("aten::", operator)), torchscript_error = function(e) NULL)
  "self" %in% names(arguments)
}

nearest_names <- function(name, candidates, most = 3) {
  distances <- utils::adist(name, candidates)[1, ]
  close <- order(distances)[seq_len(min(most, length(candidates)))]
  candidates[close[distances[close] <= max(2, nchar(name) / 3)]]
}

.DollarNames.torch_tensor <- function(x, pattern = "") {
  grep(pattern, tensor_member_names(), value = TRUE)
}

define_members <- function(...) {
  members <- list(...)
  for (name in names(members)) assign(name, members[[name]], envir = tensor_members)
}

define_members(
  shape = function(self) .Call(C_tensor_shape, self),
  dtype = function(self) .Call(C_tensor_dtype, self),
  device = function(self) torch_device(.Call(C_tensor_device, self)),
  layout = function(self) tagged_code(.Call(C_tensor_layout, self), "torch_layout"),
  requires_grad = function(self) .Call(C_requires_grad, self),
  is_leaf = function(self) .Call(C_is_leaf, self),
  grad = function(self) .Call(C_grad, self),
  ndim = function(self) length(.Call(C_tensor_shape, self)),
  is_cuda = function(self) startsWith(.Call(C_tensor_device, self), "cuda"),
  is_sparse = function(self) .Call(C_tensor_layout, self) == 1L,
  is_quantized = function(self) .Call(C_tensor_dtype, self) %in% 12:14,
  data = function(self) self$detach(),
  `T` = function(self) torch_t(self),

  dim = function(self) function() length(.Call(C_tensor_shape, self)),
  numel = function(self) function() .Call(C_tensor_count, self),
  length = function(self) function() .Call(C_tensor_count, self),
  element_size = function(self) function() .Call(C_tensor_element_size, self),
  size = function(self) {
    function(dim) {
      shape <- .Call(C_tensor_shape, self)
      if (missing(dim)) shape else size_at(shape, dim)
    }
  },
  item = function(self) function() .Call(C_tensor_item, self),
  print = function(self) function(...) print(self, ...),
  requires_grad_ = function(self) function(requires_grad = TRUE) .Call(C_set_requires_grad, self, requires_grad),
  cpu = function(self) function() self$to(device = "cpu"),
  cuda = function(self) function() self$to(device = "cuda"),
  to = function(self) {
    function(dtype = NULL, device = NULL, other = NULL, non_blocking = FALSE, copy = FALSE, memory_format = NULL) {
      tensor_to(self, dtype, device, other, non_blocking, copy, memory_format)
    }
  }
)

# x$double(), x$long(): the dtype's name is the method's
for (name in c("float", "double", "half", "long", "int", "short", "bool", "bfloat16", "cfloat", "cdouble", "chalf")) {
  assign(
    name,
    eval(bquote(function(self) function() tensor_to(self, .(as.name(paste0("torch_", name)))()))),
    envir = tensor_members
  )
}
rm(name)

to_operator <- operator_function(
  alist(self = , device = , dtype = , non_blocking = , copy = , memory_format = ), "aten::to"
)
tensor_to <- function(self, dtype = NULL, device = NULL, other = NULL, non_blocking = FALSE, copy = FALSE,
                      memory_format = NULL) {
  # torch for R takes `x$to("cuda")` and `x$to(other)` as well
  if (is_torch_tensor(dtype)) other <- dtype
  if (is_torch_device(dtype) || (is.character(dtype) && sub(":.*", "", dtype[[1]]) %in% device_types)) {
    device <- dtype
    dtype <- NULL
  }
  if (!is.null(other)) {
    dtype <- other$dtype
    device <- other$device
  }
  if (is.null(dtype)) dtype <- self$dtype
  if (is.null(device)) {
    return(to_dtype(self, dtype, non_blocking, copy, memory_format))
  }
  to_operator(self, device, dtype, non_blocking, copy, memory_format)
}
to_dtype <- operator_function(alist(self = , dtype = , non_blocking = , copy = , memory_format = ), "aten::to")

size_at <- function(shape, dim) {
  rank <- length(shape)
  if (!rlang::is_integerish(dim, 1, finite = TRUE) || dim == 0 || abs(dim) > rank) {
    abort_torchscript(
      sprintf("`dim` must be between 1 and %d, or between -%d and -1.", rank, rank), "index"
    )
  }
  shape[[if (dim > 0) dim else rank + 1L + dim]]
}

#' @export
`$<-.torch_tensor` <- function(x, name, value) {
  switch(name,
    grad = .Call(C_set_grad, x, value),
    requires_grad = .Call(C_set_requires_grad, x, value),
    abort_torchscript(sprintf("`$%s` of a tensor can't be assigned.", name), "type", "`$grad` and `$requires_grad` can.")
  )
  x
}
