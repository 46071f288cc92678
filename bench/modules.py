"""One round of measurements of modules in PyTorch: the same lines as bench/modules.R."""

import warnings

import torch
from measure import measure
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

warnings.simplefilter("ignore")
torch.set_num_threads(1)
torch.manual_seed(1)


def mlp():
    return nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))


model = mlp()
x = torch.randn(8, 10)
y = torch.randn(8, 1)
traced = torch.jit.trace(model, (x,))
data = TensorDataset(torch.randn(512, 10), torch.randn(512, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
deep = nn.Sequential(*[layer for _ in range(200) for layer in (nn.Linear(16, 16), nn.ReLU())])
deep_x = torch.randn(8, 16)


class Block(nn.Module):
    def __init__(self, of, to, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(of, to, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(to)
        self.conv2 = nn.Conv2d(to, to, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(to)
        self.shortcut = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(of, to, 1, stride=stride, bias=False), nn.BatchNorm2d(to))

    def forward(self, x):
        out = nn.functional.relu(self.bn1(self.conv1(x)))
        return nn.functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


resnet = nn.Sequential(
    nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False),
    nn.BatchNorm2d(64),
    nn.ReLU(),
    nn.MaxPool2d(3, stride=2, padding=1),
    Block(64, 64, 1),
    Block(64, 64, 1),
    Block(64, 128, 2),
    Block(128, 128, 1),
    Block(128, 256, 2),
    Block(256, 256, 1),
    Block(256, 512, 2),
    Block(512, 512, 1),
    nn.AdaptiveAvgPool2d((1, 1)),
    nn.Flatten(),
    nn.Linear(512, 1000),
)
resnet.eval()
image = torch.randn(1, 3, 224, 224)


def call_mlp(n):
    for _ in range(n):
        model(x)


def call_mlp_traced(n):
    for _ in range(n):
        traced(x)


def call_mlp_step(n):
    for _ in range(n):
        nn.functional.mse_loss(model(x), y).backward()


def call_epoch(n):
    for _ in range(n):
        for inputs, targets in DataLoader(data, batch_size=32):
            optimizer.zero_grad()
            nn.functional.mse_loss(model(inputs), targets).backward()
            optimizer.step()


def call_mlp_trace(n):
    # Without the check, which traces again and compares: R does not do that.
    for _ in range(n):
        torch.jit.trace(model, (x,), check_trace=False)


def call_construct(n):
    for _ in range(n):
        mlp()


def call_trace_layers(n):
    for _ in range(n):
        torch.jit.trace(deep, (deep_x,), check_trace=False)


def call_resnet(n):
    with torch.no_grad():
        for _ in range(n):
            resnet(image)


measure("mlp", call_mlp, 1000)
measure("mlp_traced", call_mlp_traced, 1000)
measure("mlp_step", call_mlp_step, 500)
measure("epoch", call_epoch, 3)
measure("mlp_trace", call_mlp_trace, 20)
measure("construct", call_construct, 50)
measure("trace_layers", call_trace_layers, 1)
measure("resnet", call_resnet, 1)
