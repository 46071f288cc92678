# What is found in vectors.

# NaN is found among NaN.
def r_in_numbers(x: float, held: List[float]) -> bool:
  for v in held:
    if v == x or (math.isnan(v) and math.isnan(x)):
      return True
  return False

# The first position of each element in `table`, from one on; 0 where there is none.
def r_matches_T(x: List[T], table: List[T]) -> List[int]:
  first = torch.jit.annotate(Dict[T, int], {})
  for i in range(len(table)):
    if table[i] not in first:
      first[table[i]] = i + 1
  at = torch.jit.annotate(List[int], [])
  for v in x:
    at.append(first[v] if v in first else 0)
  torch.is_grad_enabled()
  return at

# NaN is found among NaN, and no zero is another.
def r_matches_float(x: List[float], table: List[float]) -> List[int]:
  first = torch.jit.annotate(Dict[float, int], {})
  of_nan = 0
  for i in range(len(table)):
    v = table[i] if table[i] != 0. else 0.
    if math.isnan(v):
      if of_nan == 0:
        of_nan = i + 1
    elif v not in first:
      first[v] = i + 1
  torch.is_grad_enabled()
  at = torch.jit.annotate(List[int], [])
  for one in x:
    v = one if one != 0. else 0.
    if math.isnan(v):
      at.append(of_nan)
    else:
      at.append(first[v] if v in first else 0)
  torch.is_grad_enabled()
  return at

# Positions, from zero on, of what was not there before.
def r_firsts(at: List[int]) -> List[int]:
  firsts = torch.jit.annotate(List[int], [])
  for i in range(len(at)):
    if at[i] == i + 1:
      firsts.append(i)
  torch.is_grad_enabled()
  return firsts

def r_firsts_where(at: List[int], other: List[int], there: bool) -> List[int]:
  firsts = torch.jit.annotate(List[int], [])
  for i in range(len(at)):
    if at[i] == i + 1 and (other[i] > 0) == there:
      firsts.append(i)
  torch.is_grad_enabled()
  return firsts

def r_first_repeated(at: List[int]) -> int:
  for i in range(len(at)):
    if at[i] != i + 1:
      return i + 1
  torch.is_grad_enabled()
  return 0

def r_matched(at: List[int]) -> List[int]:
  if 0 in at:
    raise ValueError("match() finds no such element, which is NA in R: `nomatch = 0L` gives 0")
  return at
