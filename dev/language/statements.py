#= assignments, several targets, chains
def f() -> Tuple[int, int, int, int, int]:
    a = b = 2
    c, d = a + 1, b * 2
    (e) = 5
    a, b = b + 10, a
    return a, b, c, d, e

#= nested unpacking
def f() -> Tuple[int, int, int]:
    a, b = 1, 2
    a, b = b, a
    (b, c) = (a, b)
    for d, (e, g) in zip([1], zip([2], [3])):
        a += d + e * g
    return a, b, c

#= starred unpacking of a tuple
def f() -> Tuple[int, Tuple[int, int], int]:
    a, *b, c = (1, 2, 3, 4)
    return a, b, c

#= starred unpacking of a list
def f():
    a, *b = [1, 2, 3]
    return a, b

#= unpacking a list of the wrong length
def f() -> int:
    a, b = [1, 2, 3]
    return a + b

#= annotated assignment
def f() -> Tuple[List[int], Optional[int], float, Dict[str, int]]:
    a: List[int] = []
    b: Optional[int] = None
    c: float = 1.0
    d: Dict[str, int] = {}
    d['x'] = 1
    a.append(1)
    return a, b, c, d

#= annotation without a value
def f() -> int:
    x: int
    x = 1
    return x

#= augmented assignment
def f() -> Tuple[int, float, int, int, int, int, int, int, float]:
    a = 1
    a += 2
    b = 3.0
    b -= 1
    b *= 4
    b /= 2
    c = 7
    c %= 4
    d = 6
    d &= 3
    e = 6
    e |= 1
    g = 6
    g ^= 2
    h = 1
    h <<= 3
    i = 16
    i >>= 2
    j = 2.0
    j **= 3
    return a, b, c, d, e, g, h, i, j

#= augmented assignment with //=
def f() -> int:
    a = 7
    a //= 2
    return a

#= augmented assignment with @=
def f():
    a = torch.ones(2, 2)
    a @= torch.ones(2, 2)
    return a

#= augmented assignment to elements, slices and lists
def f() -> Tuple[List[int], torch.Tensor]:
    x = [1, 2]
    x[0] += 10
    x += [3]
    t = torch.zeros(3)
    t[0] += 1
    t[1:] -= 1
    return x, t

#= assignment to elements
def f() -> Tuple[List[int], Dict[str, int], torch.Tensor]:
    x = [1, 2]
    x[1] = 5
    d = {'a': 1}
    d['b'] = 2
    t = torch.zeros(2, 2)
    t[0] = 1
    t[:, 1] = torch.tensor([5., 6.])
    t[1, 0] = 7
    return x, d, t

#= assignment to a slice of a list
def f() -> List[int]:
    x = [1, 2, 3]
    x[:2] = [9, 9]
    return x

#= del
def f() -> Tuple[List[int], int]:
    x = [1, 2, 3]
    del x[0]
    d = {'a': 1, 'b': 2}
    del d['a']
    y = 1
    del y
    return x, len(d)

#= use of what was deleted
def f() -> int:
    y = 1
    del y
    return y

#= assert
def f(n: int) -> int:
    assert n > 0
    assert n > 1, f'must be large, not {n}'
    return n
#: 2

#= assert that fails
def f(n: int) -> int:
    assert n > 1, f'must be large, not {n}'
    return n
#: 1

#= raise
def f(n: int) -> int:
    if n > 0:
        raise ValueError("wrong: " + str(n))
    else:
        raise RuntimeError
    return n
#: 1

#= an exception class of its own
class Wrong(Exception):
    pass
def f(n: int) -> int:
    raise Wrong("all is lost")
    return n
#: 1

#= if, elif, else
def f(n: int) -> str:
    if n < 0:
        s = 'negative'
    elif n == 0:
        s = 'zero'
    elif n < 10:
        s = 'small'
    else:
        s = 'large'
    return s
#: 5

#= a variable of one branch alone
def f(n: int) -> int:
    if n > 0:
        x = 1
    return x
#: 1

#= branches of different types
def f(n: int):
    if n > 0:
        x = 1
    else:
        x = 'a'
    return x
#: 1

#= conditions by truth of numbers and tensors
def f(n: int, x: float) -> str:
    s = ''
    if n:
        s += 'n'
    if x:
        s += 'x'
    if torch.ones(1) > 0:
        s += 't'
    return s
#: 1, 0.0

#= for over ranges
def f() -> List[int]:
    out: List[int] = []
    for i in range(3):
        out.append(i)
    for i in range(2, 4):
        out.append(i)
    for i in range(10, 0, -4):
        out.append(i)
    for _ in range(0):
        out.append(100)
    return out

#= for over lists, strings and tensors
def f() -> Tuple[int, str, torch.Tensor]:
    total = 0
    for x in [1, 2, 3]:
        total += x
    s = ''
    for c in 'abc':
        s = c + s
    y = torch.zeros(2)
    for row in torch.ones(3, 2):
        y = y + row
    return total, s, y

#= for over a tuple, unrolled
def f() -> str:
    s = ''
    for x in (1, 'a', 2.5):
        s += str(x)
    return s

#= for over zip, enumerate and both
def f() -> List[int]:
    out: List[int] = []
    for a, b in zip([1, 2, 3], [4, 5]):
        out.append(a * b)
    for i, x in enumerate([7, 8]):
        out.append(i + x)
    for i, x in enumerate([7, 8], 1):
        out.append(i + x)
    for i, (a, b) in enumerate(zip([1, 2], [3, 4])):
        out.append(i + a * b)
    return out

#= for over dictionaries
def f() -> Tuple[List[str], int]:
    d = {'a': 1, 'b': 2}
    keys: List[str] = []
    total = 0
    for k in d:
        keys.append(k)
    for k in d.keys():
        keys.append(k)
    for v in d.values():
        total += v
    for k, v in d.items():
        keys.append(k + str(v))
    return keys, total

#= for over a number
def f() -> int:
    for i in 3:
        pass
    return 1

#= break and continue
def f() -> List[int]:
    out: List[int] = []
    for i in range(10):
        if i % 2 == 0:
            continue
        if i > 6:
            break
        out.append(i)
    return out

#= while
def f(n: int) -> int:
    steps = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
        if steps > 1000:
            break
    return steps
#: 27

#= while True with a return inside
def f() -> int:
    i = 0
    while True:
        i += 1
        if i > 4:
            return i
    return -1

#= for with else
def f() -> int:
    for i in range(3):
        pass
    else:
        return 2
    return 1

#= while with else
def f() -> int:
    i = 0
    while i < 1:
        i += 1
    else:
        i = 5
    return i

#= early return from loops and branches
def f(n: int) -> int:
    for i in range(n):
        for j in range(n):
            if i * j > 5:
                return i * 10 + j
    if n > 2:
        return -1
    return -2
#: 5

#= return of nothing, pass
def f() -> None:
    if True:
        pass
    return

#= no return at all
def f():
    x = 1

#= several statements on a line, continued lines
def f() -> int:
    a = 1; b = 2
    c = a + \
        b
    d = (a +
         b)  # comment
    if a == 1: a = 5
    return a + c + d

#= strings that are statements
def f() -> int:
    """A text
    of two lines."""
    'another'
    return 1

#= print
def f() -> int:
    print("n is", 3, [1, 2], (1, 'a'))
    return 3

#= with no_grad and enable_grad
def f() -> Tuple[bool, bool, bool]:
    x = torch.ones(1).requires_grad_(True)
    with torch.no_grad():
        y = x * 2
        with torch.enable_grad():
            z = x * 2
    return y.requires_grad, z.requires_grad, (x * 2).requires_grad

#= with set_grad_enabled
def f() -> bool:
    x = torch.ones(1).requires_grad_(True)
    with torch.set_grad_enabled(False):
        y = x * 2
    return y.requires_grad

#= with inference_mode
def f() -> bool:
    with torch.inference_mode():
        y = torch.ones(1) * 2
    return y.requires_grad

#= with record_function
def f() -> float:
    with torch.autograd.profiler.record_function('part'):
        y = torch.ones(1) * 2
    return float(y)

#= with torch.profiler.record_function
def f() -> float:
    with torch.profiler.record_function('part'):
        y = torch.ones(1) * 2
    return float(y)

#= with a class of its own
class Count:
    def __init__(self, start: int):
        self.n = start
    def __enter__(self) -> int:
        self.n += 1
        return self.n
    def __exit__(self, type: Any, value: Any, tb: Any) -> None:
        self.n += 10
def f() -> Tuple[int, int]:
    c = Count(1)
    with c as n, Count(5) as m:
        n += m
    return n, c.n

#= try
def f() -> int:
    try:
        x = 1
    except Exception:
        x = 2
    return x

#= global
N = 1
def f() -> int:
    global N
    return N

#= nonlocal functions
def f() -> int:
    def g(x: int) -> int:
        return x + 1
    return g(1)

#= yield
def f():
    yield 1

#= match
def f(n: int) -> int:
    match n:
        case 1:
            return 2
    return 1

#= import inside
def f() -> int:
    import math
    return 1

#= async
async def f() -> int:
    return 1

#= functions that call each other, in any order
def f(x: int) -> int:
    return g(x) + h(x)
def g(x: int) -> int:
    return h(x) * 2
def h(x: int) -> int:
    return x + 1
#: 3

#= recursion
def f(n: int) -> int:
    if n <= 1:
        return 1
    return n * f(n - 1)
#: 3

#= recursion in turn
def f(n: int) -> int:
    return g(n)
def g(n: int) -> int:
    return f(n)
#: 1

#= default values and arguments by name
def g(a: int, b: int = 2 + 1, c: float = 0.5, d: str = 'x', e: Optional[int] = None, h: Tuple[int, int] = (1, 2)) -> str:
    return str(a) + str(b) + str(c) + d + str(e) + str(h[1])
def f() -> str:
    return g(1) + g(1, 5, d='y') + g(c=2.0, a=3, e=4)

#= keyword-only arguments
def g(a: int, *, b: int = 2) -> int:
    return a * 10 + b
def f() -> int:
    return g(1) + g(1, b=5)

#= keyword-only argument given by position
def g(a: int, *, b: int = 2) -> int:
    return a * 10 + b
def f() -> int:
    return g(1, 5)

#= positional-only arguments
def g(a: int, /, b: int) -> int:
    return a * 10 + b
def f() -> int:
    return g(1, b=5)

#= starred arguments
def g(a: int, b: int, c: int) -> int:
    return a * 100 + b * 10 + c
def f() -> int:
    x = (2, 3)
    return g(1, *x)

#= variable number of arguments
def g(*args: int) -> int:
    return 1
def f() -> int:
    return g(1, 2)

#= arguments by dictionary
def g(a: int) -> int:
    return a
def f() -> int:
    d = {'a': 1}
    return g(**d)

#= too few arguments
def g(a: int, b: int) -> int:
    return a
def f() -> int:
    return g(1)

#= an argument of the wrong type
def g(a: int) -> int:
    return a
def f() -> int:
    return g('x')

#= an unknown name
def f() -> int:
    return nothing_of_that_name

#= type comments
def f(x, n=2):
    # type: (Tensor, int) -> Tensor
    y = torch.jit.annotate(List[int], [])
    y.append(n)
    return x * y[0]
#: torch.ones(2)

#= type comments of variables
def f() -> int:
    y = []  # type: List[int]
    y.append(1)
    return len(y)

#= nested targets
def f() -> int:
    (a, (b, c)) = (1, (2, 3))
    return a + b + c

#= with enable_grad
def f() -> bool:
    x = torch.ones(1).requires_grad_(True)
    with torch.enable_grad():
        y = x * 2
    return y.requires_grad

#= type comments for each argument
def f(x,  # type: Tensor
      n,  # type: int
      ):
    # type: (...) -> Tensor
    return x * n
#: torch.ones(2), 3

#= fork and wait
def g(x: torch.Tensor, n: int) -> torch.Tensor:
    return x * n
def f(x: torch.Tensor) -> torch.Tensor:
    futures: List[torch.jit.Future[torch.Tensor]] = []
    for i in range(3):
        futures.append(torch.jit.fork(g, x, i))
    total = torch.zeros(1)
    for future in futures:
        total = total + torch.jit.wait(future)
    return total
#: torch.ones(1)

#= fork with a future's wait
def g(x: int) -> int:
    return x + 1
def f() -> int:
    return torch.jit.fork(g, 2).wait() + torch.jit._fork(g, x=3).wait()

#= constants of the source
N = 3
SCALE: float = -0.5
NAME = 'text'
FLAG = True
def f() -> Tuple[int, float, str, bool]:
    return N * 2, SCALE, NAME, FLAG

#= constant tuples
SIZES = (2, 3)
def f() -> Tuple[int, int]:
    return SIZES[0] + SIZES[1], len(SIZES)

#= constant lists
SIZES = [2, 3]
def f() -> int:
    return SIZES[0]

#= Final constants
N: Final[int] = 3
M: Final = 4
def f() -> int:
    return N + M

#= warnings
def f() -> int:
    warnings.warn('odd')
    return 1

#= methods of lists
def f() -> Tuple[List[int], List[int], int, int, int, List[int]]:
    x = [3, 1, 2]
    x.append(5)
    x.extend([7, 8])
    x.insert(1, 9)
    a = x.pop()
    b = x.pop(0)
    x.remove(9)
    y = x.copy()
    y.sort()
    x.reverse()
    z = [2, 2, 1]
    c = z.count(2) * 10 + z.index(1)
    z.clear()
    return x, y, a, b, c, z

#= sort in reverse
def f() -> List[int]:
    x = [3, 1, 2]
    x.sort(reverse=True)
    return x

#= sort by key
def f() -> List[int]:
    x = [3, 1, 2]
    x.sort(key=abs)
    return x

#= methods of dictionaries
def f() -> Tuple[List[str], List[int], int, int, int, int, bool]:
    d = {'a': 1, 'b': 2}
    d.update({'c': 3})
    a = d.pop('a')
    b = d.get('zz', 7)
    c = d.setdefault('e', 9)
    x = d.get('b')
    e = d.copy()
    d.clear()
    return list(e.keys()), list(e.values()), a, b, c, len(d), x is not None

#= popitem of dictionaries
def f() -> Tuple[str, int]:
    d = {'a': 1}
    return d.popitem()

#= keys that are not there
def f() -> int:
    d = {1: 'a'}
    return len(d.pop(5))

#= a source that is no Python
def f(:
    return

#= a source that is not indented
def f():
return 1

#= brackets that are not closed
def f():
    return (1 + 2

#= a string that is not closed
def f():
    return 'abc
