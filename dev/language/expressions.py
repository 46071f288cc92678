# Each line is a feature: what a function returns, without arguments.

# Literals
1_000 + 0x1F + 0b101 + 0o17
0.5 + .5 + 1e3 + 1E-2 + 2.
2j + 1.5
'it\'s' + "a\"b" + '\\n'
'tab\tline\nnull-free\r'
'\x41\u00e9\u4e2d\U0001F600\101'
'\N{BULLET}'
'\a\b\f\v'
'\q'
r'raw \n \d'
b'bytes'
'adjacent ' "strings " 'join'
'''triple 'quoted' "text"'''
'é中'
'# no comment, {no format}'
[1, 2, 3,]
[[1], [2, 3]]
[]
[None, 1]
[1, 2.5]
[1, 'a']
(1, 'a', 2.5)
(1,)
()
{'a': 1, 'b': 2}
{'a': [1, 2], 'b': [3]}
len({1: 'a', 2: 'b',})
{1, 2}
True, False, None
...
f'{1 + 1} and {"text"}'
f'{[1, 2][0]}' 'tail'
f'{{}}{1}'
f'{f"inner {1}"} outer'
f"{'a' if 1 < 2 else 'b'}"
f'{(1, 2)[1]} {max(1, 2)}'
f'{1:03d}'
f'{1!r}'
f'{1 + 1=}'
rf'\d{1}'
f'no fields'
f'tab\t{1}'

# Arithmetic, and in which order
7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 % -3
7 / 2, 6 / 3
7.5 // 2, -7.5 % 2
2 ** 3, 2 ** 3 ** 2, 2.0 ** 0.5
-2 ** 2, 2 ** -1
(-2) ** 2
- -3
+3
1 + 2 * 3 - 4 / 2
(1 + 2) * 3
10 - 3 - 2, 100 / 10 / 2, 100 // 7 % 4
1 + 2 << 1, 1 << 2 + 1
6 & 3, 6 | 3, 6 ^ 3
~6
~torch.tensor(1) & 3, ~torch.tensor(1) + 3, -~torch.tensor(1), ~-torch.tensor(1)
1 | 2 & 4, 1 ^ 3 & 2, 4 | 1 ^ 1
1 << 4, 256 >> 3, 1 << 4 >> 2
1 + 1.5, 2 * 1.5, 3 - 0.5
(1 + 2j) * (2 - 1j)
(1 + 2j).real
abs(3 + 4j)
'ab' + 'cd'
'ab' * 3
[1] + [2], [0] * 3
(1, 2) + (3,)
torch.ones(2, 2) @ torch.ones(2, 2)
torch.arange(3) + 1, 2 - torch.arange(3), torch.arange(3) / 2
torch.arange(3) // 2, torch.arange(3) % 2, 2 ** torch.arange(3)
-torch.ones(2), ~torch.tensor([True, False])
torch.tensor([1, 2]) & torch.tensor([3, 3]), torch.tensor([1, 2]) | 4, torch.tensor([1, 2]) ^ 1
1 // 0

# Comparison, logic
1 < 2, 1 > 2, 1 <= 1, 1 >= 2, 1 == 1, 1 != 1
1 < 2 < 3, 3 > 2 > 1, 1 < 3 > 2, 5 > 3 > 4
1 == 1 == 1, 2 == 2 == 1
(3 > 2) == True
3 > 2 > 1 == 1
True or False and False
False and True or True
not True or True, not (True or True)
not 1 == 2
not not True
True and not False
'a' < 'b', 'a' == 'a', 'ab' != 'ac'
[1, 2] == [1, 2], [1, 2] != [1, 3]
[1, 2] < [1, 3]
(1, 'a') == (1, 'a')
{'a': 1} == {'a': 1}
1 in [1, 2], 3 not in [1, 2], 'a' in 'abc', 'k' in {'k': 1}
not 1 in [1]
None is None, None is not None
1 if True else 2
1 if False else 2 if False else 3
(1 if True else 2) + 1
1 + 2 if 1 < 2 and 2 < 3 else 0
torch.arange(3) > 1, torch.arange(3) == 1
1 and 2
'a' or 'b'
1 is 1
1 < 2.5
1 <> 2

# Subscripts and slices
[1, 2, 3][0], [1, 2, 3][-1]
[1, 2, 3, 4, 5][1:3], [1, 2, 3, 4, 5][:2], [1, 2, 3, 4, 5][3:], [1, 2, 3][:]
[1, 2, 3, 4, 5][::2], [1, 2, 3, 4, 5][1::2], [1, 2, 3, 4, 5][-2:]
[1, 2, 3, 4, 5][::-1], [1, 2, 3, 4, 5][4:1:-2]
'hello'[1], 'hello'[-1], 'hello'[1:3], 'hello'[:-1], 'hello'[::2]
'hello'[::-1]
(1, 'a', 2.5)[1], (1, 'a', 2.5)[-1]
(1, 'a', 2.5)[1:], (1, 2, 3, 4)[::2], (1, 2, 3)[::-1]
{'a': 1}['a']
[1, 2][5]
{'a': 1}['b']
torch.arange(10)[3], torch.arange(10)[-1], torch.arange(10)[2:5], torch.arange(10)[::3]
torch.arange(6).reshape(2, 3)[1, 2], torch.arange(6).reshape(2, 3)[:, 1], torch.arange(6).reshape(2, 3)[1]
torch.arange(6).reshape(2, 3)[None].shape, torch.arange(6).reshape(2, 3)[:, None, 1:].shape
torch.arange(8).reshape(2, 2, 2)[..., 0], torch.arange(8).reshape(2, 2, 2)[0, ..., 1]
torch.arange(6)[torch.tensor([0, 2])], torch.arange(4)[torch.tensor([True, False, True, False])]
torch.arange(6)[[0, 2]]
torch.arange(6).reshape(2, 3)[torch.tensor([1]), torch.tensor([0])]
torch.arange(5)[::-1]
[[1, 2], [3]][0][1]

# Comprehensions
[x * x for x in [1, 2, 3]]
[x for x in range(5)]
[i * x for i, x in enumerate([4, 5])]
[a + b for a, b in zip([1, 2], [3, 4])]
[[y for y in range(x)] for x in [1, 2]]
[c for c in 'abc']
[x for x in [1, 2, 3] if x > 1]
[x for x in [1] for y in [2]]
[float(t) for t in torch.arange(3)]
{x: x * x for x in [1, 2]}[2]
{k: v + 1 for k, v in {'a': 1}.items()}
sum([x for x in [1, 2, 3]])
sum(x for x in [1, 2, 3])
any(x > 2 for x in [1, 2, 3]), all(x > 0 for x in [1, 2])
(lambda x: x)(1)
(y := 1)

# Builtin functions
len([1, 2]), len('abc'), len({'a': 1}), len((1, 2)), len(torch.ones(3, 2))
len(range(3))
list(range(4)), list(range(1, 4)), list(range(4, 0, -2))
int(2.7), int('12'), int(True), int(torch.tensor(3))
int('1a')
float(2), float('1.5'), float('inf'), float(torch.tensor(2.5)), float(True)
complex(1, 2), complex(1.5), complex(torch.tensor(1), 2)
bool(0), bool(1.5), bool(torch.tensor(1))
bool('')
bool([1])
str(1), str(2.5), str(True), str('a'), str([1, 2]), str(None)
str(torch.float32)
abs(-1), abs(-1.5), abs(torch.tensor([-1]))
min(1, 2), max(1.5, 2), min([3, 1, 2]), max([3, 1, 2]), max(1, 2, 3)
max('a', 'b')
sum([1, 2]), sum([1.5, 2.5]), sum([True, True])
sum([1, 2], 10)
all([True, False]), any([True, False]), all([1, 1]), any([0, 0])
all(torch.tensor([True]))
sorted([3, 1, 2]), sorted(['b', 'a'])
sorted([3, 1], reverse=True)
list(reversed([1, 2]))
round(2.5), round(3.5)
round(2.567, 2)
round(2.4)
pow(2, 3), pow(2.0, 3), pow(2, 0.5)
divmod(7, 2), divmod(-7, 2), divmod(7.5, 2)
ord('a'), chr(98), chr(20013)
hex(255), oct(8), bin(5)
hash('a') == hash('a')
id(1)
isinstance(1, int), isinstance('a', (int, str)), isinstance([1], list), isinstance((1,), tuple)
isinstance(torch.ones(1), torch.Tensor), isinstance(1.5, (int,))
isinstance({'a': 1}, dict)
isinstance(None, int)
hasattr(torch.ones(1), 'shape')
getattr(torch.ones(2), 'ndim')
list('abc'), list((1, 2)), list([1, 2]), list({'a': 1})
list(zip([1, 2], ['a', 'b'])), list(enumerate(['a', 'b']))
list(enumerate([5, 6], 1))
list(zip([1, 2], [3, 4], [5, 6]))
tuple([1, 2])
dict([('a', 1)]), dict({'a': 1})
dict(a=1, b=2)
set([1])
map(int, ['1'])
list(map(int, ['1']))
filter(None, [1])
type(1)
callable(1)
iter([1])
next(iter([1]))
input()
open('file')
eval('1')
format(1.5, '.2f')
'{} {}'.format(1, 'a')
'{0} {1}'.format(1, 2)
'{:.2f}'.format(1.5)
'{a}'.format(a=1)
'%d %s' % (1, 'a'), '%s' % 2.5, '%%'
'%.2f' % 1.5
print('a', 1)
print('a', sep='')

# Methods of strings
'a,b,,c'.split(','), ' a  b '.split(), 'a,b,c'.split(',', 1), 'a,b,c'.rsplit(',', 1)
'a\nb\r\nc'.splitlines(), 'a\nb'.splitlines(True)
'-'.join(['a', 'b']), ''.join(['a'])
'Ab'.upper(), 'Ab'.lower(), 'ab cd'.capitalize(), 'ab cd'.title(), 'Ab'.swapcase()
' a '.strip(), ' a '.lstrip(), ' a '.rstrip(), 'xax'.strip('x')
'hello'.find('l'), 'hello'.rfind('l'), 'hello'.find('z'), 'hello'.index('l'), 'hello'.rindex('l'), 'hello'.find('l', 3)
'hello'.index('z')
'hello'.count('l'), 'hello'.startswith('he'), 'hello'.endswith('lo')
'hello'.replace('l', 'L'), 'hello'.replace('l', 'L', 1)
'a'.center(3), 'a'.ljust(3, '.'), 'a'.rjust(3, '.'), '7'.zfill(3), '-7'.zfill(4)
'a=b'.partition('='), 'a=b=c'.rpartition('=')
'a\tb'.expandtabs(4)
'abc'.isalpha(), '12'.isdigit(), 'a1'.isalnum(), ' '.isspace(), 'ab'.islower(), 'AB'.isupper(), 'Ab'.istitle()
'1'.isdecimal(), '1'.isnumeric(), 'a'.isidentifier(), 'a'.isprintable()
'a'.encode()
'abc'.casefold()
'abc'.removeprefix('a')

# math
math.pi, math.e, math.tau, math.inf
math.isnan(math.nan), math.isinf(math.inf), math.isfinite(1.0)
math.sqrt(2.0), math.exp(1.0), math.log(2.0), math.log10(100.0), math.log1p(1.0), math.expm1(1.0)
math.log(8, 2)
math.sin(1.0), math.cos(1.0), math.tan(1.0), math.asin(0.5), math.acos(0.5), math.atan(0.5), math.atan2(1.0, 2.0)
math.sinh(1.0), math.cosh(1.0), math.tanh(1.0), math.asinh(1.0), math.acosh(2.0), math.atanh(0.5)
math.floor(1.5), math.ceil(1.5), math.floor(2)
math.pow(2, 3), math.fabs(-1.5), math.fmod(7.0, 3.0), math.copysign(1.0, -2.0), math.remainder(7.0, 4.0)
math.modf(1.5), math.frexp(8.0), math.ldexp(0.5, 4)
math.gamma(5.0), math.lgamma(5.0), math.erf(0.5), math.erfc(0.5)
math.degrees(math.pi), math.radians(180.0)
math.factorial(5), math.gcd(12, 18)
math.isqrt(10)
math.log2(8.0)
math.trunc(-1.5)
math.prod([1, 2])
math.comb(4, 2)
math.hypot(3.0, 4.0)

# Tensors: properties, dtypes, devices
torch.ones(2, 3).shape, torch.ones(2, 3).ndim, torch.ones(2).dtype == torch.float32
torch.ones(2, 3).T.shape, torch.ones(2, 3).mT.shape, torch.ones(2, 2).H, torch.ones(2, 2).mH
torch.ones(2).device, torch.ones(2).is_cuda, torch.ones(2).is_sparse, torch.ones(2).is_quantized, torch.ones(2).is_meta
torch.ones(2).requires_grad, torch.ones(2).is_leaf, torch.ones(2).grad
torch.ones(2).layout == torch.strided
torch.view_as_complex(torch.ones(1, 2)).real, torch.view_as_complex(torch.ones(1, 2)).imag
torch.ones(2).itemsize, torch.ones(2).nbytes
torch.ones(2).names
torch.ones(2).data, torch.ones(2).is_mps, torch.ones(2).is_xpu
torch.ones(2, 3).size(), torch.ones(2, 3).size(1), torch.ones(2, 3).dim(), torch.ones(2, 3).numel(), torch.ones(2, 3).stride()
torch.ones(2).item
torch.ones(1).item()
torch.ones(2).tolist()
torch.tensor([1, 2]), torch.tensor([[1.5], [2.5]]), torch.tensor(True), torch.tensor(1, dtype=torch.float64)
torch.as_tensor([1, 2])
torch.zeros(2, dtype=torch.int8).dtype == torch.int8, torch.zeros(2, dtype=torch.uint8).dtype == torch.uint8
torch.zeros(2, dtype=torch.half).dtype == torch.float16, torch.zeros(2, dtype=torch.bfloat16).dtype == torch.bfloat16
torch.zeros(2, dtype=torch.cfloat).dtype == torch.complex64, torch.zeros(2, dtype=torch.cdouble).dtype == torch.complex128
torch.zeros(2, dtype=torch.chalf).dtype == torch.complex32, torch.quint8 == torch.quint8, torch.qint8 == torch.qint32
torch.zeros(2, dtype=torch.float8_e4m3fn).dtype == torch.float8_e4m3fn, torch.zeros(2, dtype=torch.uint16).dtype == torch.uint16
torch.float32.is_floating_point
torch.finfo(torch.float32).eps
torch.device('cpu')
torch.device('cuda', 1)
torch.device('cuda:0').type, torch.device('cuda:1').index
torch.ones(2).to(torch.device('cpu')).device == torch.device('cpu')
torch.ones(2).to('cpu').device.type
torch.ones(2).to(torch.int64), torch.ones(2).double(), torch.ones(2).long(), torch.ones(2).to(dtype=torch.bool)
torch.ones(1, 2, 2, 2).contiguous(memory_format=torch.channels_last).is_contiguous(memory_format=torch.channels_last)
torch.ones(1, 2, 2, 2, 2).contiguous(memory_format=torch.channels_last_3d).stride()[1]
torch.empty_like(torch.ones(2), memory_format=torch.preserve_format).shape
torch.zeros(2, layout=torch.strided), torch.eye(2).to_sparse().layout == torch.sparse_coo
torch.sparse_csr == torch.sparse_csr, torch.sparse_coo != torch.sparse_csc
torch.inf, torch.nan, torch.pi, torch.e
torch.get_default_dtype() == torch.float32
torch.is_floating_point(torch.ones(1)), torch.numel(torch.ones(3))
torch.is_tensor(torch.ones(1))
torch.is_grad_enabled()
torch.Size([1, 2])
torch.ones(2).numpy()
torch.ones(2).nonsense
torch.nonsense(1)

# torch
torch.zeros(2), torch.ones(2, 2), torch.full((2,), 3.5), torch.arange(1, 4), torch.linspace(0, 1, 3), torch.eye(2)
torch.cat([torch.ones(1), torch.zeros(1)]), torch.stack([torch.ones(1), torch.zeros(1)], dim=1)
torch.where(torch.tensor([True, False]), torch.ones(2), torch.zeros(2)), torch.where(torch.tensor([True, False]))[0]
torch.max(torch.tensor([1, 3, 2])), torch.max(torch.tensor([1, 3, 2]), dim=0).values, torch.tensor([1, 3]).max(0)[1]
torch.tensor([3, 1]).sort().values, torch.topk(torch.tensor([3, 1, 2]), 2).indices
torch.sum(torch.ones(2, 3), dim=1, keepdim=True), torch.ones(2, 3).sum([0, 1]), torch.ones(2).mean()
torch.einsum('ij,jk->ik', torch.ones(2, 2), torch.ones(2, 2)), torch.einsum('i,i', [torch.ones(2), torch.ones(2)])
torch.split(torch.arange(4), 2), torch.chunk(torch.arange(4), 2), torch.arange(4).split([1, 3])
torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), dims=1)
torch.tensordot(torch.ones(2, 2), torch.ones(2, 2), dims=([1], [0]))
torch.norm(torch.ones(4)), torch.norm(torch.ones(4), 1)
torch.norm(torch.ones(4), p='fro')
torch.broadcast_tensors(torch.ones(1), torch.ones(2)), torch.meshgrid(torch.arange(2), torch.arange(2))
torch.unique(torch.tensor([1, 2, 1])), torch.unique_consecutive(torch.tensor([1, 1, 2]))
torch.cdist(torch.zeros(1, 2), torch.ones(1, 2)), torch.cartesian_prod(torch.arange(2), torch.arange(2)).shape
torch.block_diag(torch.ones(1, 1), torch.ones(1, 1)), torch.atleast_2d(torch.ones(1)), torch.chain_matmul(torch.eye(2), torch.eye(2))
torch.stft(torch.ones(8), 4, window=torch.ones(4), return_complex=True).shape
torch.lu(torch.eye(2))[0]
torch.fft.fft(torch.ones(2)), torch.fft.rfft(torch.ones(4)), torch.fft.fftfreq(4), torch.fft.fftshift(torch.arange(4))
torch.special.expit(torch.zeros(1)), torch.special.erf(torch.zeros(1)), torch.special.gammaln(torch.ones(1)), torch.special.xlogy(torch.ones(1), torch.ones(1))
torch.linalg.norm(torch.ones(4)), torch.linalg.det(torch.eye(2)), torch.linalg.inv(torch.eye(2)), torch.linalg.solve(torch.eye(2), torch.ones(2))
torch.ops.aten.add(torch.ones(1), 2), torch.ops.aten.relu(torch.ones(1)), torch.ops.prim.min(1, 2)
torch.ops.aten.add.Tensor(torch.ones(1), torch.ones(1))
torch.ops.aten.nonsense(1)
torch.ops.nonsense.f(1)
torch.jit.is_scripting(), torch.jit.is_tracing()
torch.jit.annotate(List[int], []), torch.jit.annotate(Optional[int], None)
torch.jit.isinstance([1], List[int]), torch.jit.isinstance({'a': 1}, Dict[str, float])
torch.jit.Attribute(1, int)
torch.jit.script(1)
torch.jit.nonsense(1)
torch.rand(2, generator=None).shape, torch.randn([2]).shape, torch.randperm(3).shape
torch.Generator().device
torch.cuda.synchronize
torch.compile(1)
torch.set_printoptions()
torch.nn.Linear(1, 1)
torch.nn.init.ones_(torch.ones(1))
torch.cuda.is_available()
torch.backends.cudnn.enabled
torch.__version__
torch.utils.data
np.ones(1)
