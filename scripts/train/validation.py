"""How good the model is on scenes that it is never trained on, by transformers' own greedy decoding.

The figures are for watching a training; `npm run evaluate` has the ones that are published.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import Kosmos2ForConditionalGeneration
from transformers.models.kosmos2.processing_kosmos2 import patch_index_to_coordinate

from model import GRID
from packing import TEXT_ALONE, to_patches
from stream import Scene, Segment
from vocabulary import Vocabulary

FIRST_SEED = 1000
SCENES = 128
GROUP = 128
# How many tokens more than the right answer has an answer may have.
SLACK = 8
RIGHT_OVERLAP = 0.5
# Tasks by what is measured on them.
CAPTIONS = ("caption", "detail")
BOXES = ("grounding", "referring", "groundingMany")

Box = tuple[float, ...]


@dataclass(frozen=True)
class Entity:
    """A phrase of an answer without its article, as ids, and its boxes."""

    name: tuple[int, ...]
    boxes: list[Box]


def overlap(one: Box, other: Box) -> float:
    """Intersection over union of two boxes; 0 for a box without area."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((one[2] - one[0]) * (one[3] - one[1]) + (other[2] - other[0]) * (other[3] - other[1]) - both)


def entities(
    ids: list[int], vocabulary: Vocabulary, exact: dict[int, tuple[float, float]] | None = None
) -> list[Entity]:
    """The phrases with boxes of an answer; `exact` has the corners' coordinates by their index in `ids`."""
    known, found, name, index = vocabulary.ids, [], (), 0
    while index < len(ids):
        if ids[index] == known["<phrase>"]:
            end = index + 1
            while end < len(ids) and ids[end] != known["</phrase>"]:
                end += 1
            name = tuple(ids[index + 1 : end])
            name = name[1:] if name and name[0] in vocabulary.articles else name
            index = end
        elif ids[index] == known["<object>"]:
            end = index + 1
            while end < len(ids) and ids[end] != known["</object>"]:
                end += 1
            places = [place for place in range(index + 1, end) if ids[place] >= vocabulary.first_patch]
            boxes = []
            for upper, lower in zip(places[::2], places[1::2], strict=False):
                if exact is not None:
                    boxes.append((*exact[upper], *exact[lower]))
                else:
                    cells = [ids[place] - vocabulary.first_patch for place in (upper, lower)]
                    boxes.append(tuple(float(value) for value in patch_index_to_coordinate(*cells, GRID)))
            found.append(Entity(name, boxes))
            index = end
        index += 1
    return found


def matched(answers: list[Entity], truth: list[Entity], with_names: bool) -> list[float]:
    """The overlaps of answered boxes with the right ones, one to one, the best first."""
    pairs = [
        (overlap(box, right), (i, j), (k, l))
        for i, answer in enumerate(answers)
        for j, box in enumerate(answer.boxes)
        for k, entity in enumerate(truth)
        for l, right in enumerate(entity.boxes)
        if not with_names or answer.name == entity.name
    ]
    found: list[float] = []
    used: set[tuple[str, tuple[int, int]]] = set()
    for value, answer, right in sorted(pairs, reverse=True):
        if ("answer", answer) not in used and ("right", right) not in used:
            used |= {("answer", answer), ("right", right)}
            found.append(value)
    return found


@torch.inference_mode()
def generate(
    model: Kosmos2ForConditionalGeneration,
    vocabulary: Vocabulary,
    scenes: list[Scene],
    encode: Callable[[Tensor], Tensor],
    check: Callable[[], None],
) -> list[tuple[Segment, list[int]]]:
    """Answers every text of the scenes; `encode` makes latents of patches, `check` may raise between groups."""
    device = model.device
    parts = [scenes[start : start + 32] for start in range(0, len(scenes), 32)]
    latents = torch.cat([encode(torch.from_numpy(to_patches(part)).to(device)) for part in parts])
    groups: dict[tuple[int, bool, bool], list[tuple[int, Segment]]] = defaultdict(list)
    for index, scene in enumerate(scenes):
        for segment in scene.segments:
            # Prompts of one length need no padding; long answers keep short ones waiting.
            is_long, is_alone = len(segment.ids) - segment.answer > 16, segment.task == TEXT_ALONE
            groups[segment.answer, is_long, is_alone].append((index, segment))
    answered = []
    for (_, _, is_alone), group in groups.items():
        prefix = vocabulary.prefix[:1] if is_alone else vocabulary.prefix
        for start in range(0, len(group), GROUP):
            check()
            part = group[start : start + GROUP]
            ids = torch.tensor([prefix + item.ids[: item.answer] for _, item in part], device=device)
            longest = max(len(item.ids) - item.answer for _, item in part)
            options: dict[str, Any] = {"max_new_tokens": longest + SLACK, "do_sample": False}
            options |= {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
            if is_alone:
                output = model.text_model.generate(**options)
            else:
                places = torch.zeros_like(ids)
                places[:, 2 : len(prefix) - 1] = 1
                embeds = latents[[index for index, _ in part]]
                output = model.generate(image_embeds=embeds, image_embeds_position_mask=places, **options)
            for (_, segment), row in zip(part, output[:, ids.shape[1] :].tolist(), strict=True):
                end = row.index(vocabulary.end) if vocabulary.end in row else len(row)
                answered.append((segment, row[:end]))
    return answered


def measure(answered: list[tuple[Segment, list[int]]], vocabulary: Vocabulary) -> dict[str, float]:
    """The figures: shares of 1, and the number of texts."""
    tags = {index for token, index in vocabulary.ids.items() if token.startswith("<")}

    def words(ids: list[int]) -> list[int]:
        return [index for index in ids if index not in tags]

    counts: dict[str, list[float]] = defaultdict(list)
    hits, answered_things, right_things = 0, 0, 0
    for segment, answer in answered:
        right = segment.ids[segment.answer : -1]
        exact = {place - segment.answer: (x, y) for place, x, y in segment.corners}
        if words(right):
            counts["exact_text"].append(words(answer) == words(right))
        if segment.task in CAPTIONS or segment.task in BOXES:
            truth, found = entities(right, vocabulary, exact), entities(answer, vocabulary)
            overlaps = matched(found, truth, segment.task in CAPTIONS)
            asked = sum(len(entity.boxes) for entity in truth)
            if segment.task in CAPTIONS:
                hits += sum(value >= RIGHT_OVERLAP for value in overlaps)
                answered_things += sum(len(entity.boxes) for entity in found)
                right_things += asked
                counts["caption_iou"] += [value for value in overlaps if value >= RIGHT_OVERLAP]
            else:
                overlaps = (overlaps + [0.0] * asked)[:asked]
                counts[f"{segment.task}_recall"] += [value >= RIGHT_OVERLAP for value in overlaps]
                counts["grounding_iou"] += overlaps
        else:
            counts[segment.task].append(words(answer) == words(right))
    figures = {name: sum(values) / len(values) for name, values in counts.items() if values}
    figures["caption_f1"] = 2 * hits / max(1, answered_things + right_things)
    # One figure by which two sets of weights are compared.
    figures["score"] = (figures["exact_text"] + figures["caption_f1"] + figures.get("grounding_recall", 0.0)) / 3
    return {"texts": len(answered), **dict(sorted(figures.items()))}
