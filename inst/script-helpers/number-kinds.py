# Numbers that are integers, doubles, or TRUE or FALSE, which is known only when the program runs.

def r_integer(x: float) -> int:
  if math.isnan(x) or abs(x) >= 2147483648.:
    raise ValueError("as.integer(" + str(x) + ") is NA in R")
  return int(x)

def r_one(x: Tensor) -> Tensor:
  if torch.numel(x) != 1:
    raise ValueError("A tensor with one element is needed here, and this one has " + str(torch.numel(x)) + ".")
  if torch.is_complex(x):
    raise ValueError("A program takes no complex numbers out of tensors: torch_real() and torch_imag() give the parts.")
  return x

# as.numeric() and the like are vectors for some.
def r_only(x: Tensor) -> Tensor:
  if torch.numel(x) != 1:
    raise ValueError("A tensor with one element is needed here, and this one has " + str(torch.numel(x)) + ": c(as.numeric(x)) takes them all.")
  return r_one(x)

def r_integer_item(x: Tensor) -> int:
  r_only(x)
  if torch.is_floating_point(x):
    v = float(x)
    if math.isnan(v) or abs(v) >= 2147483648.:
      raise ValueError("as.integer(" + str(v) + ") is NA in R")
  return r_int(int(x))

def r_number_tensor(x: float, dtype: int) -> Tensor:
  if dtype == 11:
    return torch.tensor([x != 0.])
  return torch.tensor([int(x)]) if dtype < 5 else torch.tensor([x])

# The kind of a number is a dtype: of whole numbers, of doubles, or 11 where it is TRUE or FALSE.
def r_kind_of(x: number) -> int:
  return torch.add(torch.tensor(False), x).dtype

# What a tensor's one element is in R: an integer that R has no room for is a double.
def r_item_kind(x: Tensor) -> int:
  return 7 if x.dtype == 4 and abs(int(x)) > 2147483647 else x.dtype

def r_item_number(x: Tensor) -> number:
  if x.dtype == 4 and abs(int(x)) > 2147483647:
    return float(x)
  return x.item()

def r_is_double_kind(kind: int) -> bool:
  return kind > 4 and kind != 11

def r_wider_kind(a: int, b: int) -> int:
  return 7 if r_is_double_kind(a) or r_is_double_kind(b) else 4

def r_whole_kind(x: float) -> int:
  if math.isnan(x) or math.isinf(x):
    raise ZeroDivisionError("an integer that is divided by zero is NA in R")
  return r_int(int(x))

# What integers would have given.
def r_as_kind(x: float, kind: int) -> float:
  if r_is_double_kind(kind):
    return x
  return float(r_whole_kind(x))

def r_number_of_int(x: int) -> number:
  return x

def r_number_of_float(x: float) -> number:
  return x

def r_number(x: float, kind: int) -> number:
  if kind == 11:
    return torch.tensor(x != 0.).item()
  if r_is_double_kind(kind):
    return x
  return r_whole_kind(x)

# `beside`: how many doubles it stands beside.
def r_double(x: float, kind: int, beside: int) -> float:
  if beside == 0 and not r_is_double_kind(kind):
    raise ValueError("what is an integer, or TRUE or FALSE, comes where a program has doubles: as.numeric() makes it one, as.integer() and as.logical() keep what it is")
  return x

# sapply() of numbers of which one is a double.
def r_doubles_of(x: List[number]) -> List[float]:
  doubles = 0
  for v in x:
    doubles += int(r_is_double_kind(r_kind_of(v)))
  return [r_double(float(torch.scalar_tensor(v, dtype=7)), 4, doubles) for v in x]

def r_among_integers(x: float, kind: int) -> int:
  if r_is_double_kind(kind):
    raise ValueError("a double comes where a program has integers: as.integer() makes it one, as.numeric() of the others makes them doubles")
  return int(x)

# A number that may be an integer or a double decides on the dtype of the result only beside whole numbers.
def r_check_mixed(x: Tensor):
  if not torch.is_floating_point(x) and not torch.is_complex(x):
    raise ValueError("beside a tensor of whole numbers it must be known whether a number is an integer or a double: as.numeric() makes it a double")

# torch_tensor() of a tensor's one element.
def r_item_tensor(x: Tensor) -> Tensor:
  if r_item_kind(x) == 7 and x.dtype == 4:
    return torch.tensor([float(x)])
  if x.dtype == 11:
    return torch.tensor([bool(x)])
  if not torch.is_floating_point(x):
    return torch.tensor([int(x)])
  return torch.tensor([float(x)])
