"""What moves the weights: two optimizers, their learning rate over the steps, and the moving average of the weights."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

# Muon for the layers' matrices, AdamW for the rest.
MUON_RATE, ADAMW_RATE = 2e-3, 1e-3
WEIGHT_DECAY = 0.05
WARM_UP_STEPS = 100
LARGEST_GRADIENT = 1.0
# The moving average forgets a step in about a thousand; faster at the beginning.
AVERAGE_DECAY = 0.999


# Newton and Schulz's iteration as Jordan tuned it (https://kellerjordan.github.io/posts/muon/): how often, and with
# which coefficients.
ORTHOGONAL_STEPS, ORTHOGONAL_COEFFICIENTS = 5, (3.4445, -4.7750, 2.0315)
MOMENTUM = 0.95


class Muon(torch.optim.Optimizer):
    """torch.optim.Muon with `adjust_lr_fn="match_rms_adamw"`, all matrices of one shape at once, in a chosen type.

    torch's own orthogonalizes in bfloat16, which a CPU without instructions for it is many times slower in than in
    float32.
    """

    def __init__(self, matrices: list[nn.Parameter], rate: float, weight_decay: float, halved: bool) -> None:
        super().__init__(matrices, {"lr": rate, "weight_decay": weight_decay})
        self.dtype = torch.bfloat16 if halved else torch.float32

    @torch.no_grad()
    def step(self) -> None:
        """Moves the matrices that have a gradient."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = defaultdict(list)
            for matrix in group["params"]:
                if matrix.grad is not None:
                    shapes[matrix.shape].append(matrix)
            for shape, matrices in shapes.items():
                moves = orthogonal_part(torch.stack([self._direction(matrix) for matrix in matrices]).to(self.dtype))
                rate = 0.2 * math.sqrt(max(shape)) * group["lr"]
                torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(matrices, list(moves.float()), alpha=-rate)

    def _direction(self, matrix: nn.Parameter) -> Tensor:
        """Nesterov's momentum."""
        state = self.state[matrix]
        if not state:
            state["momentum"] = torch.zeros_like(matrix)
        state["momentum"].lerp_(matrix.grad, 1 - MOMENTUM)
        return matrix.grad.lerp(state["momentum"], MOMENTUM)


def orthogonal_part(matrices: Tensor) -> Tensor:
    """Roughly U V^T of each matrix U S V^T of [N, rows, columns]: singular values come out between 0.5 and 1.5."""
    if matrices.shape[1] > matrices.shape[2]:
        return orthogonal_part(matrices.mT).mT
    a, b, c = ORTHOGONAL_COEFFICIENTS
    matrices = matrices / matrices.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    for _ in range(ORTHOGONAL_STEPS):
        gram = matrices @ matrices.mT
        matrices = torch.baddbmm(matrices, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), matrices, beta=a)
    return matrices


def make_optimizers(view: nn.Module, halved: bool) -> list[torch.optim.Optimizer]:
    """Muon over the matrices of the layers and of the projection's attention, AdamW over everything else.

    With `halved` Muon works in bfloat16.
    """
    matrices, decayed, free = [], [], []
    for name, parameter in view.named_parameters():
        if not parameter.requires_grad:
            continue
        if parameter.ndim == 2 and (".layers." in name or ".x_attn." in name):
            matrices.append(parameter)
        elif name.endswith((".dense.weight", ".patch_embedding.weight", "_head.weight")):
            decayed.append(parameter)
        else:
            free.append(parameter)
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": free, "weight_decay": 0.0}]
    muon = Muon(matrices, MUON_RATE, WEIGHT_DECAY, halved)
    return [torch.optim.AdamW(groups, lr=ADAMW_RATE, betas=(0.9, 0.98), fused=True), muon]


def set_rate(optimizers: list[torch.optim.Optimizer], share: float) -> None:
    """Sets the learning rates to a share of the full ones."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = optimizer.defaults["lr"] * share


@dataclass
class Schedule:
    """Warm-up, then constant, then down to zero once somebody has asked for the end.

    Times are seconds of training over all sittings. The decay is linear. `top` is the constant, a share of the full rate.
    """

    finish_from: float = math.inf
    finish_seconds: float = 0.0
    top: float = 1.0

    def share(self, step: int, seconds: float) -> float:
        """The learning rate at a step, as a share of the full one: 0 when the training is finished."""
        share = self.top * min(1.0, (step + 1) / WARM_UP_STEPS)
        if seconds <= self.finish_from:
            return share
        return share * max(0.0, 1 - (seconds - self.finish_from) / self.finish_seconds)

    @property
    def end(self) -> float:
        """When the rate comes to zero, in seconds of training; infinite while no end was asked for."""
        return self.finish_from + self.finish_seconds


class Average:
    """An exponential moving average of the weights that are trained."""

    def __init__(self, view: nn.Module) -> None:
        self.parameters = {name: item for name, item in view.named_parameters() if item.requires_grad}
        self.values = {name: item.detach().clone() for name, item in self.parameters.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Takes in the weights after a step."""
        decay = min(AVERAGE_DECAY, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.values.values()), list(self.parameters.values()), 1 - decay)

    def load(self, values: dict[str, Tensor]) -> None:
        """Takes over saved values."""
        for name, value in self.values.items():
            value.copy_(values[name])

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Puts the average in the place of the weights for a while."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for name, parameter in self.parameters.items():
            kept = parameter.detach().clone()
            parameter.copy_(self.values[name])
            self.values[name].copy_(kept)
