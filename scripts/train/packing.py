"""From scenes to batches: the texts of a scene stand one after another in one row, behind one picture.

A text sees the picture's prefix and itself alone (`TrainingView` masks the rest), and its positions begin anew, so that
a row gives what its texts give one by one while the picture is encoded once. Text without a picture, a task of its own,
sees <s> in place of the prefix.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from model import GRID, PATCH_SIZE, PATCHES
from stream import Scene
from vocabulary import Vocabulary

# Where nothing is to be predicted, as torch's cross entropy has it.
IGNORED = -100
# The longest row; texts that do not fit any more are left out.
MAX_ROW = 384
# Rows are padded to a multiple of this, so that few shapes occur.
ROW_STEP = 16
# The first position of a text is the padding id's successor, as in fairseq and transformers.
FIRST_POSITION = 2
# Segment number of what pads a row; below it are those of texts without a picture.
NO_SEGMENT = -1
# The task whose texts have no picture.
TEXT_ALONE = "text"


@dataclass
class Batch:
    """B pictures with a row of L text tokens each."""

    patches: Tensor  # uint8 [B, 256, 768]: patches from left to right and top to bottom; channel, row, column
    ids: Tensor  # int64 [B, L]
    segments: Tensor  # int64 [B, L]: 2, 3, ... by text, -2, -3, ... without picture, NO_SEGMENT for padding
    positions: Tensor  # int64 [B, L]
    labels: Tensor  # int64 [B, L]: the id that follows, IGNORED outside of answers
    corners: Tensor  # float32 [B, L, 2]: row and column in cells where the label is a patch token, exact
    things: Tensor  # int64 [B, 256]: the thing at a patch, the number of things for none
    extents: Tensor  # float32 [B, 256, 4]: from the patch's centre to the thing's left, top, right, bottom, of 1

    def parts(self, count: int) -> list[Batch]:
        """The same as up to so many batches of fewer pictures, dealt out in turn: each has a text where there are any."""
        count = min(count, len(self.rows_with_text()) or len(self.ids))
        return [self.rows(slice(first, None, count)) for first in range(count)]

    def rows_with_text(self) -> Tensor:
        """The numbers of the rows that have something to predict: all but those of collages."""
        return (self.labels >= 0).any(1).nonzero()[:, 0]

    def rows(self, which: slice | Tensor) -> Batch:
        """Some of the pictures."""
        return Batch(*(getattr(self, field.name)[which] for field in fields(self)))

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(*(getattr(self, field.name).to(device, non_blocking=True) for field in fields(self)))


def pack(scenes: list[Scene], vocabulary: Vocabulary, thing_count: int) -> Batch:
    """Makes a batch of scenes."""
    rows = [pack_row(scene, vocabulary) for scene in scenes]
    length = max(len(row[0]) for row in rows)
    length = max(1, -(-length // ROW_STEP)) * ROW_STEP
    shape = (len(scenes), length)
    ids = np.full(shape, vocabulary.padding, np.int64)
    segments = np.full(shape, NO_SEGMENT, np.int64)
    positions = np.full(shape, FIRST_POSITION - 1, np.int64)
    labels = np.full(shape, IGNORED, np.int64)
    corners = np.zeros((*shape, 2), np.float32)
    for index, row in enumerate(rows):
        end = len(row[0])
        for target, values in zip((ids, segments, positions, labels), row[:4], strict=True):
            target[index, :end] = values
        for place, corner in row[4]:
            corners[index, place] = corner
    things, extents = zip(*(patch_targets(scene, thing_count) for scene in scenes), strict=True)
    arrays = (to_patches(scenes), ids, segments, positions, labels, corners, np.stack(things), np.stack(extents))
    return Batch(*map(torch.from_numpy, arrays))


def row_length(scene: Scene) -> int:
    """How many tokens the row of a scene has."""
    return min(MAX_ROW, sum(len(segment.ids) - 1 for segment in scene.segments))


def pack_row(scene: Scene, vocabulary: Vocabulary) -> tuple[list, list, list, list, list]:
    """Ids, segments, positions, labels, and the corners by place, of one scene."""
    ids: list[int] = []
    segments: list[int] = []
    positions: list[int] = []
    labels: list[int] = []
    corners: list[tuple[int, tuple[float, float]]] = []
    for number, segment in enumerate(scene.segments, 2):
        is_alone = segment.task == TEXT_ALONE
        first = FIRST_POSITION + (1 if is_alone else len(vocabulary.prefix))
        size = len(segment.ids) - 1  # the last token, </s>, is never read
        start = len(ids)
        if start + size > MAX_ROW:
            continue
        ids += segment.ids[:-1]
        segments += [-number if is_alone else number] * size
        positions += range(first, first + size)
        labels += [IGNORED] * (segment.answer - 1) + segment.ids[segment.answer :]
        for place in range(*segment.given):
            labels[start + place - 1] = IGNORED
        corners += [(start + place - 1, (y * GRID, x * GRID)) for place, x, y in segment.corners]
    return ids, segments, positions, labels, corners


def to_patches(scenes: list[Scene]) -> np.ndarray:
    """The pictures as rows of patches, uint8 [B, 256, 768]."""
    pixels = np.stack([scene.pixels for scene in scenes])
    patches = pixels.reshape(-1, PATCHES, PATCH_SIZE, PATCHES, PATCH_SIZE, 3).transpose(0, 1, 3, 5, 2, 4)
    return patches.reshape(len(scenes), PATCHES**2, 3 * PATCH_SIZE**2)


def patch_targets(scene: Scene, thing_count: int) -> tuple[np.ndarray, np.ndarray]:
    """What is at each patch and how far its box goes: int64 [256], float32 [256, 4].

    Where boxes overlap, the smallest counts; a box between the centres of patches counts for the patch its own centre
    is in.
    """
    things = np.full((PATCHES, PATCHES), thing_count, np.int64)
    extents = np.zeros((PATCHES, PATCHES, 4), np.float32)
    centres = (np.arange(PATCHES, dtype=np.float32) + 0.5) / PATCHES

    def area(thing: tuple[int, tuple[float, ...]]) -> float:
        x1, y1, x2, y2 = thing[1]
        return (x2 - x1) * (y2 - y1)

    for name, (x1, y1, x2, y2) in sorted(scene.things, key=area, reverse=True):
        inside = ((centres >= y1) & (centres <= y2))[:, None] & ((centres >= x1) & (centres <= x2))[None]
        inside[min(PATCHES - 1, int((y1 + y2) / 2 * PATCHES)), min(PATCHES - 1, int((x1 + x2) / 2 * PATCHES))] = True
        rows, columns = np.nonzero(inside)
        things[rows, columns] = name
        y, x = centres[rows], centres[columns]
        extents[rows, columns] = np.stack([x - x1, y - y1, x2 - x, y2 - y], -1)
    return things.reshape(-1), extents.reshape(-1, 4)


def batches_of_pool(pool: list[Scene], batch_size: int) -> list[list[Scene]]:
    """Cuts a pool of scenes into batches of rows of like length, which need little padding, in a shuffled order.

    Scenes without texts, collages, are dealt out to the batches in turn. The order is a function of the pool: a resumed
    training comes to the same batches.
    """
    ordered = sorted((scene for scene in pool if scene.segments), key=row_length)
    collages = [scene for scene in pool if not scene.segments]
    count = min(-(-len(pool) // batch_size), len(ordered) or len(pool))
    bounds = [index * len(ordered) // count for index in range(count + 1)]
    batches = [ordered[start:end] + collages[index::count] for index, (start, end) in enumerate(pairwise(bounds))]
    random.Random(pool[0].seed).shuffle(batches)
    return batches
