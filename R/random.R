#' @include tensor-members.R
NULL

#' Random numbers
#'
#' libtorch has generators of its own: `set.seed()` has no effect on them. The same seed gives the same numbers as in
#' PyTorch.
#'
#' @param seed A whole number.
#' @param code Code to evaluate.
#' @param ... Not used; `seed` must be named.
#' @param .env The frame at whose end the state of the default generator returns to what it was.
#' @param state A tensor that `torch_get_rng_state()` returned.
#' @return `torch_generator()`: an object for the `generator` arguments of operators, with the methods
#'   `$current_seed()`, `$set_current_seed(seed)`, `$get_state()`, `$set_state(state)` and `$seed()`, which takes a new
#'   seed from the system and returns it. `torch_get_rng_state()`: a tensor. `with_torch_manual_seed()`: the value of
#'   `code`.
#' @section Values and positions: `torch_randint(low, high)` draws from `low` up to, but not including, `high`, and
#'   `torch_randperm(n)` permutes the numbers 0, ..., n - 1: they are values, the same as PyTorch's. Add one to use a
#'   permutation as positions. `torch_multinomial()` draws positions, and counts them from one.
#' @seealso [PyTorch's page](https://docs.pytorch.org/docs/stable/random.html)
#' @export
#' @examples
#' torch_manual_seed(42)
#' torch_rand(2)
#' with_torch_manual_seed(torch_rand(2), seed = 42)
torch_manual_seed <- function(seed) invisible(.Call(C_manual_seed, seed))

#' @rdname torch_manual_seed
#' @export
with_torch_manual_seed <- function(code, ..., seed) {
  rlang::check_dots_empty()
  local_torch_manual_seed(seed)
  force(code)
}

#' @rdname torch_manual_seed
#' @export
local_torch_manual_seed <- function(seed, .env = parent.frame()) {
  before <- torch_get_rng_state()
  withr::defer(torch_set_rng_state(before), envir = .env)
  torch_manual_seed(seed)
}

#' @rdname torch_manual_seed
#' @export
torch_get_rng_state <- function() .Call(C_generator_state, NULL)

#' @rdname torch_manual_seed
#' @export
torch_set_rng_state <- function(state) invisible(.Call(C_generator_set_state, NULL, state))

#' @rdname torch_manual_seed
#' @export
torch_generator <- function() .Call(C_generator)

#' @export
`$.torch_generator` <- function(x, name) {
  switch(name,
    current_seed = ,
    initial_seed = function() .Call(C_generator_seed, x),
    set_current_seed = ,
    manual_seed = function(seed) invisible(.Call(C_generator_set_seed, x, seed)),
    seed = function() .Call(C_generator_reseed, x),
    get_state = function() .Call(C_generator_state, x),
    set_state = function(state) invisible(.Call(C_generator_set_state, x, state)),
    device = torch_device("cpu"),
    abort_torchscript(
      sprintf("A generator has no method `%s`.", name), "type",
      paste(
        "Its methods: current_seed, initial_seed, set_current_seed, manual_seed, seed, get_state, set_state;",
        "its field: device."
      )
    )
  )
}

#' @export
format.torch_generator <- function(x, ...) sprintf("torch_generator(seed = %s)", format(x$current_seed()))

#' @export
print.torch_generator <- print_format

# `x$random_(9)`: one number is where to end, not where to begin
define_members(random_ = function(self) {
  function(from = NULL, to = NULL, generator = NULL) {
    if (is.null(to) && !is.null(from)) {
      return(random_up_to(self, from, generator))
    }
    if (is.null(from)) random_of_dtype(self, generator) else random_between(self, from, to, generator)
  }
})
random_of_dtype <- operator_function(alist(self = , generator = ), "aten::random_")
random_up_to <- operator_function(alist(self = , to = , generator = ), "aten::random_")
random_between <- operator_function(alist(self = , from = , to = , generator = ), "aten::random_")

#' Threads
#'
#' @param num_threads How many threads one operation may use (`torch_set_num_threads()`), or how many operations may
#'   run at once inside a program (`torch_set_num_interop_threads()`, before the first program runs).
#' @return `torch_get_*()`: an integer. `torch_set_*()`: `NULL`, invisibly.
#' @section Fork: a forked process (`parallel::mclapply()`) is left with one thread, and can't have more.
#' @export
#' @examples
#' torch_get_num_threads()
torch_set_num_threads <- function(num_threads) invisible(.Call(C_set_threads, num_threads, FALSE))

#' @rdname torch_set_num_threads
#' @export
torch_get_num_threads <- function() .Call(C_threads, FALSE)

#' @rdname torch_set_num_threads
#' @export
torch_set_num_interop_threads <- function(num_threads) invisible(.Call(C_set_threads, num_threads, TRUE))

#' @rdname torch_set_num_threads
#' @export
torch_get_num_interop_threads <- function() .Call(C_threads, TRUE)

# Called by native code when tensors have taken much memory; R itself sees only their handles.
collect_young <- function(ignored) gc(full = FALSE)
