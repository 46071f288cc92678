# Tensors beside numbers.

def r_transposed(x: Tensor) -> Tensor:
  if torch.dim(x) > 2:
    raise RuntimeError("t() expects a tensor with <= 2 dimensions, but self is " + str(torch.dim(x)) + "D")
  return torch.t(x)

# In R's order: the first dimension goes round first.
def r_elements(x: Tensor) -> List[Tensor]:
  return torch.unbind(torch.flatten(torch.permute(x, [torch.dim(x) - 1 - i for i in range(torch.dim(x))])), 0)

def r_all_there(x: List[Optional[Tensor]]) -> List[Tensor]:
  return [torch._unwrap_optional(v) for v in x]

def r_fitted(x: Tensor, v: Tensor) -> Tensor:
  while torch.dim(v) > torch.dim(x) and torch.size(v, 0) == 1:
    v = torch.squeeze(v, 0)
  return v

# `v`, to be put into `x`.
def r_check_fraction(x: Tensor, v: float):
  if x.dtype == 11:
    if math.isnan(v):
      raise ValueError("NaN can't be assigned to a tensor of TRUE and FALSE")
  elif not torch.is_floating_point(x) and not torch.is_complex(x):
    if math.isnan(v) or math.isinf(v) or v != math.floor(v):
      raise ValueError(str(v) + " can't be assigned to a tensor of whole numbers")

def r_int_into(x: Tensor, v: int) -> int:
  if x.dtype < 3:
    most = [255, 127, 32767][x.dtype]
    if v > most or v < (0 if x.dtype == 0 else -most - 1):
      raise ValueError("the data hold " + str(v) + ", which the dtype can't hold")
  return v

def r_ints_into(x: Tensor, v: List[int]) -> Tensor:
  if x.dtype < 3:
    for one in v:
      r_int_into(x, one)
  return torch.tensor(v)

# torch.tensor() of numbers rounds them to the default dtype first.
def r_tensor_of(v: List[float], dtype: int) -> Tensor:
  if dtype < 5 or dtype == 11:
    most = [255., 127., 32767., 2147483647., 9223372036854774784., math.inf][min(dtype, 5)]
    for one in v:
      if math.isnan(one) or (dtype < 5 and math.isinf(one)):
        raise ValueError("the data hold " + str(one) + ", which the dtype can't hold")
      whole = r_trunc(one) if dtype < 5 else one
      if whole > most or whole < (0. if dtype == 0 else -most - 1.):
        raise ValueError("the data hold " + str(one) + ", which the dtype can't hold")
  if dtype == 6 or len(v) == 0:
    return torch.tensor(v, dtype=dtype)
  return torch.to(torch.stack([torch.scalar_tensor(one, dtype=7) for one in v]), dtype)

# torch.tensor() of integers.
def r_tensor_of_ints(v: List[int], dtype: int) -> Tensor:
  if dtype < 3:
    most = [255, 127, 32767][dtype]
    for one in v:
      if one > most or one < (0 if dtype == 0 else -most - 1):
        raise ValueError("the data hold " + str(one) + ", which the dtype can't hold")
  return torch.to(torch.tensor(v, dtype=4), dtype)

def r_number_into(x: Tensor, v: float) -> Tensor:
  r_check_fraction(x, v)
  return torch.scalar_tensor(v, dtype=x.dtype, device=x.device)

def r_vector_into(x: Tensor, v: List[float]) -> Tensor:
  for one in v:
    r_check_fraction(x, one)
  return torch.to(r_tensor_of(v, x.dtype), x.device)

# A number beside a tensor, for operators that take tensors alone.
def r_number_for(x: Tensor, v: float) -> Tensor:
  if torch.is_floating_point(x) or torch.is_complex(x):
    return torch.scalar_tensor(v, dtype=(7 if torch.dim(x) > 0 else x.dtype), device=x.device)
  return torch.tensor(v)

def r_int_for(x: Tensor, v: int) -> Tensor:
  if torch.dim(x) == 0 and x.dtype != 11:
    return torch.scalar_tensor(v, dtype=x.dtype, device=x.device)
  return torch.tensor(v)

def r_ints_for(x: Tensor, v: List[int]) -> Tensor:
  if len(v) == 1:
    return r_int_for(x, v[0])
  return torch.tensor(v, dtype=4)

def r_flags_for(x: Tensor, v: List[bool]) -> Tensor:
  if len(v) == 1:
    return torch.tensor(v[0])
  return torch.tensor(v, dtype=11)

def r_vector_for(x: Tensor, v: List[float]) -> Tensor:
  # a vector of one is a number
  if len(v) == 1:
    return r_number_for(x, v[0])
  if torch.is_floating_point(x):
    return torch.to(r_tensor_of(v, x.dtype), x.device)
  return torch.tensor(v)

def r_array_for(x: Tensor, v: Tensor) -> Tensor:
  if torch.is_floating_point(x):
    return torch.to(v, x.dtype)
  return torch.to(v, torch.tensor(0.).dtype) if torch.is_floating_point(v) else v
