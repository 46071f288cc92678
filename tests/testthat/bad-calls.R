# Calls that can't work, one to a line: test-bad-calls.R records what each says. `x` has 3 floats, `l` 4 whole numbers,
# `m` is 2 x 3, `b` holds TRUE and FALSE.

# Making tensors
torch_tensor()
torch_tensor("a")
torch_tensor(NULL)
torch_tensor(c(1L, NA))
torch_tensor(c(TRUE, NA))
torch_tensor(bit64::NA_integer64_)
torch_tensor(NA_real_, dtype = torch_int64())
torch_tensor(NaN, dtype = torch_bool())
torch_tensor(list(1, "a"))
torch_tensor(list(1:2, 1:3))
torch_tensor(list(list(1, 2), list(3)))
torch_tensor(list(1, NULL))
torch_tensor(data.frame(a = 1:2, b = c("x", "y")))
torch_tensor(factor("a"))
torch_tensor(Sys.Date)
torch_tensor(quote(a + b))
torch_tensor(globalenv())
torch_tensor(1, dtype = "flaot32")
torch_tensor(1, dtype = "float33")
torch_tensor(1, dtype = 32)
torch_tensor(1, dtype = torch_float)
torch_tensor(1, dtype = c("float32", "float64"))
torch_tensor(1, device = "nonsense")
torch_tensor(1, device = "cpu:x")
torch_tensor(1, device = 3)
torch_tensor(1, device = "cuda")
torch_tensor(1, requires_grad = NA)
torch_tensor(1, requires_grad = "yes")
torch_tensor(1L, requires_grad = TRUE)
torch_tensor(1, 2, 3, 4, 5, 6)
torch_tensor(1, dype = torch_float())

# Sizes
torch_zeros(2.5)
torch_zeros(-1)
torch_zeros(NA)
torch_zeros(NaN)
torch_zeros(Inf)
torch_zeros("a")
torch_zeros(2, "a")
torch_zeros(c(2, NA))
torch_zeros(list(2, "a"))
torch_zeros(2^40, 2^40)
torch_zeros(2^45)
torch_zeros(TRUE)
torch_zeros(x)
torch_zeros(2, dtype = "double64")
torch_zeros(2, device = "gpu")
torch_zeros(2, layout = "strided2")
torch_ones(1e300)
torch_full(c(2, 2), "a")
torch_full(c(2, 2), NULL)
torch_full(2.5, 1)
torch_eye(-1)
torch_eye(2.5)
torch_arange(1, 5, 0)
torch_arange(5, 1)
torch_arange("a", 5)
torch_arange(1, NA)
torch_arange(1, Inf)
torch_linspace(0, 1, -1)
torch_linspace(0, 1, 2.5)
torch_randint(5, 1, 3)
torch_randperm(-1)
torch_rand(2, dtype = torch_int64())
torch_normal(0, -1, 3)
torch_scalar_tensor("a")
torch_scalar_tensor(1:2)
torch_manual_seed("a")
torch_manual_seed(1.5)
torch_manual_seed(NULL)

# Arithmetic
x + NULL
x + "a"
x + NA
x + list(1)
x + l[1:2]$to(dtype = torch_float())
x + c(1, 2)
x + factor("a")
x + mean
NULL * x
"a" - x
x / quote(a)
x %*% torch_ones(4)
x %*% m
m %*% m
x %*% "a"
x %% NULL
x ^ "a"
!x$to
-NULL + x + NULL
x & "a"
x == NULL
x == "a"
x < list()
b + "a"
torch_add(x)
torch_add(x, NULL)
torch_add(x, x, alpha = "a")
torch_add(x, x, beta = 1)
torch_add(x, x, alpha = NULL)
torch_mul(x, "a")
torch_div(x, 1, rounding_mode = "round")
torch_div(x, 1, rounding_mode = 1)
torch_sub(b, b)
torch_bitwise_and(x, x)
torch_remainder(l, 0L)
torch_matmul(m, m)
torch_mm(x, x)
torch_mm(m, l)
torch_bmm(m, m)
torch_dot(x, m)
torch_addmm(x, m, m)
torch_pow("a", 2)
torch_pow(2, "a")
torch_relu("a")
torch_relu(NULL)
torch_relu(NA)
torch_relu(list(x))
torch_relu(1)
torch_relu(x, x)
torch_relu()
torch_relu(input = x)
torch_clamp(x, "a")
torch_where(x, x, x)
torch_lerp(x, x, "a")
torch_logical_and(x, NULL)

# Dimensions
torch_sum(x, dim = 0)
torch_sum(x, dim = 2)
torch_sum(x, dim = -2)
torch_sum(x, dim = 1.5)
torch_sum(x, dim = "a")
torch_sum(x, dim = NA)
torch_sum(x, dim = c(1, 1))
torch_sum(m, dim = 1, keepdim = NA)
torch_sum(m, dim = 1, keepdim = "no")
torch_sum(m, dim = 1, dtype = "integer")
torch_mean(l)
torch_mean(m, dim = 3)
torch_max(m, dim = 3)
torch_max(torch_empty(0))
torch_argmax(torch_empty(0))
torch_argmax(m, dim = 0)
torch_median(x, dim = 2)
torch_sort(x, dim = 3)
torch_topk(x, 5)
torch_topk(x, -1)
torch_topk(x, 1, dim = 2)
torch_kthvalue(x, 9)
torch_cumsum(m)
torch_cumsum(m, dim = 9)
torch_softmax(x, dim = 3)
torch_softmax(l, dim = 1)
torch_stack(list(x, l))
torch_stack(list())
torch_stack(x)
torch_stack(list(x, "a"))
torch_stack(list(x, x), dim = 5)
torch_cat(list(x, m))
torch_cat(list())
torch_cat(list(m, m), dim = 0)
torch_cat(list(x, NULL))
torch_split(x, 0)
torch_split(x, c(1, 1))
torch_chunk(x, 0)
torch_unbind(x, dim = 2)
torch_reshape(x, c(2, 2))
torch_reshape(x, "a")
torch_reshape(x, c(-1, -1))
torch_transpose(x, 1, 2)
torch_transpose(m, 0, 1)
torch_squeeze(m, 4)
torch_unsqueeze(m, 0)
torch_unsqueeze(m, 5)
torch_flip(x, 2)
torch_roll(x, "a")
torch_flatten(x, start_dim = 3)
torch_movedim(m, 1, 9)
torch_permute(m, c(1, 1))
torch_permute(m, 1)
torch_narrow(x, 1, 3, 5)
torch_narrow(x, 1, 0, 1)
torch_t(torch_zeros(2, 2, 2))
x$view(c(2, 2))
x$view("a")
x$expand(c(2, 2))
x$permute(c(2, 1))
x$size(0)
x$size(2)
x$size("a")
x$unsqueeze(0)
x$repeat_interleave(-1L)

# Indices
x[4]
x[0]
x[-4]
x[1, 1]
x[1.5]
x[NA]
x["a"]
x[c(1, 9)]
x[c(TRUE, FALSE)]
x[torch_tensor(4L)]
x[torch_tensor(0.5)]
x[list(1)]
x[[9]]
x[1:0]
x[3:9:0]
x[4:9, 1]
m[3, 1]
m[1, 4]
m[, 9]
m[x > 0]
x[2^53]
x[1] <- "a"
x[1] <- NULL
x[9] <- 1
x[1:2] <- 1:3
l[1] <- 0.5
l[1] <- NA
b[1] <- list(1)
torch_index_select(x, 1, torch_tensor(0L))
torch_index_select(x, 1, torch_tensor(4L))
torch_index_select(x, 1, 1)
torch_index_select(x, 1, torch_tensor(1))
torch_gather(x, 1, torch_tensor(5L))
torch_gather(x, 2, torch_tensor(1L))
torch_scatter(x, 1, torch_tensor(5L), x)
torch_take(x, torch_tensor(9L))
torch_select(x, 1, 0)
torch_select(x, 1, 9)
torch_masked_select(x, x)
torch_masked_select(x, b)
torch_embedding(m, torch_tensor(3L))
torch_embedding(m, x)

# Fields, methods, conversions
x$typo
x$reluu()
x$shap
x$relu(1)
x$sum(dimension = 1)
x$to("cuda")
x$to("flaot")
x$to(dtype = 3)
x$to(device = "moon")
x$item()
m$item()
x$grad <- "a"
x$grad <- m
x$shape <- 1
x$data_ptr_typo
x[["typo"]]
x$requires_grad_("a")
l$requires_grad_(TRUE)
as.integer(torch_tensor(2^40, dtype = torch_int64()))
as.data.frame(torch_zeros(2, 2, 2))
if (x > 0) 1
while (x) 1
x$cuda()
torch_device("nonsense")
torch_device(1)
torch_device("cpu", "a")
torch_set_default_dtype(torch_int64())
torch_set_default_dtype("a")
torch_set_num_threads(0)
torch_set_num_threads("a")
torch_finfo(torch_int64())
torch_iinfo(torch_float())

# Gradients
x$backward()
torch_sum(x)$backward()
autograd_grad(x, x)
autograd_grad("a", x)
autograd_grad(torch_sum(torch_tensor(1, requires_grad = TRUE)), x)
autograd_backward("a")
with_no_grad()
autograd_set_grad_mode("a")

# Linear algebra
linalg_inv(torch_zeros(2, 2))
linalg_inv(m)
linalg_inv(x)
linalg_cholesky(-torch_eye(2))
linalg_solve(torch_zeros(2, 2), torch_zeros(2))
linalg_norm(m, ord = "a")
linalg_det(m)
linalg_eig(m)
linalg_svd("a")
torch_einsum("ij,jk->ik", list(m, m))
torch_einsum("ij", list())
torch_einsum(1, list(m))

# Programs
jit_compile("def f(x:\n  return x")
jit_compile("def f(x):\n  return torch.nope(x)")
jit_compile(1)
jit_compile("")
jit_trace(1, x)
jit_trace(function(x) 1, x)
jit_trace(function(x) x, "a")
jit_trace(function(x) x)
jit_load("no-such-file.pt")
jit_load(1)
jit_save(1, "a.pt")
jit_tuple("a")(1)
jit_scalar(1:2)
jit_ops$aten$nope
jit_ops$nope$relu
jit_ops$aten$relu("a")
jit_ops$aten$relu()
