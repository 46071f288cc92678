"""Make inst/extdata/iris_classifier.pt: a TorchScript file as PyTorch users publish them.

    Rscript -e 'write.csv(iris, "iris.csv", row.names = FALSE)'
    python dev/iris-classifier.py iris.csv inst/extdata/iris_classifier.pt

The file is what `make demo`, the examples and the tests load. It holds one module in
eval mode: `forward(x)` gives class probabilities, `classify(x)` gives species names.
"""

import csv
import sys
from typing import List

import torch
from script_file import save
from torch import Tensor, nn


class IrisClassifier(nn.Module):
    mean: Tensor
    std: Tensor
    species: List[str]

    def __init__(self, mean: Tensor, std: Tensor, species: List[str]) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)
        self.species = species
        self.hidden = nn.Linear(4, 16)
        self.dropout = nn.Dropout(0.1)
        self.output = nn.Linear(16, len(species))

    def forward(self, x: Tensor) -> Tensor:
        """Logits while training, probabilities when evaluating."""
        x = (x - self.mean) / self.std
        x = self.dropout(torch.relu(self.hidden(x)))
        x = self.output(x)
        return x if self.training else torch.softmax(x, dim=1)

    @torch.jit.export
    def classify(self, x: Tensor) -> List[str]:
        """The name of the most probable species, one for each row."""
        names: List[str] = []
        for i in self.forward(x).argmax(dim=1):
            names.append(self.species[int(i.item())])
        return names


def read_iris(path: str):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    x = torch.tensor([[float(value) for value in row[:4]] for row in rows])
    species = sorted({row[4] for row in rows})
    y = torch.tensor([species.index(row[4]) for row in rows])
    return x, y, species


def main() -> None:
    source, target = sys.argv[1:]
    # One thread and a fixed seed: the weights are the same on every run of one machine.
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x, y, species = read_iris(source)

    model = IrisClassifier(x.mean(dim=0), x.std(dim=0), species)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=1e-3)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    scripted = torch.jit.script(model.eval())
    predicted = scripted.classify(x)
    accuracy = sum(p == species[int(i)] for p, i in zip(predicted, y)) / len(y)
    assert accuracy > 0.95, accuracy
    save(scripted, target)
    print(f"{target}: accuracy {accuracy:.4f} on all of iris")


if __name__ == "__main__":
    main()
