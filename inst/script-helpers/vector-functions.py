# R's functions of vectors.

def r_min_int(x: List[int]) -> int:
  if len(x) == 0:
    raise ValueError("the least of nothing is Inf in R")
  return min(x)

def r_max_int(x: List[int]) -> int:
  if len(x) == 0:
    raise ValueError("the greatest of nothing is -Inf in R")
  return max(x)

def r_min_float(x: List[float]) -> float:
  least = math.inf
  for v in x:
    if math.isnan(v):
      return math.nan
    if v < least:
      least = v
  return least

def r_max_float(x: List[float]) -> float:
  greatest = -math.inf
  for v in x:
    if math.isnan(v):
      return math.nan
    if v > greatest:
      greatest = v
  return greatest

# torch's own sum of ints has 32 bits.
def r_sum_int(x: List[int]) -> int:
  total = 0
  for v in x:
    total = total + v
  torch.is_grad_enabled()
  return total

def r_sum_integer(x: List[int]) -> int:
  total = r_sum_int(x)
  if abs(total) > 2147483647:
    raise ValueError("a sum of integers beyond 2147483647 is a double in R: as.numeric() makes doubles of integers")
  return total

def r_sum_float(x: List[float]) -> float:
  return r_wide_sum(x)[0]

def r_product(x: List[float]) -> float:
  product = 1.
  low = 0.
  exponent = 0
  for v in x:
    product, low, exponent = r_wide_times(product, low, exponent, v)
  torch.is_grad_enabled()
  return r_of_parts(product, exponent)

# Positions of `x`, from one on, in its order: those of equals stay as they are.
def r_ordered_T(x: List[T], positions: List[int], decreasing: bool) -> List[int]:
  at = positions
  n = len(at)
  width = 1
  while width < n:
    merged = torch.jit.annotate(List[int], [])
    start = 0
    while start < n:
      middle = min(start + width, n)
      end = min(start + 2 * width, n)
      a = start
      b = middle
      while a < middle and b < end:
        left = x[at[a] - 1]
        right = x[at[b] - 1]
        if (right > left) if decreasing else (right < left):
          merged.append(at[b])
          b += 1
        else:
          merged.append(at[a])
          a += 1
      merged.extend(at[a:middle])
      merged.extend(at[b:end])
      start = end
    torch.is_grad_enabled()
    at = merged
    width *= 2
  torch.is_grad_enabled()
  return at

def r_order_int(x: List[int], decreasing: bool) -> List[int]:
  return r_ordered_int(x, [i + 1 for i in range(len(x))], decreasing)

# NaN comes last, whatever the direction.
def r_order_float(x: List[float], decreasing: bool) -> List[int]:
  at = torch.jit.annotate(List[int], [])
  last = torch.jit.annotate(List[int], [])
  for i in range(len(x)):
    if math.isnan(x[i]):
      last.append(i + 1)
    else:
      at.append(i + 1)
  torch.is_grad_enabled()
  return r_ordered_float(x, at, decreasing) + last

def r_sorted_int(x: List[int], decreasing: bool) -> List[int]:
  sorted_ones = sorted(x)
  if decreasing:
    sorted_ones.reverse()
  return sorted_ones

def r_sorted_float(x: List[float], decreasing: bool) -> List[float]:
  sorted_ones = torch.jit.annotate(List[float], [])
  for i in r_order_float(x, decreasing):
    if not math.isnan(x[i - 1]):
      sorted_ones.append(x[i - 1])
  torch.is_grad_enabled()
  return sorted_ones

def r_which_max(x: List[float], name: str) -> int:
  at = 0
  most = -math.inf
  for i in range(len(x)):
    if not math.isnan(x[i]) and (at == 0 or x[i] > most):
      at = i + 1
      most = x[i]
  torch.is_grad_enabled()
  if at == 0:
    raise ValueError(name + " finds nothing: there is no number, or all are NaN")
  return at

def r_cumsum_int(x: List[int]) -> List[int]:
  sums = torch.jit.annotate(List[int], [])
  total = 0
  for v in x:
    total = r_int(total + v)
    sums.append(total)
  torch.is_grad_enabled()
  return sums

def r_cumsum_float(x: List[float]) -> List[float]:
  sums = torch.jit.annotate(List[float], [])
  total = 0.
  low = 0.
  for v in x:
    total, low = r_wide_add(total, low, v, 0.)
    sums.append(total)
  torch.is_grad_enabled()
  if not r_is_number(total):
    for i in range(len(x)):
      if not r_is_number(sums[i]):
        sums[i] = r_wide_sum(x[:i + 1])[0]
  torch.is_grad_enabled()
  return sums

def r_cumprod_float(x: List[float]) -> List[float]:
  products = torch.jit.annotate(List[float], [])
  product = 1.
  low = 0.
  exponent = 0
  for v in x:
    product, low, exponent = r_wide_times(product, low, exponent, v)
    products.append(r_of_parts(product, exponent))
  torch.is_grad_enabled()
  return products

def r_cummax_int(x: List[int]) -> List[int]:
  most = torch.jit.annotate(List[int], [])
  for v in x:
    most.append(v if len(most) == 0 else max(v, most[-1]))
  torch.is_grad_enabled()
  return most

def r_cummin_int(x: List[int]) -> List[int]:
  least = torch.jit.annotate(List[int], [])
  for v in x:
    least.append(v if len(least) == 0 else min(v, least[-1]))
  torch.is_grad_enabled()
  return least

def r_cummax_float(x: List[float]) -> List[float]:
  most = torch.jit.annotate(List[float], [])
  for v in x:
    most.append(v if len(most) == 0 else r_pmax(v, most[-1]))
  torch.is_grad_enabled()
  return most

def r_cummin_float(x: List[float]) -> List[float]:
  least = torch.jit.annotate(List[float], [])
  for v in x:
    least.append(v if len(least) == 0 else r_pmin(v, least[-1]))
  torch.is_grad_enabled()
  return least

def r_pmax(a: float, b: float) -> float:
  if math.isnan(a) or math.isnan(b):
    return math.nan
  return b if b > a else a

def r_pmin(a: float, b: float) -> float:
  if math.isnan(a) or math.isnan(b):
    return math.nan
  return b if b < a else a

def r_lag(lag: int) -> int:
  if lag < 1:
    raise ValueError("`lag` must be 1 or more")
  return lag

def r_median(x: List[float]) -> float:
  for v in x:
    if math.isnan(v):
      raise ValueError("the median of NaN is NA in R")
  n = len(x)
  if n == 0:
    raise ValueError("the median of nothing is NA in R")
  ordered = r_sorted_float(x, False)
  if n % 2 == 1:
    return ordered[n // 2]
  # a sum is never -0
  return (0. + ordered[n // 2 - 1] + ordered[n // 2]) / 2.

def r_variance(x: List[float], name: str) -> float:
  n = len(x)
  if n < 2:
    raise ValueError(name + " of " + ("nothing" if n == 0 else "one number") + " is NA in R")
  for v in x:
    if math.isnan(v):
      raise ValueError(name + " of NaN is NA in R")
  torch.is_grad_enabled()
  variance = r_wide_variance(x)
  if r_is_number(variance):
    return variance
  return math.ldexp(r_wide_variance([math.ldexp(v, -600) for v in x]), 1200)

def r_tabulate(x: List[int], n: int) -> List[int]:
  if n < 0:
    raise ValueError("`nbins` must be 0 or more")
  counts = [0 for i in range(n)]
  for v in x:
    if v >= 1 and v <= n:
      counts[v - 1] = counts[v - 1] + 1
  torch.is_grad_enabled()
  return counts
