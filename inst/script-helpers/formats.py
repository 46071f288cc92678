# What sprintf() writes by %e and %g.

# `x` above zero as `digits` figures, rounded exactly, and an exponent.
def r_figures(x: float, digits: int) -> Tuple[int, int]:
  if x < 1e-290 or x >= 1e22:
    raise ValueError("Numbers nearer to zero than 1e-290, or from 1e22 on, have no such text in a program.")
  limit = 1
  for i in range(digits):
    limit = limit * 10
  exponent = int(math.floor(math.log10(x)))
  figures = 0
  for attempt in range(3):
    power = digits - 1 - exponent
    high, low = r_scaled(x, power) if power >= 0 else r_divided(x, -power)
    figures = int(math.floor(high))
    rest = high - float(figures)
    if rest > 0.5 or (rest == 0.5 and (low > 0. or (low == 0. and figures % 2 == 1))):
      figures += 1
    if figures >= limit:
      exponent += 1
    elif figures * 10 < limit:
      exponent -= 1
    else:
      break
  return figures, exponent

def r_divided(x: float, power: int) -> Tuple[float, float]:
  divisor = 1.
  for i in range(power):
    divisor = divisor * 10.
  quotient = x / divisor
  product = quotient * divisor
  return quotient, ((x - product) - r_product_rest(quotient, divisor, product)) / divisor

def r_exponent_text(exponent: int) -> str:
  return ("e-" if exponent < 0 else "e+") + str(abs(exponent)).rjust(2, "0")

def r_exponential(x: float, digits: int) -> str:
  if math.isnan(x) or math.isinf(x):
    return r_fixed(x, 0)
  sign = "-" if math.copysign(1., x) < 0. else ""
  shown = "".ljust(digits + 1, "0")
  exponent = 0
  if x != 0.:
    figures, exponent = r_figures(abs(x), digits + 1)
    shown = str(figures)
  return sign + shown[0] + (("." + shown[1:]) if digits > 0 else "") + r_exponent_text(exponent)

def r_general(x: float, digits: int) -> str:
  if math.isnan(x) or math.isinf(x):
    return r_fixed(x, 0)
  digits = max(digits, 1)
  exponent = 0
  if x != 0.:
    figures, exponent = r_figures(abs(x), digits)
  if exponent >= digits or exponent < -4:
    text = r_exponential(x, digits - 1)
    at = text.find("e")
    mantissa = text[:at]
    return (mantissa.rstrip("0").rstrip(".") if mantissa.find(".") >= 0 else mantissa) + text[at:]
  text = r_fixed(x, digits - 1 - exponent)
  return text.rstrip("0").rstrip(".") if text.find(".") >= 0 else text
