# R adds and multiplies in numbers of 64 bits, where a double has 53, and that go further than doubles. Here they are two
# doubles: what a double holds of them, and the rest.

def r_is_number(x: float) -> bool:
  return not math.isnan(x) and not math.isinf(x)

# The sum of two doubles, `low` much the smaller, in 64 bits.
def r_wide(high: float, low: float) -> Tuple[float, float]:
  total = high + low
  rest = (high - total) + low
  fraction, exponent = math.frexp(total)
  # what is below a power of two has one bit more
  bits = 65 if abs(fraction) == 0.5 and (rest < 0.) != (total < 0.) else 64
  unit = math.ldexp(1., max(exponent - bits, -1022))
  rounded = float(round(rest / unit)) * unit
  # halfway between two doubles it is the even one
  nearest = total + rounded
  return nearest, (total - nearest) + rounded

def r_wide_add(high: float, low: float, x: float, x_low: float) -> Tuple[float, float]:
  total = high + x
  if not r_is_number(total):
    return total, 0.
  back = total - high
  return r_wide(total, (low + x_low) + ((high - (total - back)) + (x - back)))

def r_wide_sum(x: List[float]) -> Tuple[float, float]:
  total = 0.
  low = 0.
  for v in x:
    total, low = r_wide_add(total, low, v, 0.)
  torch.is_grad_enabled()
  if r_is_number(total):
    return total, low
  # what passes the largest double on its way may come back
  total = 0.
  low = 0.
  for v in x:
    total, low = r_wide_add(total, low, math.ldexp(v, -64), 0.)
  torch.is_grad_enabled()
  return math.ldexp(total, 64), math.ldexp(low, 64)

# What a product of doubles is off by.
def r_product_rest(a: float, b: float, product: float) -> float:
  a_far = 134217729. * a
  a_high = a_far - (a_far - a)
  b_far = 134217729. * b
  b_high = b_far - (b_far - b)
  a_low = a - a_high
  b_low = b - b_high
  return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low

def r_wide_mean(x: List[float], n: float) -> Tuple[float, float]:
  total, low = r_wide_sum(x)
  if r_is_number(total) and abs(total) < 1e300:
    return r_wide_divide(total, low, n)
  total, low = r_wide_sum([math.ldexp(v, -64) for v in x])
  if not r_is_number(total):
    return total / n, 0.
  mean, rest = r_wide_divide(total, low, n)
  return math.ldexp(mean, 64), math.ldexp(rest, 64)

def r_wide_divide(high: float, low: float, n: float) -> Tuple[float, float]:
  quotient = high / n
  product = quotient * n
  return r_wide(quotient, (((high - product) - r_product_rest(quotient, n, product)) + low) / n)

# As R's, in two passes.
def r_two_pass_mean(x: List[float]) -> Tuple[float, float]:
  n = float(len(x))
  mean, low = r_wide_mean(x, n)
  if not r_is_number(mean):
    return mean, 0.
  total = 0.
  total_low = 0.
  for v in x:
    off, off_low = r_wide_add(v, 0., 0. - mean, 0. - low)
    total, total_low = r_wide_add(total, total_low, off, off_low)
  torch.is_grad_enabled()
  if not r_is_number(total):
    return mean, low
  off, off_low = r_wide_divide(total, total_low, n)
  return r_wide_add(mean, low, off, off_low)

# Something stands in front of the result, as after all loops: libtorch would lose `x`.
def r_mean(x: List[float]) -> float:
  mean = math.nan
  if len(x) > 0:
    mean = r_two_pass_mean(x)[0]
  torch.is_grad_enabled()
  return mean

def r_mean_int(x: List[float]) -> float:
  mean = math.nan
  if len(x) > 0:
    mean = r_wide_mean(x, float(len(x)))[0]
  torch.is_grad_enabled()
  return mean

def r_wide_variance(x: List[float]) -> float:
  mean, low = r_two_pass_mean(x)
  total = 0.
  total_low = 0.
  for v in x:
    off, rest = r_wide_add(v, 0., 0. - mean, 0.)
    square = off * off
    if r_is_number(square):
      square, rest = r_wide(square, r_product_rest(off, off, square) + 2. * off * rest)
    total, total_low = r_wide_add(total, total_low, square, rest)
  torch.is_grad_enabled()
  return r_wide_divide(total, total_low, float(len(x) - 1))[0] if r_is_number(total) else total

# A product as a fraction, of 64 bits, and an exponent, which are R's as long as it has them.
def r_wide_times(fraction: float, low: float, exponent: int, x: float) -> Tuple[float, float, int]:
  part, power = math.frexp(x) if r_is_number(x) else (x, 0)
  product = fraction * part
  if not r_is_number(product) or product == 0.:
    return product, 0., 0
  high, rest = r_wide(product, r_product_rest(fraction, part, product) + low * part)
  high, carried = math.frexp(high)
  exponent = exponent + power + carried
  if exponent > 16384:
    return high * math.inf, 0., 0
  if exponent < -16445:
    return 0. * high, 0., 0
  return high, math.ldexp(rest, 0 - carried), exponent

def r_of_parts(fraction: float, exponent: int) -> float:
  return math.copysign(math.inf, fraction) if exponent > 1024 else math.ldexp(fraction, exponent)
