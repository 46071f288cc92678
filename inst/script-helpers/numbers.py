# R's functions of numbers.

def r_whole(x: float) -> int:
  if math.isnan(x) or abs(x) > 9007199254740992. or x != float(int(x)):
    raise ValueError("A whole number is needed, not " + str(x) + ": trunc(), round() or %/% make one.")
  return int(x)

# A condition.
def r_only_flag(x: List[bool]) -> bool:
  if len(x) != 1:
    raise ValueError("a condition has one element, and this one has " + str(len(x)) + ": all() and any() make one of a vector")
  return x[0]

def r_int(x: int) -> int:
  if abs(x) > 2147483647:
    raise ValueError("an integer beyond 2147483647 is NA in R: as.numeric() makes doubles of integers")
  return x

def r_floor(x: float) -> float:
  if math.isnan(x) or abs(x) >= 4503599627370496.:
    return x
  return math.copysign(float(math.floor(x)), x)

def r_ceiling(x: float) -> float:
  if math.isnan(x) or abs(x) >= 4503599627370496.:
    return x
  return math.copysign(float(math.ceil(x)), x)

def r_trunc(x: float) -> float:
  if math.isnan(x) or abs(x) >= 4503599627370496.:
    return x
  return math.copysign(float(int(x)), x)

def r_sign(x: float) -> float:
  if x > 0.:
    return 1.
  if x < 0.:
    return -1.
  return x if math.isnan(x) else 0.

def r_known(x: float) -> float:
  if math.isnan(x):
    raise ValueError("missing value where TRUE/FALSE needed")
  return x

def r_modulo(a: int, b: int) -> int:
  if b == 0:
    raise ZeroDivisionError("the remainder by zero is NA in R")
  return a % b

def r_floor_divide(a: int, b: int) -> int:
  if b == 0:
    raise ZeroDivisionError("division by zero is NA in R")
  return a // b

# As R computes it, in two steps of 64 bits.
def r_modulo_float(a: float, b: float) -> float:
  if b == 0. or math.isnan(a) or math.isnan(b) or math.isinf(a):
    return math.nan
  if abs(b) > 9223372036854775808. and abs(a) <= abs(b):
    if abs(a) == abs(b):
      return 0.
    return a + b if (a < 0. and b > 0.) or (b < 0. and a > 0.) else a
  q = a / b
  if not r_is_number(q):
    return math.nan
  if abs(q) > 9223372036854775808.:
    raise ValueError("probable complete loss of accuracy in modulus")
  high, low = r_wide_less(a, 0., r_floor(q), b)
  return r_wide_less(high, low, r_floor_of_quotient(high, low, b), b)[0]

def r_floor_of_quotient(high: float, low: float, b: float) -> float:
  quotient, rest = r_wide_divide(high, low, b)
  # too small for 64 bits less than R has
  if quotient == 0. and high != 0.:
    return -1. if (high < 0.) != (b < 0.) else 0.
  whole = r_floor(quotient)
  return whole - 1. if whole == quotient and rest < 0. else whole

# Less `times` times `x`, in 64 bits.
def r_wide_less(high: float, low: float, times: float, x: float) -> Tuple[float, float]:
  product = times * x
  if product == 0.:
    return high + 0., low
  taken, rest = r_wide(product, r_product_rest(times, x, product) if abs(product) < 1e290 and abs(times) < 1e290 else 0.)
  return r_wide_add(high, low, 0. - taken, 0. - rest)

def r_floor_divide_float(a: float, b: float) -> float:
  q = a / b
  if b == 0. or not r_is_number(q) or abs(q) > 9223372036854775808.:
    return q
  if abs(q) < 1.:
    return -1. if q < 0. or (a < 0. and b > 0.) or (a > 0. and b < 0.) else 0.
  high, low = r_wide_less(a, 0., r_floor(q), b)
  return r_floor(q) + r_floor_of_quotient(high, low, b)

def r_same_number(a: float, b: float) -> bool:
  return a == b or (math.isnan(a) and math.isnan(b))

def r_same_numbers(x: List[float], y: List[float]) -> bool:
  if len(x) != len(y):
    return False
  for i in range(len(x)):
    if not r_same_number(x[i], y[i]):
      return False
  return True

def r_log2(x: float) -> float:
  return float(torch.log2(torch.scalar_tensor(x, dtype=7)))

def r_log_base(x: float, base: float) -> float:
  if base == 10.:
    return math.log10(x)
  if base == 2.:
    return float(torch.log2(torch.scalar_tensor(x, dtype=7)))
  return math.log(x) / math.log(base)

# R's own way since 4.0.0: of the two candidates with that many digits, the nearer one.
def r_round(x: float, digits: int) -> float:
  if math.isnan(x) or math.isinf(x) or x == 0. or digits > 323:
    return x
  if digits < -308:
    return 0.
  if digits == 0:
    return round(x)
  size = abs(x)
  exponent = float(math.frexp(size)[1] - 1)
  if float(digits) + (exponent + 0.5) * 0.301029995663981195 > 15.:
    return x
  power = 1.
  for i in range(abs(digits)):
    power = power * 10.
  if digits < 0:
    power = 1. / power
  low = math.floor(size * power)
  below = float(low) / power
  above = float(math.ceil(size * power)) / power
  to_below = size - below
  to_above = above - size
  nearest = below if to_below < to_above or (to_below == to_above and low % 2 == 0) else above
  return -nearest if x < 0. else nearest

# Where C's pow() is another: a power of something negative that has no limit.
def r_power(a: float, b: float) -> float:
  if a == 0. and not math.isnan(b):
    return math.inf if b < 0. else (1. if b == 0. else 0.)
  if b == 2.:
    return a * a
  if a < 0. and (math.isinf(b) or (math.isinf(a) and b != r_floor(b))):
    return math.nan
  if math.isinf(a) and b < 0.:
    return 0.
  return a ** b
