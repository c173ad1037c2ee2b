"""What the auxiliary heads are held to: which thing is at each patch, and how far its box goes from there."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from packing import Batch
from vocabulary import Vocabulary

# Weight of the patches without a thing in the loss of names.
NOTHING_WEIGHT = 0.3
# Scale of extents as the heads give them, and weight of their loss beside that of names.
EXTENT_SCALE, EXTENT_WEIGHT = 0.2, 3.0
# The least side of a box that counts, of 1.
LEAST_SIDE = 0.05


def names_loss(scores: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of what is at the first N patches, from scores [B, N, things + 1], the last that of nothing."""
    count, nothing = scores.shape[1], scores.shape[2] - 1
    things = batch.things[:, :count].flatten()
    weights = torch.where(things < nothing, 1.0, NOTHING_WEIGHT)
    return (F.cross_entropy(scores.flatten(0, 1), things, reduction="none") * weights).sum() / weights.sum()


def extents_loss(extents: Tensor, batch: Batch, nothing: int) -> Tensor:
    """How far extents [B, N, 4] of the first N patches are off where there is a thing, in parts of its box's sides.

    A thing's number is below `nothing`.
    """
    count = extents.shape[1]
    something = batch.things[:, :count] < nothing
    exact = batch.extents[:, :count]
    # Left and right, top and bottom.
    sides = (exact[..., :2] + exact[..., 2:]).clamp(min=LEAST_SIDE).repeat(1, 1, 2)
    distances = ((extents * EXTENT_SCALE - exact) / sides).abs().mean(-1) * something
    return EXTENT_WEIGHT * distances.sum() / something.sum().clamp(min=1)


def naming(vocabulary: Vocabulary, names: list[tuple[str, str]]) -> Tensor:
    """A matrix [2 * things, first_patch] that makes vectors of all singulars, then of all plurals, from words' ones.

    A name of several words has the mean of theirs.
    """
    forms = [name for names_of_a_kind in zip(*names, strict=True) for name in names_of_a_kind]
    matrix = torch.zeros(len(forms), vocabulary.first_patch)
    for row, form in zip(matrix, forms, strict=True):
        ids = vocabulary.of_words(form)
        row[ids] = 1 / len(ids)
    return matrix
