# Numbers and strings as R writes them.

def r_match_arg(arg: str, choices: List[str]) -> str:
  if arg in choices:
    return arg
  found = torch.jit.annotate(List[str], [])
  for choice in choices:
    if len(arg) > 0 and choice.startswith(arg):
      found.append(choice)
  if len(found) != 1:
    raise ValueError("'arg' should be one of " + ", ".join(["\"" + choice + "\"" for choice in choices]))
  return found[0]

# As many strings as the longest part has: shorter ones begin again, and what has none is "".
def r_pasted(parts: List[List[str]], sep: str) -> List[str]:
  size = 0
  for part in parts:
    size = max(size, len(part))
  pasted = torch.jit.annotate(List[str], [])
  for i in range(size):
    words = torch.jit.annotate(List[str], [])
    for part in parts:
      words.append(part[i % len(part)] if len(part) > 0 else "")
    pasted.append(sep.join(words))
  return pasted

# libtorch can't read "\r" in a program that it has written to a file.
def r_quoted(s: str) -> str:
  text = s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
  names = ["\\a", "\\b", "", "", "\\v", "\\f", "\\r"]
  digits = "0123456789abcdef"
  parts = torch.jit.annotate(List[str], [])
  before = 0
  for i in range(len(text)):
    code = ord(text[i]) % 256
    if code > 6 and code < 14:
      parts.append(names[code - 7])
    elif code < 32 or code == 127:
      parts.append("\\" + digits[code // 64] + digits[code // 8 % 8] + digits[code % 8])
    elif before == 194 and code >= 128 and code < 160:
      # a control character of two bytes
      parts[-1] = "\\u00" + digits[code // 16] + digits[code % 16]
    else:
      parts.append(text[i])
    before = code
  return "\"" + "".join(parts) + "\""

# The text of `x` with `digits` decimals, rounded exactly, as C does: 59 bits of the fraction, and what is below them.
def r_fixed(x: float, digits: int) -> str:
  if math.isnan(x):
    return "NaN"
  if math.isinf(x):
    return "Inf" if x > 0. else "-Inf"
  size = abs(x)
  if size >= 9223372036854774784.:
    raise ValueError("Numbers beyond 2^63 have no text in a program.")
  whole = int(size)
  scaled = (size - float(whole)) * 576460752303423488.
  high = int(scaled)
  low = scaled - float(high)
  decimals = 0
  limit = 1
  for i in range(digits):
    low = low * 10.
    carried = int(low)
    low = low - float(carried)
    high = high * 10 + carried
    decimals = decimals * 10 + high // 576460752303423488
    high = high % 576460752303423488
    limit = limit * 10
  is_odd = (decimals % 2 == 1) if digits > 0 else (whole % 2 == 1)
  if high > 288230376151711744 or (high == 288230376151711744 and (low > 0. or is_odd)):
    decimals += 1
    if decimals == limit:
      decimals = 0
      whole += 1
  text = str(whole)
  if digits > 0:
    tail = str(decimals)
    text = text + "." + tail.rjust(digits, "0")
  return ("-" + text) if math.copysign(1., x) < 0. else text

# `x` as R writes numbers with `digits` significant digits: as.character() has 15, cat() and print() 7.
def r_number_text(x: float, digits: int) -> str:
  if math.isnan(x) or math.isinf(x):
    return r_fixed(x, 0)
  if x == 0.:
    return "0"
  size = abs(x)
  if size >= 1e15:
    raise ValueError("Numbers from 1e15 on have no text in a program.")
  if size < 1e-4:
    return ("-" if x < 0. else "") + r_small_text(size, digits)
  width = len(str(int(size)))
  zeros = 0
  if size < 1.:
    width = 0
    if size < 0.1:
      zeros = 1
    if size < 0.01:
      zeros = 2
    if size < 0.001:
      zeros = 3
  rounded = r_fixed(size, max(digits - width, 0) + zeros)
  shown = rounded
  front = rounded
  point = rounded.find(".")
  if point >= 0:
    shown = rounded.rstrip("0").rstrip(".")
    front = rounded[:point]
  figures = shown.replace(".", "").lstrip("0")
  exponent = len(front) - 1
  if front == "0":
    back = shown[point + 1:]
    exponent = len(back.lstrip("0")) - len(back) - 1
  if width > digits:
    unit = 1
    for i in range(width - digits):
      unit = unit * 10
    kept = int(size) // unit
    rest = int(size) % unit
    if rest * 2 > unit or (rest * 2 == unit and (size > float(int(size)) or kept % 2 == 1)):
      kept += 1
    figures = str(kept)
    exponent = len(figures) - 1 + width - digits
  figures = figures.rstrip("0")
  mantissa = figures[0] + (("." + figures[1:]) if len(figures) > 1 else "")
  if len(shown) > len(mantissa) + 4:
    power = str(abs(exponent))
    shown = mantissa + ("e-" if exponent < 0 else "e+") + ("0" if len(power) < 2 else "") + power
  return ("-" + shown) if x < 0. else shown

# `text` in a field of `width`; zeros go between the sign and the number.
def r_pad(text: str, width: int, flags: str) -> str:
  sign = ""
  if text.startswith("-"):
    sign = "-"
    text = text[1:]
  elif flags.find("+") >= 0 and text != "NaN":
    sign = "+"
  if flags.find("-") >= 0:
    return (sign + text).ljust(width)
  if flags.find("0") >= 0 and text != "Inf" and text != "NaN":
    return sign + text.rjust(width - len(sign), "0")
  return (sign + text).rjust(width)

# A tensor's one element as R writes it.
def r_item_text(x: Tensor, digits: int) -> str:
  r_one(x)
  if x.dtype == 11:
    return "TRUE" if bool(x) else "FALSE"
  if not torch.is_floating_point(x) and r_item_kind(x) != 7:
    return str(int(x))
  return r_number_text(float(x), digits)

# The same, once it is a number: `dtype` is that of the tensor.
def r_number_text_as(x: float, dtype: int, digits: int) -> str:
  if dtype == 11:
    return "TRUE" if x != 0. else "FALSE"
  return str(int(x)) if dtype < 5 else r_number_text(x, digits)

# cat(): print() ends the line itself.
def r_write_line(text: str):
  if not text.endswith("\n"):
    raise ValueError("cat() of a program writes whole lines: end it with \"\\n\"")
  print(text[:-1])

# `x` times 10^`power`, as a number and what it is off by: Dekker's product, as floats have no exact one.
def r_scaled(x: float, power: int) -> Tuple[float, float]:
  high = x
  low = 0.
  while power > 0:
    step = min(power, 22)
    power -= step
    factor = 1.
    for i in range(step):
      factor = factor * 10.
    product = high * factor
    off = r_product_rest(high, factor, product) + low * factor
    high = product + off
    low = off - (high - product)
  return high, low

# A number nearer to zero than 1e-4: R always writes these with an exponent.
def r_small_text(x: float, digits: int) -> str:
  figures, exponent = r_figures(x, digits)
  shown = str(figures).rstrip("0")
  power = str(-exponent)
  return shown[0] + (("." + shown[1:]) if len(shown) > 1 else "") + "e-" + ("0" if len(power) < 2 else "") + power

# %d of a double, which must be one of R's integers.
def r_whole_text(x: float) -> str:
  if math.isnan(x) or abs(x) > 2147483647. or x != float(int(x)):
    raise ValueError("invalid format '%d'; use format %f for numeric objects")
  return str(int(x))
