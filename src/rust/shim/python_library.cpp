// Contexts and functions for source, by source.
#include <map>

#include "python_module.h"

namespace {

std::string grad_mode(const std::string &name, const char *enabled) {
  return "class " + name + ":\n  def __init__(self) -> None:\n    self.prev = False\n" +
         "  def __enter__(self) -> None:\n    self.prev = torch.is_grad_enabled()\n    torch.set_grad_enabled(" +
         enabled + ")\n  def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:\n" +
         "    torch.set_grad_enabled(self.prev)\n";
}
const std::string record_function = R"(
class record_function:
  def __init__(self, name: str, args: Optional[str] = None):
    self.name = name
    self.args = args
    self.record = torch.jit.annotate(Optional[torch.classes.profiler._RecordFunction], None)
  def __enter__(self):
    self.record = torch.ops.profiler._record_function_enter_new(self.name, self.args)
    return self
  def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
    record = self.record
    assert record is not None
    torch.ops.profiler._record_function_exit(record)
)";

const std::string stft = R"(
def stft(input: Tensor, n_fft: int, hop_length: Optional[int] = None, win_length: Optional[int] = None, window: Optional[Tensor] = None, center: bool = True, pad_mode: str = 'reflect', normalized: bool = False, onesided: Optional[bool] = None, return_complex: Optional[bool] = None):
  return torch.ops.aten.stft(input, n_fft, hop_length, win_length, window, center, pad_mode, normalized, onesided, return_complex)
)";

// `def name(input: Tensor<arguments>, inplace: bool = False)`: an operator that has another in place.
std::string in_place(const std::string &name, const std::string &arguments, const std::string &values) {
  const std::string call = "(input" + values + ")\n";
  return "def " + name + "(input: Tensor" + arguments + ", inplace: bool = False):\n  if inplace:\n    return torch." +
         name + "_" + call + "  return torch." + name + call;
}
std::string dropout(const std::string &name, const std::string &op, const char *training) {
  return "def " + name + "(input: Tensor, p: float = 0.5, training: bool = " + training +
         ", inplace: bool = False):\n  if p < 0.0 or p > 1.0:\n" +
         "    raise ValueError('dropout probability has to be between 0 and 1, but got {}'.format(p))\n" +
         "  if inplace:\n    return torch." + op + "_(input, p, training)\n  return torch." + op +
         "(input, p, training)\n";
}
// `def name(<arguments>, reduction: str = "mean")`: a loss of libtorch, which takes a number.
std::string loss(const std::string &name, const std::string &arguments, const std::string &values,
                 const std::string &later = "", const std::string &later_values = "") {
  return "def " + name + "(" + arguments + ", size_average: Optional[bool] = None, reduce: Optional[bool] = None, " +
         "reduction: str = 'mean'" + later + "):\n  return torch." + name + "(" + values + ", F._reduction(reduction)" +
         later_values + ")\n";
}
const std::string pair = "input: Tensor, target: Tensor", scored = "input, target";

const std::map<std::string, std::string> functional = {
    {"_reduction", R"(
def _reduction(reduction: str) -> int:
  if reduction == 'none':
    return 0
  if reduction == 'mean':
    return 1
  if reduction == 'sum':
    return 2
  raise ValueError(reduction + ' is not a valid value for reduction')
)"},
    {"dropout", dropout("dropout", "dropout", "True")},
    {"dropout1d", dropout("dropout1d", "feature_dropout", "True")},
    {"dropout2d", dropout("dropout2d", "feature_dropout", "True")},
    {"dropout3d", dropout("dropout3d", "feature_dropout", "True")},
    {"alpha_dropout", dropout("alpha_dropout", "alpha_dropout", "False")},
    {"feature_alpha_dropout", dropout("feature_alpha_dropout", "feature_alpha_dropout", "False")},
    {"relu", in_place("relu", "", "")},
    {"relu6", in_place("relu6", "", "")},
    {"selu", in_place("selu", "", "")},
    {"elu",
     "def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False):\n  if inplace:\n    return "
     "torch.ops.aten.elu_(input, alpha)\n  return torch.ops.aten.elu(input, alpha)\n"},
    {"celu", in_place("celu", ", alpha: float = 1.0", ", alpha")},
    {"leaky_relu",
     "def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False):\n  if inplace:\n"
     "    return torch.ops.aten.leaky_relu_(input, negative_slope)\n"
     "  return torch.ops.aten.leaky_relu(input, negative_slope)\n"},
    {"silu", in_place("silu", "", "")},
    {"mish", in_place("mish", "", "")},
    {"hardswish", in_place("hardswish", "", "")},
    {"hardsigmoid", in_place("hardsigmoid", "", "")},
    {"hardtanh", in_place("hardtanh", ", min_val: float = -1.0, max_val: float = 1.0", ", min_val, max_val")},
    {"threshold", in_place("threshold", ", threshold: float, value: float", ", threshold, value")},
    {"softsign", "def softsign(input: Tensor):\n  return input / (input.abs() + 1)\n"},
    {"tanhshrink", "def tanhshrink(input: Tensor):\n  return input - input.tanh()\n"},
    {"logsigmoid", "def logsigmoid(input: Tensor):\n  return torch.log_sigmoid(input)\n"},
    {"softmin",
     "def softmin(input: Tensor, dim: int, _stacklevel: int = 3, dtype: Optional[int] = None):\n"
     "  return torch.softmax(-input, dim, dtype)\n"},
    {"softmax",
     "def softmax(input: Tensor, dim: int, _stacklevel: int = 3, dtype: Optional[int] = None):\n"
     "  return torch.softmax(input, dim, dtype)\n"},
    {"log_softmax",
     "def log_softmax(input: Tensor, dim: int, _stacklevel: int = 3, dtype: Optional[int] = None):\n"
     "  return torch.log_softmax(input, dim, dtype)\n"},
    {"normalize",
     "def normalize(input: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12):\n"
     "  return input / input.norm(p, dim, keepdim=True).clamp_min(eps).expand_as(input)\n"},
    {"mse_loss", loss("mse_loss", pair, scored)},
    {"l1_loss", loss("l1_loss", pair, scored)},
    {"soft_margin_loss", loss("soft_margin_loss", pair, scored)},
    {"smooth_l1_loss", loss("smooth_l1_loss", pair, scored, ", beta: float = 1.0", ", beta")},
    {"huber_loss",
     "def huber_loss(input: Tensor, target: Tensor, reduction: str = 'mean', delta: float = 1.0):\n"
     "  return torch.huber_loss(input, target, F._reduction(reduction), delta)\n"},
    {"binary_cross_entropy",
     loss("binary_cross_entropy", pair + ", weight: Optional[Tensor] = None", scored + ", weight")},
    {"binary_cross_entropy_with_logits",
     "def binary_cross_entropy_with_logits(input: Tensor, target: Tensor, weight: Optional[Tensor] = None, "
     "size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean', "
     "pos_weight: Optional[Tensor] = None):\n"
     "  return torch.binary_cross_entropy_with_logits(input, target, weight, pos_weight, F._reduction(reduction))\n"},
    {"poisson_nll_loss",
     "def poisson_nll_loss(input: Tensor, target: Tensor, log_input: bool = True, full: bool = False, "
     "size_average: Optional[bool] = None, eps: float = 1e-8, reduce: Optional[bool] = None, reduction: str = "
     "'mean'):\n"
     "  return torch.poisson_nll_loss(input, target, log_input, full, eps, F._reduction(reduction))\n"},
    {"hinge_embedding_loss",
     "def hinge_embedding_loss(input: Tensor, target: Tensor, margin: float = 1.0, size_average: Optional[bool] = "
     "None, "
     "reduce: Optional[bool] = None, reduction: str = 'mean'):\n"
     "  return torch.hinge_embedding_loss(input, target, margin, F._reduction(reduction))\n"},
    {"kl_div", R"(
def kl_div(input: Tensor, target: Tensor, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean', log_target: bool = False):
  if reduction == 'batchmean':
    return torch.kl_div(input, target, 2, log_target=log_target) / input.size(0)
  return torch.kl_div(input, target, F._reduction(reduction), log_target=log_target)
)"},
    {"cross_entropy", R"(
def cross_entropy(input: Tensor, target: Tensor, weight: Optional[Tensor] = None, size_average: Optional[bool] = None, ignore_index: int = -100, reduce: Optional[bool] = None, reduction: str = 'mean', label_smoothing: float = 0.0):
  return torch.cross_entropy_loss(input, target, weight, F._reduction(reduction), ignore_index, label_smoothing)
)"},
    {"nll_loss", R"(
def nll_loss(input: Tensor, target: Tensor, weight: Optional[Tensor] = None, size_average: Optional[bool] = None, ignore_index: int = -100, reduce: Optional[bool] = None, reduction: str = 'mean'):
  return torch.nll_loss_nd(input, target, weight, F._reduction(reduction), ignore_index)
)"},
    {"multi_margin_loss", R"(
def multi_margin_loss(input: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Optional[Tensor] = None, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean'):
  return torch.multi_margin_loss(input, target, p, margin, weight, F._reduction(reduction))
)"},
    {"multilabel_margin_loss", loss("multilabel_margin_loss", pair, scored)},
    {"multilabel_soft_margin_loss", R"(
def multilabel_soft_margin_loss(input: Tensor, target: Tensor, weight: Optional[Tensor] = None, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean'):
  loss = -(target * torch.log_sigmoid(input) + (1 - target) * torch.log_sigmoid(-input))
  if weight is not None:
    loss = loss * weight
  loss = loss.mean(-1)
  kind = F._reduction(reduction)
  return loss if kind == 0 else loss.mean() if kind == 1 else loss.sum()
)"},
    {"margin_ranking_loss", R"(
def margin_ranking_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean'):
  return torch.margin_ranking_loss(input1, input2, target, margin, F._reduction(reduction))
)"},
    {"cosine_embedding_loss", R"(
def cosine_embedding_loss(input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean'):
  return torch.cosine_embedding_loss(input1, input2, target, margin, F._reduction(reduction))
)"},
    {"triplet_margin_loss", R"(
def triplet_margin_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2.0, eps: float = 1e-6, swap: bool = False, size_average: Optional[bool] = None, reduce: Optional[bool] = None, reduction: str = 'mean'):
  return torch.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, F._reduction(reduction))
)"},
    {"embedding", R"(
def embedding(input: Tensor, weight: Tensor, padding_idx: Optional[int] = None, max_norm: Optional[float] = None, norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False):
  padding = -1
  if padding_idx is not None:
    padding = padding_idx if padding_idx >= 0 else weight.size(0) + padding_idx
  if max_norm is not None:
    with torch.no_grad():
      torch.embedding_renorm_(weight, input.contiguous(), max_norm, norm_type)
  return torch.embedding(weight, input, padding, scale_grad_by_freq, sparse)
)"},
    {"_pair", "def _pair(x: Union[int, List[int]]) -> List[int]:\n  return [x, x] if isinstance(x, int) else x\n"},
    {"unfold", R"(
def unfold(input: Tensor, kernel_size: Union[int, List[int]], dilation: Union[int, List[int]] = 1, padding: Union[int, List[int]] = 0, stride: Union[int, List[int]] = 1):
  return torch.im2col(input, F._pair(kernel_size), F._pair(dilation), F._pair(padding), F._pair(stride))
)"},
    {"fold", R"(
def fold(input: Tensor, output_size: Union[int, List[int]], kernel_size: Union[int, List[int]], dilation: Union[int, List[int]] = 1, padding: Union[int, List[int]] = 0, stride: Union[int, List[int]] = 1):
  return torch.col2im(input, F._pair(output_size), F._pair(kernel_size), F._pair(dilation), F._pair(padding), F._pair(stride))
)"},
    {"adaptive_max_pool1d",
     "def adaptive_max_pool1d(input: Tensor, output_size: BroadcastingList1[int]):\n"
     "  return torch.adaptive_max_pool1d(input, output_size)[0]\n"},
    {"adaptive_max_pool2d",
     "def adaptive_max_pool2d(input: Tensor, output_size: BroadcastingList2[int]):\n"
     "  return torch.adaptive_max_pool2d(input, output_size)[0]\n"},
    {"adaptive_max_pool3d",
     "def adaptive_max_pool3d(input: Tensor, output_size: BroadcastingList3[int]):\n"
     "  return torch.adaptive_max_pool3d(input, output_size)[0]\n"},
    {"lp_pool2d", R"(
def lp_pool2d(input: Tensor, norm_type: float, kernel_size: Union[int, List[int]], stride: Optional[Union[int, List[int]]] = None, ceil_mode: bool = False):
  size = F._pair(kernel_size)
  steps = size
  if isinstance(stride, int):
    steps = [stride, stride]
  elif isinstance(stride, List[int]):
    steps = stride
  out = torch.avg_pool2d(input.pow(norm_type), size, steps, 0, ceil_mode)
  return (torch.sign(out) * torch.relu(torch.abs(out))).mul(size[0] * size[1]).pow(1.0 / norm_type)
)"},
    {"batch_norm", R"(
def batch_norm(input: Tensor, running_mean: Optional[Tensor], running_var: Optional[Tensor], weight: Optional[Tensor] = None, bias: Optional[Tensor] = None, training: bool = False, momentum: float = 0.1, eps: float = 1e-5):
  if training:
    count = input.numel() // input.size(1)
    if count == 1:
      raise ValueError('Expected more than 1 value per channel when training, got input size {}'.format(input.size()))
  return torch.batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, True)
)"},
    {"instance_norm", R"(
def instance_norm(input: Tensor, running_mean: Optional[Tensor] = None, running_var: Optional[Tensor] = None, weight: Optional[Tensor] = None, bias: Optional[Tensor] = None, use_input_stats: bool = True, momentum: float = 0.1, eps: float = 1e-5):
  return torch.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, True)
)"},
    {"local_response_norm", R"(
def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
  square = input.mul(input).unsqueeze(1)
  if input.dim() == 3:
    square = torch.pad(square, [0, 0, size // 2, (size - 1) // 2])
    square = torch.avg_pool2d(square, [size, 1], 1).squeeze(1)
  else:
    shape = input.size()
    square = square.view([shape[0], 1, shape[1], shape[2], -1])
    square = torch.pad(square, [0, 0, 0, 0, size // 2, (size - 1) // 2])
    square = torch.avg_pool3d(square, [size, 1, 1], 1).squeeze(1).view(shape)
  return input / square.mul(alpha).add(k).pow(beta)
)"},
    {"interpolate", R"(
def interpolate(input: Tensor, size: Optional[Union[int, List[int]]] = None, scale_factor: Optional[Union[float, List[float]]] = None, mode: str = 'nearest', align_corners: Optional[bool] = None, recompute_scale_factor: Optional[bool] = None, antialias: bool = False):
  n = input.dim() - 2
  sizes: Optional[List[int]] = None
  scales: Optional[List[float]] = None
  if isinstance(size, int):
    sizes = [size] * n
  elif isinstance(size, List[int]):
    sizes = size
  if isinstance(scale_factor, float):
    scales = [scale_factor] * n
  elif isinstance(scale_factor, List[float]):
    scales = scale_factor
  if (sizes is None) == (scales is None):
    raise ValueError('only one of size or scale_factor should be defined')
  if antialias or recompute_scale_factor is not None:
    raise ValueError('antialias and recompute_scale_factor are not known here')
  corners = False if align_corners is None else align_corners
  if mode == 'nearest':
    if n == 1:
      return torch.upsample_nearest1d(input, sizes, scales)
    return torch.upsample_nearest2d(input, sizes, scales) if n == 2 else torch.upsample_nearest3d(input, sizes, scales)
  if mode == 'linear' and n == 1:
    return torch.upsample_linear1d(input, sizes, corners, scales)
  if mode == 'bilinear' and n == 2:
    return torch.upsample_bilinear2d(input, sizes, corners, scales)
  if mode == 'bicubic' and n == 2:
    return torch.upsample_bicubic2d(input, sizes, corners, scales)
  if mode == 'trilinear' and n == 3:
    return torch.upsample_trilinear3d(input, sizes, corners, scales)
  raise NotImplementedError('this mode is not known for inputs of {} dimensions: {}'.format(input.dim(), mode))
)"},
};

}  // namespace

const char *shim::library_source(const std::string &name) {
  static const std::map<std::string, std::string> others = {
      {"torch.unique", "def unique(input: Tensor, sorted: bool = True):\n  return torch._unique2(input, sorted)[0]\n"},
      {"torch.unique_consecutive",
       "def unique_consecutive(input: Tensor, dim: Optional[int] = None):\n"
       "  return torch.ops.aten.unique_consecutive(input, dim=dim)[0]\n"},
      {"torch.stft", stft},
      {"torch.no_grad", grad_mode("no_grad", "False")},
      {"torch.enable_grad", grad_mode("enable_grad", "True")},
      {"torch.profiler.record_function", record_function},
      {"torch.autograd.profiler.record_function", record_function},
  };
  const auto found = others.find(name);
  if (found != others.end()) return found->second.c_str();
  const std::string prefix = "torch.nn.functional.";
  if (name.rfind(prefix, 0) != 0) return nullptr;
  const auto function = functional.find(name.substr(prefix.size()));
  return function == functional.end() ? nullptr : function->second.c_str();
}
