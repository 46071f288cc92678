# What nothing reads is looked at, so that it is computed.

# libtorch leaves out what is written to a tensor that is seen afterwards in a list alone, unless something looks at it.
def r_written(x: Tensor):
  if torch.dim(x) < 0:
    raise RuntimeError("unreachable")

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

def r_look_str(x: str):
  if len(x) < 0:
    raise RuntimeError("unreachable")

def r_look_device(x: Device):
  if len(x.type) == 0:
    raise RuntimeError("unreachable")
