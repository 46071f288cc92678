# seq() of doubles, and what is repeated.

# Two ends that are as good as equal are one; the last step does not go beyond its end by a rounding error.
def r_seq_by(first: float, last: float, by: float) -> List[float]:
  if math.isnan(first) or math.isinf(first) or math.isnan(last) or math.isinf(last):
    raise ValueError("the ends of seq() must be finite numbers")
  distance = last - first
  if distance == 0. and last == 0.:
    return [last]
  if by == 0. and distance == 0.:
    return [first]
  if math.isnan(by) or by == 0. or math.isinf(distance):
    raise ValueError("invalid '(to - from)/by'")
  steps = distance / by
  if steps < 0.:
    raise ValueError("wrong sign in 'by' argument")
  if steps > 2147483647.:
    raise ValueError("'by' argument is much too small")
  if abs(distance) / max(abs(last), abs(first)) < 2.220446049250313e-14:
    return [first]
  n = int(steps + 1e-10)
  values = [first + float(i) * by for i in range(n + 1)]
  return [r_pmin(v, last) for v in values] if by > 0. else [r_pmax(v, last) for v in values]

def r_length_out(length: float) -> int:
  if math.isnan(length) or math.isinf(length) or length <= -1.:
    raise ValueError("'length.out' must be a non-negative number")
  n = int(math.ceil(length))
  if n == 0:
    raise ValueError("seq() of length 0 is integer(0) in R")
  return n

def r_seq_of_length(first: float, last: float, length: float) -> List[float]:
  if math.isnan(first) or math.isinf(first) or math.isnan(last) or math.isinf(last):
    raise ValueError("the ends of seq() must be finite numbers")
  n = r_length_out(length)
  if n == 1:
    return [first]
  if n == 2:
    return [first, last]
  if first == last:
    return [first for i in range(n)]
  distance = last - first
  if math.isinf(distance):
    raise ValueError("the ends of seq() are too far apart")
  step = distance / float(n - 1)
  values = [first]
  for i in range(1, n - 1):
    values.append(first + float(i) * step)
  values.append(last)
  return values

def r_seq_steps(first: float, by: float, length: float) -> List[float]:
  if math.isnan(first) or math.isinf(first):
    raise ValueError("'from' must be a finite number")
  n = r_length_out(length)
  return [first + float(i) * by for i in range(n)]

# Positions from zero on, each as often as `times` says.
def r_repeated_at(n: int, times: List[int]) -> List[int]:
  if len(times) != n and len(times) != 1:
    raise ValueError("invalid 'times' argument")
  for how_often in times:
    if how_often < 0:
      raise ValueError("invalid 'times' argument")
  # one number repeats the whole
  rounds = times[0] if len(times) == 1 else 1
  at = torch.jit.annotate(List[int], [])
  for k in range(rounds):
    for i in range(n):
      for j in range(times[i] if len(times) > 1 else 1):
        at.append(i)
  torch.is_grad_enabled()
  return at

# Where append() puts what it adds.
def r_after(after: int, n: int) -> int:
  if after < 0:
    raise ValueError("`after` of append() must be 0 or more")
  return min(max(after, 0), n)

# How many elements there are to be repeated.
def r_some(n: int) -> int:
  if n == 0:
    raise ValueError("rep() of no elements to a length is NA in R")
  return n
