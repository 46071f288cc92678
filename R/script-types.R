# The types of scripted code, as text: TorchScript's, and a few that say more about R's values.
#
# `whole` is an R double known to be a whole number, kept as `int`; `Vector[T]` is an atomic vector and `List[T]` an R
# list, both `List[T]` in TorchScript; `Record[a: T]` is a list with fixed names; `Empty` is `list()` or `c()` before
# anything is in it, and `Slots[T]` the list of vector("list", n); `dtype` is a number that stands for one, `end` one that
# is added to the last position of a dimension; `static` is known while compiling and never written; `?` is not known yet:
# the next pass will know.

script_type_parts <- local({
  known <- new.env(parent = emptyenv())
  function(type) {
    parts <- known[[type]]
    if (is.null(parts)) {
      parts <- if (grepl("[", type, fixed = TRUE)) split_type_arguments(sub("]$", "", sub("^[^[]*[[]", "", type))) else character()
      names <- ifelse(grepl("^[^[]+: ", parts), sub(": .*", "", parts), "")
      if (startsWith(type, "Record")) {
        parts <- sub("^[^:]*: ", "", parts)
        names(parts) <- names
      }
      assign(type, parts, envir = known)
    }
    parts
  }
})

# Commas inside brackets belong to the arguments.
split_type_arguments <- function(text) {
  if (text == "") {
    return(character())
  }
  characters <- strsplit(text, "")[[1]]
  depth <- cumsum((characters == "[") - (characters == "]"))
  cuts <- which(characters == "," & depth == 0)
  starts <- c(1, cuts + 1)
  ends <- c(cuts - 1, length(characters))
  trimws(substring(text, starts, ends))
}

script_type_kind <- function(type) if (endsWith(type, "]")) sub("[[].*", "", type) else type
is_list_type <- function(type) script_type_kind(type) %in% c("List", "Vector")
is_optional_type <- function(type) startsWith(type, "Optional[")
is_number_type <- function(type) type %in% c("int", "whole", "float")
is_whole_type <- function(type) type == "int" || type == "whole"
is_container_type <- function(type) script_type_kind(type) %in% c("List", "Vector", "Dict", "Empty")
element_type <- function(type) if (type == "Empty") "?" else script_type_parts(type)[[if (startsWith(type, "Dict")) 2 else 1]]
required_type <- function(type) if (is_optional_type(type)) script_type_parts(type)[[1]] else type
optional_type <- function(type) if (is_optional_type(type) || type == "None" || type == "?") type else sprintf("Optional[%s]", type)
list_type_of <- function(type) sprintf("List[%s]", type)
vector_type_of <- function(type) sprintf("Vector[%s]", type)
record_type <- function(names, types) sprintf("Record[%s]", paste0(names, ": ", types, collapse = ", "))
tuple_type <- function(types) sprintf("Tuple[%s]", paste(types, collapse = ", "))
is_known_type <- function(type) !grepl("?", type, fixed = TRUE)

# The type that holds values of both, or NULL where there is none. `widely`: a number, string or flag is a vector of one
# where the other has a vector, and a list with other names one whose names are not known, within lists too.
join_types <- function(a, b, widely = FALSE) {
  if (identical(a, b) || b == "?") {
    return(a)
  }
  if (a == "?") {
    return(b)
  }
  if (a == "None" || b == "None") {
    return(optional_type(if (a == "None") b else a))
  }
  if (is_optional_type(a) || is_optional_type(b)) {
    joined <- join_parts(required_type(a), required_type(b), widely)
    return(if (!is.null(joined)) optional_type(joined))
  }
  if (is_number_type(a) && b == "number" || a == "number" && is_number_type(b)) {
    return("number")
  }
  if (is_number_type(a) && is_number_type(b)) {
    return(if (is_whole_type(a) && is_whole_type(b)) "whole" else "float")
  }
  kinds <- c(script_type_kind(a), script_type_kind(b))
  if ("Empty" %in% kinds && all(is_container_type(a), is_container_type(b))) {
    return(if (a == "Empty") b else a)
  }
  if (setequal(kinds, c("Record", "Dict"))) {
    return(join_record_and_dict(if (kinds[[1]] == "Record") a else b, if (kinds[[1]] == "Dict") a else b, widely))
  }
  # a list is no vector, whatever it holds
  if (setequal(kinds, c("List", "Vector"))) {
    return(NULL)
  }
  if (all(kinds %in% c("List", "Vector"))) {
    is_vector <- all(kinds == "Vector")
    # elements of a vector are no vectors themselves
    joined <- join_parts(element_type(a), element_type(b), widely && all(kinds == "List"))
    # a vector of integers is none of doubles
    return(if (!is.null(joined) && !(is_vector && joined == "number")) sprintf("%s[%s]", if (is_vector) "Vector" else "List", joined))
  }
  if (widely && "Vector" %in% kinds) {
    vector <- if (kinds[[1]] == "Vector") a else b
    scalar <- if (kinds[[1]] == "Vector") b else a
    # an integer beside doubles would become one
    is_same <- is_scalar_type(scalar) && returned_type(element_type(vector)) == returned_type(scalar)
    return(if (is_same) vector_type_of(returned_type(scalar)))
  }
  if (widely && setequal(kinds, c("Record", "Empty")) || all(kinds == "Record") && !identical(names(script_type_parts(a)), names(script_type_parts(b)))) {
    return(if (widely) join_records(script_type_parts(a), script_type_parts(b)))
  }
  if (kinds[[1]] != kinds[[2]] || !kinds[[1]] %in% c("Tuple", "Record", "Dict", "Slots")) {
    return(NULL)
  }
  parts <- list(script_type_parts(a), script_type_parts(b))
  if (length(parts[[1]]) != length(parts[[2]]) || !identical(names(parts[[1]]), names(parts[[2]]))) {
    return(NULL)
  }
  joined <- Map(join_parts, parts[[1]], parts[[2]], widely)
  if (any(vapply(joined, is.null, NA))) {
    return(NULL)
  }
  switch(kinds[[1]],
    Record = record_type(names(joined), joined),
    sprintf("%s[%s]", kinds[[1]], paste(joined, collapse = ", "))
  )
}

# Whether one of them is a list where the other is a vector, within them too.
mixes_list_and_vector <- function(a, b) {
  types <- c(required_type(a), required_type(b))
  kinds <- c(script_type_kind(types[[1]]), script_type_kind(types[[2]]))
  if ("Vector" %in% kinds) {
    return(any(c("List", "Empty") %in% kinds))
  }
  if (!all(kinds %in% c("List", "Dict", "Tuple", "Record"))) {
    return(FALSE)
  }
  parts <- lapply(1:2, function(i) if (kinds[[i]] %in% c("List", "Dict")) element_type(types[[i]]) else unlist(script_type_parts(types[[i]])))
  is_apart <- length(parts[[1]]) == length(parts[[2]]) || any(lengths(parts) == 1)
  is_apart && any(mapply(mixes_list_and_vector, parts[[1]], parts[[2]]))
}

join_all_types <- function(types, widely = FALSE) Reduce(function(a, b) if (!is.null(a)) join_types(a, b, widely), types)

# What holds values keeps integers and doubles apart.
join_parts <- function(a, b, widely = FALSE) {
  # nor is list() a vector of no length
  if (is_empty_beside_vector(a, b)) {
    return(NULL)
  }
  if (is_number_type(a) && is_number_type(b) && (a == "int") != (b == "int")) "number" else join_types(a, b, widely)
}
is_empty_beside_vector <- function(a, b) setequal(c(script_type_kind(a), script_type_kind(b)), c("Empty", "Vector"))
join_all_parts <- function(types, widely = FALSE) Reduce(function(a, b) if (!is.null(a)) join_parts(a, b, widely), types)

# Of other names each: elements may be there or not.
join_records <- function(a, b) {
  joined <- join_all_parts(c(a, b), widely = TRUE)
  if (!is.null(joined) && joined != "None" && !is_optional_type(joined)) sprintf("Dict[str, %s]", returned_type(joined))
}

join_record_and_dict <- function(record, dict, widely = FALSE) {
  joined <- join_all_parts(c(element_type(dict), script_type_parts(record)), widely)
  if (!is.null(joined)) sprintf("Dict[str, %s]", joined)
}

# As TorchScript writes it. Records are classes of the unit.
script_type_text <- function(unit, type) {
  parts <- script_type_parts(type)
  switch(script_type_kind(type),
    whole = , dtype = , end = "int",
    `?` = "Tensor",
    Empty = "List[Tensor]",
    Record = record_class(unit, type),
    Vector = sprintf("List[%s]", script_type_text(unit, parts[[1]])),
    Slots = sprintf("List[Optional[%s]]", script_type_text(unit, parts[[1]])),
    List = , Dict = , Optional = , Tuple = {
      sprintf("%s[%s]", script_type_kind(type), paste(vapply(parts, function(part) script_type_text(unit, part), ""), collapse = ", "))
    },
    type
  )
}

record_class <- function(unit, type) {
  if (is.null(unit$records[[type]])) {
    parts <- script_type_parts(type)
    fields <- sprintf("  %s: %s", identifier(names(parts)), vapply(parts, function(part) script_type_text(unit, part), ""))
    name <- sprintf("%s_record_%d", unit$name, length(unit$records) + 1)
    unit$records[[type]] <- list(name = name, text = paste(c(sprintf("class %s(NamedTuple):", name), fields), collapse = "\n"))
  }
  unit$records[[type]]$name
}

# For messages.
script_type_in_words <- function(type) {
  switch(script_type_kind(type),
    Tensor = "a tensor", int = "a whole number", whole = , float = , number = "a number", bool = "TRUE or FALSE", str = "a string",
    end = "a position counted from `N`", None = "NULL", Empty = "an empty list", complex = "a complex number", Device = "a device", dtype = "a dtype",
    static = "something that only R has", `?` = "something not known",
    Vector = paste("a vector of", switch(element_type(type), int = "integers", whole = , float = "doubles", bool = "TRUE and FALSE", str = "strings", "values")),
    List = sprintf("a list of elements that are each %s", script_type_in_words(element_type(type))),
    Slots = "a list that is being filled", Dict = "a list with names", Record = sprintf("a list with the names %s", toString(names(script_type_parts(type)))),
    Tuple = sprintf("a list of %d", length(script_type_parts(type))),
    Optional = sprintf("%s or NULL", script_type_in_words(required_type(type))),
    type
  )
}

# What to write where lists have other names each and elements of several types.
# An argument that is NULL by default is a tensor or NULL, unless its type is said.
hint_of_null <- function(cx, types, otherwise = NULL) {
  of_null <- Filter(function(version) endsWith(version, " argument") && identical(cx$declared[[version]]$type, "Optional[Tensor]"), names(cx$declared))
  other <- setdiff(types, c("Tensor", "Optional[Tensor]", "None"))
  if (!any(c("Tensor", "Optional[Tensor]") %in% types) || length(of_null) == 0 || length(other) == 0 || !is_scalar_type(other[[1]]) && !startsWith(other[[1]], "Vector")) {
    return(otherwise)
  }
  name <- sub("^[0-9]+ (.*) argument$", "\\1", of_null[[1]])
  type <- sub("Vector", "List", returned_type(other[[1]]), fixed = TRUE)
  sprintf("`%s = NULL` is a tensor or NULL: jit_script(f, %s = \"Optional[%s]\") says what else it is.", name, name, type)
}
hint_of_names <- function(types, otherwise) {
  if (setequal(returned_type(types), c("Vector[int]", "Vector[float]"))) {
    return("as.numeric() makes doubles of the integers.")
  }
  is_record <- startsWith(types, "Record")
  if (!all(is_record | types == "Empty") || !any(is_record)) {
    return(otherwise)
  }
  names <- lapply(types, function(type) names(script_type_parts(type)))
  absent <- setdiff(unlist(names), Reduce(intersect, names))
  if (length(absent) == 0) otherwise else sprintf("Begin with a list that has all of them, such as `%s = NULL`.", absent[[1]])
}

# Of types that differ: where two lists look the same, what they hold.
script_types_in_words <- function(types) {
  words <- vapply(types, script_type_in_words, "", USE.NAMES = FALSE)
  kinds <- vapply(types, script_type_kind, "")
  if (length(unique(words)) == length(unique(types)) || length(unique(kinds)) > 1 || length(unique(lengths(lapply(types, script_type_parts)))) > 1) {
    return(words)
  }
  parts <- do.call(rbind, lapply(types, script_type_parts))
  differs <- which(apply(parts, 2, function(part) length(unique(part)) > 1))
  if (length(differs) == 0) {
    return(words)
  }
  label <- names(script_type_parts(types[[1]]))[differs[[1]]]
  of <- if (is.null(label)) "a list with" else sprintf("a list whose `%s` is", label)
  paste(of, script_types_in_words(parts[, differs[[1]]]))
}

term_in_words <- function(term) {
  if (has_lost_names(term)) "a vector with names" else script_type_in_words(term$type)
}
# A constant vector with names: no value of a program has them.
has_lost_names <- function(term) term$type == "static" && is.atomic(static_value(term)) && !is.null(names(static_value(term)))
without_lost_names <- function(term) if (has_lost_names(term)) literal_term(unname(static_value(term))) %||% term else term
names_hint <- "`[[` takes an element without its name, unname() leaves all names out."

# A type as the user writes it, in terms of the compiler.
declared_script_type <- function(text) {
  parsed <- tryCatch(check_torchscript_type(text), torchscript_error = function(e) NULL)
  if (is.null(parsed)) {
    abort_torchscript(
      sprintf("`%s` is no TorchScript type.", text), "type", "Types are written as in \"int\", \"List[Tensor]\", \"Optional[float]\"."
    )
  }
  atomic <- "List\\[(int|float|bool|str)\\]"
  text <- gsub("\\bdevice\\b", "Device", text)
  plain <- gsub(" ", "", gsub(atomic, "Vector[\\1]", gsub("torch.", "", text, fixed = TRUE)), fixed = TRUE)
  gsub(",", ", ", plain, fixed = TRUE)
}
check_torchscript_type <- function(text) {
  .Call(C_compile, sprintf("def f(x: %s):\n  return x\n", text), NULL)
}
