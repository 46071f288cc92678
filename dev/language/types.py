#= refinement by is None
def f(x: Optional[int]) -> int:
    if x is None:
        return 0
    return x + 1
#: 3

#= refinement by is not None, and, or, not
def f(x: Optional[int], y: Optional[int]) -> int:
    if x is not None and x > 1:
        return x
    if not (y is None):
        return y * 10
    if x is None or x < 5:
        return -1
    return 0
#: 1, 4

#= refinement by assert
def f(x: Optional[List[int]]) -> int:
    assert x is not None
    return len(x)
#: [1, 2]

#= refinement in a conditional expression
def f(x: Optional[int] = None) -> int:
    return x if x is not None else 7

#= use without refinement
def f(x: Optional[int]) -> int:
    return x + 1
#: 3

#= refinement of a Union
def f(x: Union[int, str, List[int]]) -> str:
    if isinstance(x, int):
        return 'int ' + str(x + 1)
    elif isinstance(x, str):
        return 'str ' + x
    else:
        return 'list ' + str(len(x))
#: 'a'

#= types written with |
def f(x: int | None, y: int | str) -> int:
    if isinstance(y, int):
        return y
    return 0 if x is None else x
#: 4, 'a'

#= types in lower case
def f(x: list[int], y: dict[str, int], z: tuple[int, str]) -> int:
    w: list[tuple[int, str]] = [z]
    return x[0] + y['a'] + z[0] + len(w)
#: [1, 2], {'a': 2}, (3, 'b')

#= types of the modules torch and typing
def f(x: torch.Tensor, y: typing.List[int], z: typing.Optional[torch.Tensor] = None) -> torch.Tensor:
    return x * y[0]
#: torch.ones(2), [3, 4]

#= Any
def f(x: Any, y: Any) -> Tuple[int, str]:
    a = 0
    if isinstance(x, int):
        a = x
    b = y if isinstance(y, str) else 'none'
    return a, b
#: 2, 'b'

#= torch.device as a type
def f(x: torch.device, y: Optional[torch.device] = None) -> Tuple[str, torch.device]:
    d: torch.device = x if y is None else y
    return d.type, d
#: torch.device('cpu')

#= torch.dtype as a type
def f(x: torch.dtype) -> torch.Tensor:
    return torch.ones(1, dtype=x)
#: torch.float64

#= torch.layout and torch.memory_format as types
def f(x: torch.Tensor) -> bool:
    layout: torch.layout = torch.strided
    m: torch.memory_format = torch.contiguous_format
    return x.layout == layout and x.is_contiguous(memory_format=m)
#: torch.ones(2)

#= torch.Size as a type
def f(x: torch.Tensor) -> torch.Size:
    return x.shape
#: torch.ones(2, 3)

#= torch.Generator as a type
def f(g: Optional[torch.Generator] = None) -> List[int]:
    return torch.rand([2], generator=g).shape

#= a generator made
def f() -> torch.Tensor:
    g = torch.Generator(device='cpu')
    g.manual_seed(3)
    return torch.randint(10, [3], generator=g)

#= FloatTensor as a type
def f(x: torch.FloatTensor) -> float:
    return float(x)
#: torch.ones(1)

#= numbers.Number as a type
def f(x: Number) -> bool:
    return x == 1
#: 1

#= a subclass of int that is no type
def f(x: bytes) -> int:
    return 1
#: 1

#= Set as a type
def f(x: Set[int]) -> int:
    return 1
#: 1

#= Callable as a type
def f(x: Callable[[int], int]) -> int:
    return 1
#: 1

#= tuples of any length as types
def f(x: Tuple[int, ...]) -> int:
    return 1
#: (1, 2)

#= the empty tuple as a type
def f(x: Tuple[()]) -> int:
    return 1
#: ()

#= nested containers
def f(x: Dict[str, List[Tuple[int, Optional[str]]]]) -> List[int]:
    out: List[int] = []
    for k, v in x.items():
        for n, s in v:
            out.append(n if s is None else len(s))
    return out
#: {'a': [(1, None), (2, 'xyz')]}

#= literal types
def f(x: Literal['a', 'b']) -> int:
    return 1
#: 'a'

#= futures as types
def g(x: int) -> int:
    return x + 1
def h(x: Future[int]) -> int:
    return torch.jit.wait(x)
def f() -> int:
    return h(torch.jit.fork(g, 1))

#= annotate
def f() -> Tuple[List[str], Optional[float]]:
    x = torch.jit.annotate(List[str], [])
    x.append('a')
    y = torch.jit.annotate(Optional[float], None)
    return x, y

#= an empty list is of tensors
def f() -> int:
    x = []
    x.append(1)
    return 1

#= torch.jit.isinstance refines
def f(x: Any) -> int:
    if torch.jit.isinstance(x, List[int]):
        return x[0]
    if torch.jit.isinstance(x, Dict[str, List[str]]):
        return len(x)
    if torch.jit.isinstance(x, (Tuple[int, str], Optional[float])):
        return 9
    return 0
#: 'a'

#= NamedTuple
class Pair(NamedTuple):
    a: int
    b: float = 2.0
def f() -> Tuple[float, int, float]:
    p = Pair(3)
    q = Pair(b=1.5, a=2)
    a, b = q
    return p.a * p.b, p[0] + len(q), b

#= NamedTuple as argument and result
class Pair(NamedTuple):
    a: int
    b: List[str]
def g(p: Pair) -> Pair:
    return Pair(p.a + 1, p.b + ['x'])
def f() -> Pair:
    return g(Pair(1, ['y']))

#= namedtuple
Pair = namedtuple('Pair', ['a', 'b'])
def f():
    return Pair(torch.ones(1), torch.zeros(1))

#= Enum
class Color(Enum):
    RED = 1
    GREEN = 2
def g(c: Color) -> bool:
    return c == Color.RED
def f() -> Tuple[str, int, bool, bool, int]:
    c = Color.GREEN
    n = 0
    for each in Color:
        n += each.value
    return c.name, c.value, g(c), c is Color.GREEN, n

#= Enum of strings, in containers
class Mode(Enum):
    FAST = 'fast'
    SLOW = "slow"
def f() -> Tuple[List[str], str]:
    modes = [Mode.FAST, Mode.SLOW]
    return [m.value for m in modes], modes[0].name

#= Enum of mixed values
class Mixed(Enum):
    A = 1
    B = 'b'
def f() -> int:
    return Mixed.A.value

#= Enum made from a value
class Color(Enum):
    RED = 1
def f() -> str:
    return Color(1).name

#= IntEnum
class Color(IntEnum):
    RED = 1
def f() -> int:
    return Color.RED.value

#= class with methods and magic methods
class Vec:
    def __init__(self, x: int, y: int = 2):
        self.x = x
        self.y = y
    def __add__(self, other: 'Vec') -> 'Vec':
        return Vec(self.x + other.x, self.y + other.y)
    def __sub__(self, other: 'Vec') -> 'Vec':
        return Vec(self.x - other.x, self.y - other.y)
    def __mul__(self, n: int) -> 'Vec':
        return Vec(self.x * n, self.y * n)
    def __neg__(self) -> 'Vec':
        return Vec(-self.x, -self.y)
    def __eq__(self, other: 'Vec') -> bool:
        return self.x == other.x and self.y == other.y
    def __lt__(self, other: 'Vec') -> bool:
        return self.x < other.x
    def __len__(self) -> int:
        return 2
    def __contains__(self, n: int) -> bool:
        return n == self.x or n == self.y
    def __getitem__(self, i: int) -> int:
        return self.x if i == 0 else self.y
    def __setitem__(self, i: int, v: int) -> None:
        if i == 0:
            self.x = v
        else:
            self.y = v
    def __call__(self, n: int) -> int:
        return self.x + n
    def __str__(self) -> str:
        return 'Vec'
    def __bool__(self) -> bool:
        return self.x > 0
    def __int__(self) -> int:
        return self.x
def f() -> Tuple[int, int, int, bool, int, int, bool, bool, str, int]:
    v = -(Vec(1) + Vec(3, 4) * 2 - Vec(0, 1))
    v[1] = 5
    return v.x, v.y, len(v), 5 in v, v[0], v(1), v == Vec(-7, 5), v < Vec(0), str(v), int(v)

#= class with typed fields
class Box:
    items: List[int]
    name: Optional[str]
    def __init__(self, name: Optional[str] = None):
        self.items: List[int] = []
        self.name = name
    def add(self, n: int) -> int:
        self.items.append(n)
        return len(self.items)
def f() -> Tuple[int, List[int], bool]:
    b = Box()
    b.add(4)
    b.items += [5]
    return b.add(6), b.items, b.name is None

#= class without __init__
class Tools:
    def twice(self, x: int) -> int:
        return 2 * x
def f() -> int:
    return Tools().twice(4)

#= class with static methods
class Maths:
    def __init__(self):
        self.n = 1
    @staticmethod
    def twice(x: int) -> int:
        return 2 * x
    def four(self, x: int) -> int:
        return Maths.twice(x) * 2
def f() -> int:
    return Maths.twice(4) + Maths().four(1)

#= class with properties
class Circle:
    def __init__(self, r: float):
        self.r = r
    @property
    def area(self) -> float:
        return self.r * self.r * 3.0
    @property
    def width(self) -> float:
        return self.r * 2.0
    @width.setter
    def width(self, w: float):
        self.r = w / 2.0
def f() -> Tuple[float, float, float]:
    c = Circle(2.0)
    a = c.area
    c.width = 10.0
    return a, c.r, c.width

#= class methods
class A:
    def __init__(self):
        self.n = 1
    @classmethod
    def make(cls) -> int:
        return 1
def f() -> int:
    return A.make()

#= classes that refer to each other
class Left:
    def __init__(self, n: int):
        self.n = n
    def right(self) -> 'Right':
        return Right(self.n + 1)
class Right:
    def __init__(self, n: int):
        self.n = n
    def left(self) -> Left:
        return Left(self.n * 2)
def f() -> int:
    return Left(1).right().left().n

#= class that holds objects of its own
class Node:
    def __init__(self, value: int, next: Optional['Node']):
        self.value = value
        self.next = next
def f() -> int:
    n = Node(1, Node(2, None))
    m = n.next
    if m is not None:
        return m.value
    return 0

#= class used before its definition
def f() -> int:
    total = 0
    boxes: List[Box] = [Box(1), Box(2)]
    for b in boxes:
        total += b.get()
    return total
class Box:
    def __init__(self, n: int):
        self.n = n
    def get(self) -> int:
        return plus(self.n)
def plus(n: int) -> int:
    return n + 10

#= methods in any order
class A:
    def __init__(self):
        self.n = self.start()
    def start(self) -> int:
        return self.later() + 1
    def later(self) -> int:
        return 5
def f() -> int:
    return A().n

#= fields that __init__ does not make
class A:
    def __init__(self):
        self.n = 1
    def other(self) -> None:
        self.m = 2
def f() -> int:
    return A().n

#= classes with a superclass
class A:
    def __init__(self):
        self.n = 1
class B(A):
    def other(self) -> int:
        return self.n
def f() -> int:
    return B().other()

#= classes with values for fields
class A:
    n: int = 3
    def __init__(self):
        self.m = 1
def f() -> int:
    return A().n

#= data classes
@dataclass
class Point:
    x: float
    y: float = 2.0
    def norm(self) -> float:
        return self.x * self.y
def f() -> Tuple[float, bool]:
    return Point(3.0).norm(), Point(1.0) == Point(1.0, 2.0)

#= an attribute that is not there
class A:
    def __init__(self):
        self.n = 1
def f() -> int:
    return A().m

#= interfaces
@torch.jit.interface
class Shape:
    def area(self, scale: float) -> float:
        pass
class Square:
    def __init__(self, side: float):
        self.side = side
    def area(self, scale: float) -> float:
        return self.side * self.side * scale
class Line:
    def __init__(self):
        self.n = 1
    def area(self, scale: float) -> float:
        return 0.0
def total(shapes: List[Shape]) -> float:
    sum = 0.0
    for shape in shapes:
        sum += shape.area(2.0)
    return sum
def f() -> float:
    shapes: List[Shape] = []
    shapes.append(Square(3.0))
    shapes.append(Line())
    return total(shapes)

#= an object without what an interface wants
@torch.jit.interface
class Shape:
    def area(self, scale: float) -> float:
        pass
class Line:
    def __init__(self):
        self.n = 1
def g(s: Shape) -> float:
    return s.area(1.0)
def f() -> float:
    return g(Line())

#= export and script as decorators
@torch.jit.script
def g(x: int) -> int:
    return x + 1
def f() -> int:
    return g(1)

#= ignored functions
@torch.jit.ignore
def g(x: int) -> int:
    return x + 1
def f() -> int:
    return g(1)

#= unused functions
@torch.jit.unused
def g(x: int) -> int:
    return x + 1
def f() -> int:
    return g(1)

#= other decorators
@torch.no_grad()
def f() -> int:
    return 1

#= branches for scripting alone
def f() -> int:
    if torch.jit.is_scripting():
        return 1
    else:
        return 2

#= branches on hasattr and isinstance are left out
class A:
    def __init__(self):
        self.n = 1
def f(x: int) -> int:
    a = A()
    if hasattr(a, 'nothing'):
        return a.nothing
    if isinstance(x, str):
        return x.nothing()
    return getattr(a, 'n') + x
#: 3

#= networks
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 1
def f() -> int:
    return Net().n
