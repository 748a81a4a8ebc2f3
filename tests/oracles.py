"""What torch computes of a recorded network: the oracle for NumPy."""

from typing import Any

import numpy as np
import torch
from torch.nn.functional import leaky_relu

from engine import Linear, Network, PositivePart


def forward_in_torch(network: Network, x: Any) -> torch.Tensor:
    """Points x (N, n) through all layers, in float64. The layers are linear, the positive part or tanh."""
    s = torch.tensor(np.asarray(x, float))
    for layer in network:
        if isinstance(layer, Linear):
            s = s @ torch.tensor(layer.weight).double().T + torch.tensor(layer.bias).double()
        else:
            s = leaky_relu(s, layer.slope) if isinstance(layer, PositivePart) else torch.tanh(s)
    return s
