"""The box refiner: from a box that is nearly right and the picture around it to the exact borders of the thing.

Like LocNet (Gidaris and Komodakis, CVPR 2016) it gives likelihoods to the columns and the rows of a window around the box,
for each side of the box. src/architecture/box-refiner.ts writes the same network, and its weights' names come from here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from model import IMAGE_SIZE

# Samples along each side of a window, and places along it that likelihoods are given to.
SIDE = 40
# The window's reach beyond the box: of the box's side, and of the picture's.
MARGIN = 0.15
MARGIN_OF_PICTURE = 1 / 64
# The places' reach beyond the window's ends, in samples: a border at an end must be amid them.
BEYOND = 2
# Channels at a half, a quarter and an eighth of the window's samples, and of what goes back to a quarter and a half.
CHANNELS = (16, 32, 64)
MERGED = (32, 16)
HIDDEN = 64
# How exact a place is to be told: the deviation of its target, in samples.
TARGET_DEVIATION = 1.0


class Convolution(nn.Sequential):
    """A convolution of odd size that keeps the size (or, with a stride, divides it), normed while it is trained."""

    def __init__(self, inputs: int, outputs: int, size: int | tuple[int, int] = 3, stride: int = 1) -> None:
        """Keeps what it needs to be written as one convolution."""
        sizes = (size, size) if isinstance(size, int) else size
        padding = tuple(side // 2 for side in sizes)
        plain = nn.Conv2d(inputs, outputs, sizes, stride, padding, bias=False)
        super().__init__(plain, nn.BatchNorm2d(outputs))

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the one convolution that this is once it is trained."""
        plain, norm = self
        factor = norm.weight / (norm.running_var + norm.eps).sqrt()
        return plain.weight * factor[:, None, None, None], norm.bias - norm.running_mean * factor

    @torch.no_grad()
    def take(self, weight: Tensor, bias: Tensor) -> None:
        """Becomes the convolution of this weight and bias."""
        plain, norm = self
        plain.weight.copy_(weight)
        norm.bias.copy_(bias)
        norm.weight.copy_((1 + torch.full_like(norm.weight, norm.eps)).sqrt())


class Block(nn.Module):
    """Two convolutions beside what they change."""

    def __init__(self, channels: int) -> None:
        """A block that keeps the size."""
        super().__init__()
        self.first = Convolution(channels, channels)
        self.second = Convolution(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] to the same."""
        return F.relu(x + self.second(F.relu(self.first(x))))


class Stage(nn.Module):
    """Half as many columns and rows, and blocks on them."""

    def __init__(self, inputs: int, outputs: int, blocks: int) -> None:
        """A stage with so many blocks."""
        super().__init__()
        self.entry = Convolution(inputs, outputs, stride=2)
        self.blocks = nn.ModuleList(Block(outputs) for _ in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        """[N, C, H, W] to [N, D, H / 2, W / 2]."""
        x = F.relu(self.entry(x))
        for block in self.blocks:
            x = block(x)
        return x


class Merge(nn.Module):
    """Brings what is known of coarse places to fine ones."""

    def __init__(self, fine: int, coarse: int, merged: int) -> None:
        """From channels of both to `merged` ones."""
        super().__init__()
        self.fine = nn.Conv2d(fine, merged, 1)
        self.coarse = nn.ConvTranspose2d(coarse, merged, 2, 2, bias=False)
        self.together = Convolution(merged, merged)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """[N, C, H, W] and [N, D, H / 2, W / 2] to [N, M, H, W]."""
        return F.relu(self.together(self.fine(fine) + self.coarse(coarse)))


class Sides(nn.Module):
    """Scores of the places of two opposite sides, from what is known along one axis."""

    def __init__(self, axis: int) -> None:
        """`axis` is 2 for rows and 3 for columns."""
        super().__init__()
        self.axis = axis
        size = (5, 1) if axis == 2 else (1, 5)
        self.first = Convolution(2 * MERGED[1], HIDDEN, size)
        self.second = Convolution(HIDDEN, HIDDEN, size)
        self.scores = nn.Conv2d(HIDDEN, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        """[N, M, SIDE / 2, SIDE / 2] to [N, 4, SIDE / 2]: even and odd places of the one side, then of the other."""
        across = 5 - self.axis
        x = torch.cat([x.amax(across, keepdim=True), x.mean(across, keepdim=True)], 1)
        return self.scores(F.relu(self.second(F.relu(self.first(x))))).flatten(2)


class BoxRefiner(nn.Module):
    """Windows [N, 4, SIDE, SIDE] to scores of places [N, axis, side, SIDE]: columns first, the left or upper side first."""

    def __init__(self) -> None:
        """Random weights."""
        super().__init__()
        fine, middle, coarse = CHANNELS
        self.fine = Stage(4, fine, 1)
        self.middle = Stage(fine, middle, 1)
        self.coarse = Stage(middle, coarse, 2)
        self.merge_middle = Merge(middle, coarse, MERGED[0])
        self.merge_fine = Merge(fine, *MERGED)
        self.columns = Sides(3)
        self.rows = Sides(2)

    def forward(self, windows: Tensor) -> Tensor:
        """Scores."""
        fine = self.fine(windows)
        middle = self.middle(fine)
        x = self.merge_fine(fine, self.merge_middle(middle, self.coarse(middle)))
        scores = torch.stack([self.columns(x), self.rows(x)], 1)  # [N, axis, 2 * side + odd, SIDE / 2]
        return scores.unflatten(2, (2, 2)).transpose(3, 4).flatten(3)

    def weights(self) -> dict[str, Tensor]:
        """All tensors by name, each normed convolution as one."""
        found: dict[str, Tensor] = {}
        for path, module in self.parts():
            if isinstance(module, Convolution):
                found[f"{path}.weight"], found[f"{path}.bias"] = module.folded()
            else:
                found |= {f"{path}.{name}": tensor for name, tensor in module.named_parameters()}
        return {name: tensor.detach().clone() for name, tensor in found.items()}

    @torch.no_grad()
    def take(self, weights: dict[str, Tensor]) -> None:
        """Takes over what `weights` gave."""
        for path, module in self.parts():
            if isinstance(module, Convolution):
                module.take(weights[f"{path}.weight"], weights[f"{path}.bias"])
            else:
                for name, tensor in module.named_parameters():
                    tensor.copy_(weights[f"{path}.{name}"])

    def parts(self) -> Iterator[tuple[str, nn.Module]]:
        """What has weights: normed convolutions and plain layers, with their names in the file."""
        inside: tuple[str, ...] = ()
        for path, module in self.named_modules(prefix="box_refiner"):
            if isinstance(module, Convolution):
                inside = (*inside, f"{path}.")
                yield path, module
            elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and not path.startswith(inside):
                yield path, module


def windows_around(boxes: np.ndarray) -> np.ndarray:
    """The window of each box [N, 4] of 1: left, top, right and bottom [N, 4] in whole pixels of the picture."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    reach = (sides * MARGIN + MARGIN_OF_PICTURE) * IMAGE_SIZE
    edges = boxes * IMAGE_SIZE
    outer = np.concatenate([np.floor(edges[:, :2] - reach[:, :2]), np.ceil(edges[:, 2:] + reach[:, 2:])], 1)
    return outer.clip(0, IMAGE_SIZE).astype(np.int64)


def look(pictures: list[np.ndarray], boxes: np.ndarray, windows: np.ndarray) -> Tensor:
    """What the network sees [N, 4, SIDE, SIDE]: pixel_values of each picture in its window, and where the box is, 1 and -1.

    The pictures are uint8 [H, W, 3].
    """
    seen = []
    for picture, (left, top, right, bottom) in zip(pictures, windows.tolist(), strict=True):
        part = torch.from_numpy(picture[top:bottom, left:right].copy()).permute(2, 0, 1)[None].float()
        seen.append(F.interpolate(part, (SIDE, SIDE), mode="bilinear", antialias=True))
    mean, deviation = (torch.tensor(values)[:, None, None] for values in (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD))
    pixels = (torch.cat(seen) / 255 - mean) / deviation
    inside = torch.from_numpy(covered(boxes, windows, 1)[:, :, None] * covered(boxes, windows, 0)[:, None, :])
    return torch.cat([pixels, 2 * inside[:, None] - 1], 1)


def covered(boxes: np.ndarray, windows: np.ndarray, axis: int) -> np.ndarray:
    """How much of each sample along an axis is in the box, 0 to 1: [N, SIDE]."""
    start, end = windows[:, axis, None], windows[:, axis + 2, None]
    step = (end - start) / SIDE
    edges = start + np.arange(SIDE + 1) * step
    first, last = boxes[:, axis, None] * IMAGE_SIZE, boxes[:, axis + 2, None] * IMAGE_SIZE
    within = np.minimum(edges[:, 1:], last) - np.maximum(edges[:, :-1], first)
    return (within.clip(0) / step).astype(np.float32)


def places() -> Tensor:
    """Where the places are, in samples from the window's start [SIDE]."""
    return (torch.arange(SIDE) + 0.5) * (SIDE + 2 * BEYOND) / SIDE - BEYOND


def places_of(boxes: np.ndarray, windows: np.ndarray) -> Tensor:
    """Where the sides of boxes are in their windows, in samples: [N, axis, side]."""
    edges = (boxes * IMAGE_SIZE).reshape(-1, 2, 2).swapaxes(1, 2)
    ends = windows.reshape(-1, 2, 2).swapaxes(1, 2)
    step = (ends[:, :, 1:] - ends[:, :, :1]) / SIDE
    return torch.from_numpy(((edges - ends[:, :, :1]) / step).astype(np.float32))


def boxes_at(found: Tensor, windows: np.ndarray) -> np.ndarray:
    """The boxes [N, 4] of 1 whose sides are at these places of their windows."""
    ends = windows.reshape(-1, 2, 2).swapaxes(1, 2)
    step = (ends[:, :, 1:] - ends[:, :, :1]) / SIDE
    edges = (ends[:, :, :1] + found.numpy() * step) / IMAGE_SIZE
    return edges.swapaxes(1, 2).reshape(-1, 4).clip(0, 1)


def expected(scores: Tensor) -> Tensor:
    """The place that scores [..., SIDE] expect, in samples: [...]."""
    return (scores.softmax(-1) * places()).sum(-1)


def loss(scores: Tensor, exact: Tensor) -> tuple[Tensor, Tensor]:
    """What scores [N, axis, side, SIDE] cost: against targets around the exact places, and in samples off."""
    target = (-(((places() - exact[..., None]) / TARGET_DEVIATION) ** 2) / 2).softmax(-1)
    likelihoods = scores.log_softmax(-1)
    divergence = (torch.xlogy(target, target) - target * likelihoods).sum(-1).mean()
    return divergence, (expected(scores) - exact).abs().mean()
