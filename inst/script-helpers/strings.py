# R's functions of strings, whose letters are those of UTF-8.

# How many letters a string has: bytes of UTF-8 that go on with a letter are none.
def r_letters(s: str) -> int:
  n = 0
  for i in range(len(s)):
    if ord(s[i]) & 192 != 128:
      n += 1
  torch.is_grad_enabled()
  return n

# Where each letter begins, and the end.
def r_letter_starts(s: str) -> List[int]:
  starts = torch.jit.annotate(List[int], [])
  for i in range(len(s)):
    if ord(s[i]) & 192 != 128:
      starts.append(i)
  torch.is_grad_enabled()
  starts.append(len(s))
  return starts

def r_substring(s: str, first: int, last: int) -> str:
  starts = r_letter_starts(s)
  n = len(starts) - 1
  begin = max(first, 1)
  end = min(last, n)
  if begin > end:
    return ""
  return s[starts[begin - 1]:starts[end]]

def r_ascii(s: str, name: str) -> str:
  for i in range(len(s)):
    if ord(s[i]) > 127:
      raise ValueError(name + "() of a program knows the letters of ASCII alone, and not those of \"" + s + "\"")
  return s

def r_is_space(s: str) -> bool:
  code = ord(s)
  return code == 32 or code == 9 or code == 10 or code == 13

def r_trimmed(s: str, left: bool, right: bool) -> str:
  first = 0
  last = len(s)
  if left:
    while first < last and r_is_space(s[first]):
      first += 1
    torch.is_grad_enabled()
  if right:
    while last > first and r_is_space(s[last - 1]):
      last -= 1
    torch.is_grad_enabled()
  return s[first:last]

def r_repeated(s: str, times: int) -> str:
  if times < 0:
    raise ValueError("invalid 'times' value")
  return "".join([s for i in range(times)])

def r_replaced(s: str, pattern: str, replacement: str, times: int) -> str:
  if len(pattern) == 0:
    raise ValueError("zero-length pattern")
  parts = torch.jit.annotate(List[str], [])
  rest = s
  left = times
  at = rest.find(pattern)
  while at >= 0 and left != 0:
    parts.append(rest[:at])
    parts.append(replacement)
    rest = rest[at + len(pattern):]
    at = rest.find(pattern)
    left -= 1
  torch.is_grad_enabled()
  parts.append(rest)
  return "".join(parts)

# What is behind the last separator counts only if there is something.
def r_split(s: str, separator: str) -> List[str]:
  parts = torch.jit.annotate(List[str], [])
  if len(separator) == 0:
    starts = r_letter_starts(s)
    for i in range(len(starts) - 1):
      parts.append(s[starts[i]:starts[i + 1]])
  else:
    rest = s
    while len(rest) > 0:
      at = rest.find(separator)
      if at < 0:
        parts.append(rest)
        rest = ""
      else:
        parts.append(rest[:at])
        rest = rest[at + len(separator):]
    torch.is_grad_enabled()
  return parts

# A string as a number. What R would read otherwise, or not at all, stops the program.
def r_number_of_text(text: str) -> float:
  s = text.strip()
  body = s[1:] if s.startswith("-") or s.startswith("+") else s
  low = body.lower()
  if low == "inf" or low == "infinity":
    return -math.inf if s.startswith("-") else math.inf
  if low == "nan":
    return math.nan
  digits = 0
  points = 0
  i = 0
  while i < len(body) and (body[i].isdigit() or body[i] == "."):
    if body[i] == ".":
      points += 1
    else:
      digits += 1
    i += 1
  good = digits > 0 and points < 2
  if good and i < len(body):
    exponent = body[i + 1:]
    if exponent.startswith("-") or exponent.startswith("+"):
      exponent = exponent[1:]
    good = (body[i] == "e" or body[i] == "E") and len(exponent) > 0 and len(exponent) < 4 and exponent.isdigit()
    good = good and int(exponent) + digits < 300
  if not good:
    raise ValueError("as.numeric(\"" + text + "\") is NA in R, or no decimal number")
  value = r_decimal(body)
  return -value if s.startswith("-") else value

# Digit by digit in 64 bits, as R does.
def r_decimal(text: str) -> float:
  high = 0.
  low = 0.
  exponent = 0
  behind = False
  i = 0
  while i < len(text) and text[i] != "e" and text[i] != "E":
    if text[i] == ".":
      behind = True
    else:
      product = high * 10.
      high, low = r_wide(product, r_product_rest(high, 10., product) + low * 10.)
      high, low = r_wide_add(high, low, float(int(text[i])), 0.)
      exponent -= 1 if behind else 0
    i += 1
  if i < len(text):
    exponent += int(text[i + 1:])
  power = 10.
  power_low = 0.
  factor = 1.
  factor_low = 0.
  n = abs(exponent)
  while n > 0:
    if n % 2 == 1:
      factor, factor_low = r_wide_product(factor, factor_low, power, power_low)
    n = n // 2
    if n > 0:
      power, power_low = r_wide_product(power, power_low, power, power_low)
  if exponent >= 0:
    return r_wide_product(high, low, factor, factor_low)[0]
  quotient = high / factor
  product = quotient * factor
  rest = ((high - product) - r_product_rest(quotient, factor, product)) + (low - quotient * factor_low)
  return r_wide(quotient, rest / factor)[0]

def r_wide_product(a: float, a_low: float, b: float, b_low: float) -> Tuple[float, float]:
  product = a * b
  return r_wide(product, r_product_rest(a, b, product) + (a * b_low + a_low * b))
