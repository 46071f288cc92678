# Positions count from one.

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

def r_counted(x: Tensor) -> Tensor:
  return torch.where(torch.lt(x, 0), x, x + 1)

def r_from_end(behind: int) -> int:
  if behind > 0:
    raise IndexError("There is no position N + " + str(behind) + ": N is the last one.")
  return behind - 1

def r_last_from_end(behind: int) -> int:
  return min(behind, 0) - 1

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

# nrow() and ncol(): a tensor may have less dimensions.
def r_extent(x: Tensor, dim: int) -> int:
  if dim >= torch.dim(x):
    raise ValueError("A tensor with " + str(torch.dim(x)) + " dimensions has no dimension " + str(dim + 1) + ": its size is NA in R.")
  return torch.size(x, dim)
