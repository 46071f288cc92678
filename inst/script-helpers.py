# Functions that programs of jit_script() call where TorchScript's own would answer other than R. `r_` is what marks them.

def r_whole(x: float) -> int:
  if math.isnan(x) or abs(x) > 9007199254740992. or x != float(int(x)):
    raise ValueError("A whole number is needed, not " + str(x) + ".")
  return int(x)

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

def r_position(i: int) -> int:
  if i > 0:
    return i - 1
  if i == 0:
    raise IndexError("Positions count from one: there is none at zero.")
  return i

def r_last_position(i: int) -> int:
  if i > 0:
    return i
  if i == 0:
    raise IndexError("Positions count from one: there is none at zero.")
  if i == -1:
    return 9007199254740991
  return i + 1

def r_item(i: int, n: int) -> int:
  if i < 1 or i > n:
    raise IndexError("subscript out of bounds")
  return i - 1

def r_slot(i: int, n: int) -> int:
  if i < 1 or i > n + 1:
    raise IndexError("subscript out of bounds: a list grows at its end, by one")
  return i - 1

# Positions of `n` elements without those in `out`: without none of them there is nothing, as in R.
def r_left(n: int, out: List[int]) -> List[int]:
  left = torch.jit.annotate(List[int], [])
  for i in out:
    if i < 1:
      raise IndexError("positions to leave out must be 1 or more")
  if len(out) > 0:
    for i in range(1, n + 1):
      if i not in out:
        left.append(i)
  return left

def r_chosen(n: int, mask: List[bool]) -> List[int]:
  if len(mask) != n:
    raise IndexError("a mask must have as many elements as what it is for")
  chosen = torch.jit.annotate(List[int], [])
  for i in range(n):
    if mask[i]:
      chosen.append(i + 1)
  return chosen

# R takes x$al for x$alpha.
def r_is_abbreviated(names: List[str], name: str) -> bool:
  for longer in names:
    if longer.startswith(name) and longer != name:
      raise IndexError("`" + name + "` may be short for `" + longer + "`: write the whole name, or [[\"" + name + "\"]]")
  return False

def r_count(n: int) -> int:
  if n < 0:
    raise ValueError("A number of elements can't be negative.")
  return n

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

def r_positions(x: Tensor) -> Tensor:
  if torch.is_floating_point(x) or x.dtype == 11:
    return x
  if bool(torch.any(torch.eq(x, 0))):
    raise IndexError("Positions count from one: there is none at zero.")
  return torch.where(torch.gt(x, 0), x - 1, x)

def r_positions_or_mask(x: Tensor) -> Tensor:
  if x.dtype == 11:
    if torch.dim(x) == 0:
      raise IndexError("a mask without dimensions selects nothing")
    return x
  if bool(torch.any(torch.eq(x, 0))):
    raise IndexError("Positions count from one: there is none at zero.")
  at = torch.where(torch.gt(x, 0), x - 1, x)
  # libtorch takes bytes for a mask
  return torch.to(at, 4) if x.dtype == 0 else at

def r_min_of(a: float, b: float) -> float:
  if math.isnan(a) or math.isnan(b):
    return math.nan
  return a if a < b else b

def r_max_of(a: float, b: float) -> float:
  if math.isnan(a) or math.isnan(b):
    return math.nan
  return a if a > b else b

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

def r_sum_float(x: List[float]) -> float:
  total = 0.
  low = 0.
  for v in x:
    total, low = r_add(total, low, v)
  torch.is_grad_enabled()
  return total

def r_product(x: List[float]) -> float:
  product = 1.
  for v in x:
    product = product * v
  torch.is_grad_enabled()
  return product

def r_counted(x: Tensor) -> Tensor:
  return torch.where(torch.lt(x, 0), x, x + 1)

def r_from_end(behind: int) -> int:
  if behind > 0:
    raise IndexError("There is no position N + " + str(behind) + ": N is the last one.")
  return behind - 1

def r_last_from_end(behind: int) -> int:
  return min(behind, 0) - 1

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

def r_out_of_range(x: Tensor, dim: int, i: int) -> str:
  number = dim if dim >= 0 else dim + torch.dim(x)
  if i == 0:
    return "positions count from 1, or from -1 at the end: 0 is none"
  return "position " + str(i) + " is out of range: dimension " + str(number + 1) + " has " + str(torch.size(x, dim)) + " elements"

def r_place(x: Tensor, dim: int, i: int) -> int:
  n = torch.size(x, dim)
  if i == 0 or i > n or i < -n:
    raise IndexError(r_out_of_range(x, dim, i))
  return i - 1 if i > 0 else i + n

def r_range_start(x: Tensor, dim: int, i: int) -> int:
  n = torch.size(x, dim)
  if i == 0 or i > n + 1 or i < -n:
    raise IndexError(r_out_of_range(x, dim, i))
  return i - 1 if i > 0 else i + n

def r_range_end(x: Tensor, dim: int, first: int, last: int) -> int:
  n = torch.size(x, dim)
  if last == 0 or last < -n:
    raise IndexError(r_out_of_range(x, dim, last))
  if first > last and (first > 0) == (last > 0):
    raise IndexError("A range of positions must rise: torch_flip() turns a tensor round.")
  return last if last > 0 else last + n + 1

def r_positions_or_flat_mask(x: Tensor) -> Tensor:
  if x.dtype == 11 and torch.dim(x) != 1:
    raise IndexError("A mask of " + str(torch.dim(x)) + " dimensions must be the last index in a program.")
  return r_positions_or_mask(x)

def r_modulo_float(a: float, b: float) -> float:
  if b == 0. or math.isnan(a) or math.isnan(b) or math.isinf(a):
    return math.nan
  if math.isinf(b):
    return a if a == 0. or (a < 0.) == (b < 0.) else b
  r = math.fmod(a, b)
  # no zero is negative
  if r == 0.:
    return 0.
  return r + b if (r < 0.) != (b < 0.) else r

def r_floor_divide_float(a: float, b: float) -> float:
  q = a / b
  if b == 0. or math.isnan(q) or abs(q) > 4503599627370496.:
    return q
  if abs(q) < 1.:
    return -1. if q < 0. or (a < 0. and b > 0.) or (a > 0. and b < 0.) else 0.
  r = math.fmod(a, b)
  if r != 0. and (r < 0.) != (b < 0.):
    r = r + b
  return float(round((a - r) / b))

def r_same_number(a: float, b: float) -> bool:
  return a == b or (math.isnan(a) and math.isnan(b))

def r_log2(x: float) -> float:
  return float(torch.log2(torch.scalar_tensor(x, dtype=7)))

def r_log_base(x: float, base: float) -> float:
  if base == 10.:
    return math.log10(x)
  if base == 2.:
    return float(torch.log2(torch.scalar_tensor(x, dtype=7)))
  return math.log(x) / math.log(base)

def r_integer(x: float) -> int:
  if math.isnan(x) or abs(x) >= 9223372036854775807.:
    raise ValueError("as.integer(" + str(x) + ") is NA in R")
  return int(x)

def r_one(x: Tensor) -> Tensor:
  if torch.numel(x) != 1:
    raise ValueError("A tensor with one element is needed here, and this one has " + str(torch.numel(x)) + ".")
  if torch.is_complex(x):
    raise ValueError("A program takes no complex numbers out of tensors: torch_real() and torch_imag() give the parts.")
  return x

# nrow() and ncol(): a tensor may have less dimensions.
def r_extent(x: Tensor, dim: int) -> int:
  if dim >= torch.dim(x):
    raise ValueError("A tensor with " + str(torch.dim(x)) + " dimensions has no dimension " + str(dim + 1) + ": its size is NA in R.")
  return torch.size(x, dim)

def r_integer_item(x: Tensor) -> int:
  r_one(x)
  if torch.is_floating_point(x):
    v = float(x)
    if math.isnan(v) or abs(v) >= 9223372036854775807.:
      raise ValueError("as.integer(" + str(v) + ") is NA in R")
  return int(x)

# libtorch can't read "\r" in a program that it has written to a file.
def r_quoted(s: str) -> str:
  text = s.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\t", "\\t")
  parts = torch.jit.annotate(List[str], [])
  for i in range(len(text)):
    parts.append("\\r" if ord(text[i]) == 13 else text[i])
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

# A tensor's one element as R writes it.
def r_item_text(x: Tensor, digits: int) -> str:
  r_one(x)
  if x.dtype == 11:
    return "TRUE" if bool(x) else "FALSE"
  if not torch.is_floating_point(x):
    return str(int(x))
  return r_number_text(float(x), digits)

# The same, once it is a number: `dtype` is that of the tensor.
def r_number_text_as(x: float, dtype: int, digits: int) -> str:
  if dtype == 11:
    return "TRUE" if x != 0. else "FALSE"
  return str(int(x)) if dtype < 5 else r_number_text(x, digits)

def r_number_tensor(x: float, dtype: int) -> Tensor:
  if dtype == 11:
    return torch.tensor([x != 0.])
  return torch.tensor([int(x)]) if dtype < 5 else torch.tensor([x])

# The kind of a number is a dtype: of whole numbers, of doubles, or 11 where it is TRUE or FALSE.
def r_kind_of(x: number) -> int:
  return torch.add(torch.tensor(False), x).dtype

def r_is_double_kind(kind: int) -> bool:
  return kind > 4 and kind != 11

def r_wider_kind(a: int, b: int) -> int:
  return 7 if r_is_double_kind(a) or r_is_double_kind(b) else 4

def r_number(x: float, kind: int) -> number:
  if kind == 11:
    return torch.tensor(x != 0.).item()
  if r_is_double_kind(kind):
    return x
  return int(x)

# `beside`: how many doubles it stands beside.
def r_double(x: float, kind: int, beside: int) -> float:
  if beside == 0 and not r_is_double_kind(kind):
    raise ValueError("what is an integer, or TRUE or FALSE, comes where a program has doubles: as.numeric() makes it one, as.integer() and as.logical() keep what it is")
  return x

def r_among_integers(x: float, kind: int) -> int:
  if r_is_double_kind(kind):
    raise ValueError("a double comes where a program has integers: as.integer() makes it one, as.numeric() of the others makes them doubles")
  return int(x)

# libtorch leaves out what is written to a tensor that is seen afterwards in a list alone, unless something looks at it.
def r_written(x: Tensor):
  if torch.dim(x) < 0:
    raise RuntimeError("unreachable")

def r_transposed(x: Tensor) -> Tensor:
  if torch.dim(x) > 2:
    raise RuntimeError("t() expects a tensor with <= 2 dimensions, but self is " + str(torch.dim(x)) + "D")
  return torch.t(x)

# What nothing reads is looked at, so that it is computed.
# libtorch knows that nothing is other than itself.
def r_look_int(x: int):
  if x < -9223372036854775806:
    raise RuntimeError("unreachable")

def r_look_float(x: float):
  if math.isnan(x) and x == 1.:
    raise RuntimeError("unreachable")

def r_look_bool(x: bool):
  if int(x) < 0:
    raise RuntimeError("unreachable")

def r_look_tensors(x: List[Tensor]):
  for v in x:
    if torch.dim(v) < 0:
      raise RuntimeError("unreachable")

def r_look_ints(x: List[int]):
  for v in x:
    r_look_int(v)

def r_look_floats(x: List[float]):
  for v in x:
    r_look_float(v)

def r_look_optional(x: Optional[Tensor]):
  if x is not None:
    if torch.dim(x) < 0:
      raise RuntimeError("unreachable")

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

# torch.tensor() of numbers rounds them to the default dtype first.
def r_tensor_of(v: List[float], dtype: int) -> Tensor:
  if dtype == 6 or len(v) == 0:
    return torch.tensor(v, dtype=dtype)
  if dtype < 4:
    most = [255., 127., 32767., 2147483647.][dtype]
    for one in v:
      if one > most or one < (0. if dtype == 0 else -most - 1.):
        raise ValueError("the data hold " + str(one) + ", which the dtype can't hold")
  return torch.to(torch.stack([torch.scalar_tensor(one, dtype=7) for one in v]), dtype)

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

# A number that may be an integer or a double decides on the dtype of the result only beside whole numbers.
def r_check_mixed(x: Tensor):
  if not torch.is_floating_point(x) and not torch.is_complex(x):
    raise ValueError("beside a tensor of whole numbers it must be known whether a number is an integer or a double: as.numeric() makes it a double")

# torch_tensor() of a tensor's one element.
def r_item_tensor(x: Tensor) -> Tensor:
  if x.dtype == 11:
    return torch.tensor([bool(x)])
  if not torch.is_floating_point(x):
    return torch.tensor([int(x)])
  return torch.tensor([float(x)])

# cat(): print() ends the line itself.
def r_write_line(text: str):
  if not text.endswith("\n"):
    raise ValueError("cat() of a program writes whole lines: end it with \"\\n\"")
  print(text[:-1])

# Where C's pow() is another: a power of something negative that has no limit.
def r_power(a: float, b: float) -> float:
  if a == 0. and b < 0.:
    return math.inf
  if b == 2.:
    return a * a
  if a < 0. and (math.isinf(b) or (math.isinf(a) and b != math.floor(b))):
    return math.nan
  return a ** b

# NaN is found among NaN.
def r_in_numbers(x: float, held: List[float]) -> bool:
  for v in held:
    if v == x or (math.isnan(v) and math.isnan(x)):
      return True
  return False

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
    a = 134217729. * high
    a_high = a - (a - high)
    a_low = high - a_high
    b = 134217729. * factor
    b_high = b - (b - factor)
    b_low = factor - b_high
    off = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low + low * factor
    high = product + off
    low = off - (high - product)
  return high, low

# A number nearer to zero than 1e-4: R always writes these with an exponent.
def r_small_text(x: float, digits: int) -> str:
  if x < 1e-290:
    raise ValueError("Numbers nearer to zero than 1e-290 have no text in a program.")
  limit = 1
  for i in range(digits):
    limit = limit * 10
  exponent = int(math.floor(math.log10(x)))
  figures = 0
  for attempt in range(3):
    high, low = r_scaled(x, digits - 1 - exponent)
    figures = int(math.floor(high))
    rest = (high - float(figures)) + low
    if rest < 0.:
      figures -= 1
      rest += 1.
    if rest > 0.5 or (rest == 0.5 and figures % 2 == 1):
      figures += 1
    if figures >= limit:
      exponent += 1
    elif figures * 10 < limit:
      exponent -= 1
    else:
      break
  shown = str(figures).rstrip("0")
  power = str(-exponent)
  return shown[0] + (("." + shown[1:]) if len(shown) > 1 else "") + "e-" + ("0" if len(power) < 2 else "") + power

# Rounded once, at the end, as R's of two passes in 64 bits is.
def r_mean(x: List[float]) -> float:
  n = float(len(x))
  high = 0.
  low = 0.
  for v in x:
    total = high + v
    low = low + ((high - total) + v if abs(high) >= abs(v) else (v - total) + high)
    high = total
  torch.is_grad_enabled()
  mean = (high + low) / n if n > 0. else math.nan
  if math.isnan(mean) or math.isinf(mean):
    return high / n if n > 0. else mean
  # what the quotient leaves
  product = mean * n
  shifted = 134217729. * mean
  big = shifted - (shifted - mean)
  off = (big * n - product) + (mean - big) * n
  return mean + ((high - product) - off + low) / n

# Positions in order, from one on: those of equal numbers stay as they are.
def r_order_int(x: List[int], decreasing: bool) -> List[int]:
  at = [i + 1 for i in range(len(x))]
  n = len(x)
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

# NaN comes last, whatever the direction.
def r_order_float(x: List[float], decreasing: bool) -> List[int]:
  at = torch.jit.annotate(List[int], [])
  last = torch.jit.annotate(List[int], [])
  for i in range(len(x)):
    if math.isnan(x[i]):
      last.append(i + 1)
    else:
      at.append(i + 1)
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
  return at + last

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

# The sum of three numbers, as one and what it is off by: R adds up in 64 bits, where a double has 53.
def r_add(high: float, low: float, x: float) -> Tuple[float, float]:
  total = high + x
  if math.isnan(total) or math.isinf(total):
    return total, 0.
  back = total - high
  off = low + ((high - (total - back)) + (x - back))
  rounded = total + off
  unit = math.ldexp(1., max(math.frexp(rounded)[1] - 64, -1022))
  return rounded, float(round((off - (rounded - total)) / unit)) * unit

def r_cumsum_int(x: List[int]) -> List[int]:
  sums = torch.jit.annotate(List[int], [])
  total = 0
  for v in x:
    total = total + v
    sums.append(total)
  torch.is_grad_enabled()
  return sums

def r_cumsum_float(x: List[float]) -> List[float]:
  sums = torch.jit.annotate(List[float], [])
  total = 0.
  low = 0.
  for v in x:
    total, low = r_add(total, low, v)
    sums.append(total)
  torch.is_grad_enabled()
  return sums

def r_cumprod_float(x: List[float]) -> List[float]:
  products = torch.jit.annotate(List[float], [])
  product = 1.
  for v in x:
    product = product * v
    products.append(product)
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
  total = 0.
  low = 0.
  for v in x:
    if math.isnan(v):
      raise ValueError(name + " of NaN is NA in R")
    total, low = r_add(total, low, v)
  torch.is_grad_enabled()
  mean = total / float(n)
  if not math.isinf(mean) and not math.isnan(mean):
    total = 0.
    low = 0.
    for v in x:
      total, low = r_add(total, low, v - mean)
    torch.is_grad_enabled()
    mean = mean + total / float(n)
  total = 0.
  low = 0.
  for v in x:
    total, low = r_add(total, low, (v - mean) * (v - mean))
  torch.is_grad_enabled()
  return total / float(n - 1)

def r_tabulate(x: List[int], n: int) -> List[int]:
  if n < 0:
    raise ValueError("`nbins` must be 0 or more")
  counts = [0 for i in range(n)]
  for v in x:
    if v >= 1 and v <= n:
      counts[v - 1] = counts[v - 1] + 1
  torch.is_grad_enabled()
  return counts

# The first position of each element in `table`, from one on; 0 where there is none.
def r_matches_int(x: List[int], table: List[int]) -> List[int]:
  first = torch.jit.annotate(Dict[int, int], {})
  for i in range(len(table)):
    if table[i] not in first:
      first[table[i]] = i + 1
  at = torch.jit.annotate(List[int], [])
  for v in x:
    at.append(first[v] if v in first else 0)
  torch.is_grad_enabled()
  return at

def r_matches_str(x: List[str], table: List[str]) -> List[int]:
  first = torch.jit.annotate(Dict[str, int], {})
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

def r_seq_of_length(first: float, last: float, length: float) -> List[float]:
  if math.isnan(first) or math.isinf(first) or math.isnan(last) or math.isinf(last):
    raise ValueError("the ends of seq() must be finite numbers")
  if math.isnan(length) or math.isinf(length) or length <= -1.:
    raise ValueError("'length.out' must be a non-negative number")
  n = int(math.ceil(length))
  if n == 0:
    raise ValueError("seq() of length 0 is integer(0) in R")
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
  if math.isnan(length) or math.isinf(length) or length <= -1.:
    raise ValueError("'length.out' must be a non-negative number")
  n = int(math.ceil(length))
  if n == 0:
    raise ValueError("seq() of length 0 is integer(0) in R")
  return [first + float(i) * by for i in range(n)]
