# Two names for one tensor, and tensors that are views of one storage: a file keeps what they share, and no copy of it.

tied <- nn_module(
  "tied",
  initialize = function() {
    self$encoder <- nn_linear(60, 60, bias = FALSE)
    self$decoder <- nn_linear(60, 60, bias = FALSE)
    self$decoder$weight <- self$encoder$weight
  },
  forward = function(x) self$decoder(self$encoder(x))
)

# `part` is the end of `whole`, `turned` all of it, transposed.
overlapping <- nn_module(
  "overlapping",
  initialize = function() {
    self$whole <- nn_parameter(torch_arange(1, 3600)$to(dtype = torch_float()))
    self$register_buffer("part", self$whole$detach()[3001:3600])
    self$register_buffer("turned", self$whole$detach()$view(c(60, 60))$t())
  },
  forward = function(x) x * self$whole[3001] + self$part[1] + self$turned[1, 51]
)

one_copy <- 3600 * 4
expect_one_copy <- function(path) {
  expect_gt(file.size(path), one_copy)
  expect_lt(file.size(path), one_copy + 9000)
}

# Element 3001 of `whole` is the first of `part` and stands at [1, 51] of `turned`.
expect_overlap <- function(whole, part, turned) {
  with_no_grad(whole[3001]$fill_(-5))
  expect_identical(part[1]$item(), -5)
  expect_identical(turned[1, 51]$item(), -5)
  part[1]$fill_(8)
  expect_identical(whole[3001]$item(), 8)
  expect_identical(turned$stride(), c(1L, 60L))
}

test_that("tied parameters are one tensor in the traced module, in the file and after loading", {
  model <- tied()
  traced <- jit_trace(model, torch_ones(2, 60))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(traced, path)
  expect_one_copy(path)
  for (module in list(model, traced, jit_load(path), jit_unserialize(jit_serialize(traced)))) {
    expect_length(module$parameters, 1)
    expect_setequal(names(module$state_dict()), c("encoder.weight", "decoder.weight"))
    with_no_grad(module$encoder$weight$fill_(0.5))
    expect_identical(unique(as.numeric(module$decoder$weight)), 0.5)
    # 60 products of 0.5 and 1, twice
    expect_identical(unique(as.numeric(module(torch_ones(1, 60)))), 900)
  }
})

test_that("overlapping parameters and buffers keep one storage", {
  model <- overlapping()
  traced <- jit_trace(model, torch_ones(1))
  path <- withr::local_tempfile(fileext = ".pt")
  jit_save(traced, path)
  expect_one_copy(path)
  loaded <- jit_load(path)
  # what was loaded is saved again
  again <- jit_load(jit_save(loaded, withr::local_tempfile(fileext = ".pt")))
  for (module in list(model, traced, loaded, again)) {
    expect_overlap(module$whole, module$part, module$turned)
    expect_identical(as.numeric(module(torch_ones(1))), 24)
  }
})

test_that("torch_save() writes a storage once, whatever looks at it", {
  state <- overlapping()$state_dict()
  path <- withr::local_tempfile(fileext = ".pt")
  torch_save(state, path)
  expect_one_copy(path)
  loaded <- torch_load(path)
  expect_overlap(loaded$whole, loaded$part, loaded$turned)
})

test_that("a view whose history was lost is printed, and says so when asked", {
  whole <- torch_zeros(4, requires_grad = TRUE)
  view <- with_no_grad(whole[1:2])
  with_no_grad(view$fill_(1))
  expect_output(print(view), "grad_fn = <Invalid>", fixed = TRUE)
  expect_failure_of(view$grad_fn, "runtime", "view was created in no_grad mode")
})

test_that("PyTorch finds shared weights in our files, and we in PyTorch's", {
  skip_without_python()
  folder <- withr::local_tempdir()
  at <- function(name) file.path(folder, name)
  jit_save(jit_trace(tied(), torch_ones(2, 60)), at("tied.pt"))
  jit_save(jit_trace(overlapping(), torch_ones(1)), at("overlapping.pt"))
  torch_save(overlapping()$state_dict(), at("state.pt"))
  out <- run_python("
folder = args[0]
m = torch.jit.load(folder + '/tied.pt')
with torch.no_grad():
    m.encoder.weight.fill_(0.5)
print(len(list(m.parameters())), m.decoder.weight.unique().item(), m(torch.ones(1, 60)).unique().item())
m = torch.jit.load(folder + '/overlapping.pt')
with torch.no_grad():
    m.whole[3000] = -5
print(m.part[0].item(), m.turned[0, 50].item(), m.turned.stride())
s = torch.load(folder + '/state.pt')
s['whole'][3000] = -5
print(s['part'][0].item(), s['turned'][0, 50].item(), s['turned'].stride())

class Shared(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Linear(60, 60, bias=False)
        self.decoder = torch.nn.Linear(60, 60, bias=False)
        self.encoder.weight = torch.nn.Parameter(torch.arange(3600.0).view(60, 60))
        self.decoder.weight = self.encoder.weight
        flat = self.encoder.weight.detach().view(3600)
        self.register_buffer('whole', flat)
        self.register_buffer('part', flat[3000:])
        self.register_buffer('turned', flat.view(60, 60).t())
    def forward(self, x):
        return self.decoder(self.encoder(x))
torch.jit.save(torch.jit.script(Shared()), folder + '/scripted.pt')
torch.jit.save(torch.jit.trace(Shared(), torch.ones(1, 60)), folder + '/traced.pt')
torch.save(Shared().state_dict(), folder + '/python-state.pt')
", folder)
  expect_identical(out, c("1 0.5 900.0", "-5.0 -5.0 (1, 60)", "-5.0 -5.0 (1, 60)"))
  for (name in c("scripted.pt", "traced.pt")) {
    m <- jit_load(at(name))
    expect_length(m$parameters, 1)
    expect_overlap(m$whole, m$part, m$turned)
    expect_identical(m$decoder$weight[51, 1]$item(), 8)
    with_no_grad(m$encoder$weight$fill_(0.5))
    expect_identical(unique(as.numeric(m(torch_ones(1, 60)))), 900)
    jit_save(m, at("again.pt"))
    expect_lt(file.size(at("again.pt")), file.size(at(name)) + 1000)
  }
  s <- torch_load(at("python-state.pt"))
  expect_overlap(s$whole, s$part, s$turned)
  expect_identical(s$decoder.weight[51, 1]$item(), 8)
})

test_that("a deep copy of a module shares within itself what the module shares", {
  model <- overlapping()
  for (copy in list(model$clone(deep = TRUE), clone_module(model, deep = TRUE))) {
    expect_overlap(copy$whole, copy$part, copy$turned)
    expect_true(copy$whole$requires_grad)
  }
  expect_identical(as_array(model$whole$detach()), as.double(1:3600))
})
