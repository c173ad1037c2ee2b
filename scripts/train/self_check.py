"""Checks in seconds what the training rests on, with scenes made here and no generator; prints what was compared.

    PYTHON scripts/train/self_check.py

- A packed row gives what its texts give one by one in transformers' plain model, and collages beside it change nothing.
- The exported checkpoint is the trained model; a training can begin from it, or from one with fewer layers or patches.
- A blend of two checkpoints lies between them.
- The box refiner as it is written is the trained one, and it learns the borders of plain boxes.
- Saved and resumed, a training takes exactly the same next step; damaged and foreign states are refused.
"""

from __future__ import annotations

import copy
import json
import random
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from blend import BlendError, blend
from box_refiner import BoxRefiner, boxes_at, look, loss, places_of, windows_around
from export import LARGEST_DIFFERENCE, export, largest_difference
from model import GRID, IMAGE_SIZE, build
from optimizers import Average, Schedule, make_optimizers
from packing import NO_SEGMENT, TEXT_ALONE, Batch, batches_of_pool, pack
from state import MODEL, StateError, read_state, write_state
from stream import Scene, Segment
from train_box_refiner import roughly
from vocabulary import Vocabulary, write_processor
from warm_start import WarmStartError, at_places, take_weights
from wrapper import TrainingView

LETTERS = "abcdefghijklmnopqrst"
WORDS = [f"word{LETTERS[i % 10]}{LETTERS[i // 10]}" for i in range(200)] + ["a", "an", "the", "is", "It"]
NAMES = [(f"word{letter}a", f"word{letter}b") for letter in "abcde"]
TOLERANCE = 2e-3


def make_scene(seed: int, vocabulary: Vocabulary) -> Scene:
    """A scene of noise with texts of random words and boxes."""
    draw = random.Random(seed)
    things = []
    for _ in range(draw.randint(0, 4)):
        x, y = draw.uniform(0, 0.7), draw.uniform(0, 0.7)
        things.append((draw.randrange(len(NAMES)), (x, y, x + draw.uniform(0.05, 0.3), y + draw.uniform(0.05, 0.3))))
    segments = []
    for _ in range(draw.randint(3, 8)):
        prompt = [draw.randrange(4, 94) for _ in range(draw.randint(1, 9))]
        answer: list[int] = [draw.randrange(4, 94) for _ in range(draw.randint(0, 6))]
        corners = []
        for _, (x1, y1, x2, y2) in things[: draw.randint(0, 2)]:
            for x, y in ((x1, y1), (x2, y2)):
                corners.append((len(prompt) + len(answer), x, y))
                answer.append(vocabulary.first_patch + int(y * GRID) * GRID + int(x * GRID))
        # Text without a picture is packed in its own way, and has no boxes.
        task = "caption" if corners else draw.choice(("caption", TEXT_ALONE))
        segments.append(Segment(task, [*prompt, *answer, vocabulary.end], len(prompt), corners))
    pixels = np.random.default_rng(seed).integers(0, 256, (IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
    return Scene(seed, things, segments, pixels)


def learn(view: TrainingView, optimizers: list[torch.optim.Optimizer], average: Average, batch: Batch) -> float:
    """One step in float32; the loss before it."""
    losses = view(batch)
    for optimizer in optimizers:
        optimizer.zero_grad()
    losses.total.backward()
    for optimizer in optimizers:
        optimizer.step()
    average.update(1)
    return float(losses.total.detach())


def check(claim: str, holds: bool, figure: object) -> None:
    """Prints a claim and ends the program when it does not hold."""
    print(f"{'ok' if holds else 'FAILED'}: {claim} ({figure})")
    if not holds:
        sys.exit(1)


def refused(path: Path) -> bool:
    """Whether a state is refused by its name."""
    try:
        read_state(path)
    except StateError as error:
        return path.name in str(error)
    return False


def main() -> None:
    """Runs all checks."""
    # On several threads sums are made in another order every time.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vocabulary = write_processor(WORDS, [".", ","], folder / "processor")
        scenes = [make_scene(seed, vocabulary) for seed in range(12)]
        batches = [pack(part, vocabulary, len(NAMES)) for part in batches_of_pool(scenes, 4)]
        view = TrainingView(build(vocabulary.size), vocabulary, NAMES)
        optimizers, average = make_optimizers(view, False), Average(view)
        losses = [learn(view, optimizers, average, batch) for batch in batches[:2] * 3]
        check("the loss falls", losses[-1] < losses[0], f"{losses[0]:.2f} to {losses[-1]:.2f}")

        with torch.no_grad():
            usual = view.logits(batches[0])
            view.attend_plainly(True)
            difference = float((view.logits(batches[0]) - usual).abs().max())
            view.attend_plainly(False)
        check("the plain attention is transformers' own", difference < TOLERANCE, f"{difference:.1e}")
        view.write_back()
        check("the row has texts without the picture", bool((batches[0].segments[0] < NO_SEGMENT).any()), "row 0")
        difference = largest_difference(view, view.model.eval(), batches[0])
        check("packed texts score as each alone in the plain model", difference < TOLERANCE, f"{difference:.1e}")
        check_corner_loss(view, batches[0])
        check_given(vocabulary, scenes)
        check_collages(view, vocabulary, scenes)

        difference = export(view, folder / "processor", folder / "checkpoint", batches[0])
        check("the float16 export scores as the trained model", difference < LARGEST_DIFFERENCE, f"{difference:.1e}")
        config = json.loads((folder / "checkpoint" / "processor_config.json").read_text(encoding="utf-8"))
        size = config["image_processor"]["size"]
        check("pictures are brought to the model's size", size == {"height": IMAGE_SIZE, "width": IMAGE_SIZE}, size)
        again = TrainingView(build(vocabulary.size, 1), vocabulary, NAMES)
        unknown = take_weights(again, vocabulary, folder / "checkpoint")
        difference = float((again.logits(batches[0]) - view.logits(batches[0])).detach().abs().max())
        begun = unknown == 0 and difference < LARGEST_DIFFERENCE
        check("a training begins from the export", begun, f"{difference:.1e}")

        check_blending(folder)
        check_growing(folder, view, vocabulary, batches[0])
        check_box_refiner()
        check_resuming(folder, view, optimizers, average, vocabulary, batches)
        schedule = Schedule(100.0, 50.0, 0.5)
        shares = [schedule.share(10**6, seconds) for seconds in (0, 100, 125, 150)]
        check("the rate falls to zero when asked", shares == [0.5, 0.5, 0.25, 0], shares)


@torch.no_grad()
def check_corner_loss(view: TrainingView, batch: Batch) -> None:
    """The products of rows and columns give the loss that the whole table of patches gives."""
    losses = view(batch)
    asked = batch.labels >= 0
    logs = view.logits(batch)[asked].log_softmax(-1)
    labels, corners = batch.labels[asked], batch.corners[asked]
    is_patch = labels >= view.first_patch
    centres = torch.arange(GRID) + 0.5
    near = (centres[:, None] - corners[is_patch, 0, None, None]) ** 2
    near = near + (centres[None, :] - corners[is_patch, 1, None, None]) ** 2
    target = torch.softmax(-near.flatten(1) * 2, -1)
    boxes = -(logs[is_patch, view.first_patch :] * target).sum(-1).mean()
    words = -logs[~is_patch].gather(1, labels[~is_patch, None]).mean()
    difference = max(float((losses.boxes - boxes).abs()), float((losses.words - words).abs()))
    check("the losses are those of the softmax over all tokens", difference < TOLERANCE, f"{difference:.1e}")

    def places(scores: torch.Tensor, best: torch.Tensor) -> torch.Tensor:
        """Mean row and column [2], by scores [1024] of patches, of the 3 x 3 cells about the best one."""
        row, column = divmod(int(best.argmax()), GRID)
        rows, columns = (torch.arange(max(0, cell - 1), min(GRID, cell + 2)) for cell in (row, column))
        beliefs = scores.unflatten(0, (GRID, GRID))[rows][:, columns].flatten().softmax(0)
        return beliefs @ torch.cartesian_prod(rows, columns).float()

    beliefs, corners = logs[is_patch, view.first_patch :], corners[is_patch]
    upper, lower = corners[::2], corners[1::2]
    sides = (lower - upper).clamp(min=1).repeat_interleave(2, 0)
    read = [places(belief, belief) for belief in beliefs]
    right = [places(scores, belief) for scores, belief in zip(-near.flatten(1) * 2, beliefs, strict=True)]
    off = ((torch.stack(read) - torch.stack(right)).abs() / sides).mean()
    difference = float((losses.places - off).abs())
    told = f"{difference:.1e} of {off:.2f}"
    check("and the distance is that of the places that are read", difference < TOLERANCE, told)


def check_given(vocabulary: Vocabulary, scenes: list[Scene]) -> None:
    """What is given of an answer is read as the rest is, and is nothing to be predicted."""
    scene = next(scene for scene in scenes if len(scene.segments[0].corners) == 2)
    first, *others = scene.segments
    given = (first.corners[0][0], first.corners[1][0] + 1)
    usual, told = (
        pack([replace(scene, segments=[replace(first, given=part), *others])], vocabulary, len(NAMES))
        for part in ((0, 0), given)
    )
    changed = (usual.labels != told.labels).nonzero()[:, 1].tolist()
    same = torch.equal(usual.ids, told.ids) and bool((told.labels[usual.labels != told.labels] < 0).all())
    check("what is given is read and not learned", same and changed == [place - 1 for place in range(*given)], changed)


@torch.no_grad()
def check_collages(view: TrainingView, vocabulary: Vocabulary, scenes: list[Scene]) -> None:
    """Collages come into every batch and every part of one, and leave the losses of the texts as they are."""
    collages = [replace(scene, segments=[]) for scene in scenes]
    batches = [pack(part, vocabulary, len(NAMES)) for part in batches_of_pool([*scenes, *collages], 8)]
    parts = [part for batch in batches for part in batch.parts(2)]
    texts = [(len(part.ids), len(part.rows_with_text())) for part in parts]
    check("each part of a batch has texts and collages", texts == [(4, 2)] * 6, texts)
    mixed = view(batches[0])
    alone = view(batches[0].rows(batches[0].rows_with_text()))
    difference = max(float((getattr(mixed, name) - getattr(alone, name)).abs()) for name in ("words", "boxes"))
    check("collages change nothing in the losses of texts", difference < TOLERANCE, f"{difference:.1e}")
    change = float((mixed.auxiliary - alone.auxiliary).abs())
    check("but in those of what is at each patch", change > TOLERANCE, f"{change:.1e}")


@torch.no_grad()
def check_blending(folder: Path) -> None:
    """A blend's weights lie where its share says, and no other architecture is blended in."""
    mixed, whole = folder / "mixed", folder / "checkpoint"
    shutil.copytree(whole, folder / "zero")
    zeros = {name: torch.zeros_like(tensor) for name, tensor in load_file(whole / "model.safetensors").items()}
    save_file(zeros, folder / "zero" / "model.safetensors", {"format": "pt"})
    blend(whole, folder / "zero", 0.75, mixed)
    one, blended = load_file(whole / "model.safetensors"), load_file(mixed / "model.safetensors")
    largest = max(float((blended[name].float() - 0.75 * one[name].float()).abs().max()) for name in one)
    check("a blend's weights lie between those of its checkpoints", largest < TOLERANCE, f"{largest:.1e}")
    save_file(dict(list(zeros.items())[1:]), folder / "zero" / "model.safetensors", {"format": "pt"})
    try:
        blend(whole, folder / "zero", 0.5, folder / "other")
        problem = "blended"
    except BlendError as error:
        problem = str(error)
    refused_whole = next(iter(zeros)) in problem and "not there" in problem and not (folder / "other").exists()
    check("a checkpoint that lacks a weight is not blended", refused_whole, problem[:60])


@torch.no_grad()
def check_growing(folder: Path, view: TrainingView, vocabulary: Vocabulary, batch: Batch) -> None:
    """A layer more than the checkpoint has changes nothing at first, and new places lie between those it has."""
    smaller, path = copy.deepcopy(view.model), folder / "smaller"
    del smaller.vision_model.model.encoder.layers[-1]
    smaller.config.vision_config.num_hidden_layers -= 1
    shutil.copytree(folder / "processor", path)
    smaller.save_pretrained(path)
    grown = TrainingView(build(vocabulary.size, 3), vocabulary, NAMES)
    take_weights(grown, vocabulary, path)
    _, wanted = TrainingView(smaller, vocabulary, NAMES).see(batch.patches)
    difference = float((grown.see(batch.patches)[1] - wanted).abs().max())
    check("a training begins from a checkpoint with a layer less", difference < TOLERANCE, f"{difference:.1e}")

    larger = copy.deepcopy(view.model)
    layers = larger.vision_model.model.encoder.layers
    layers.append(copy.deepcopy(layers[-1]))
    larger.config.vision_config.num_hidden_layers += 1
    larger.save_pretrained(path)
    try:
        take_weights(grown, vocabulary, path)
        problem = "taken"
    except WarmStartError as error:
        problem = str(error)
    check("a checkpoint with a layer more is refused", "not trained, vision_model" in problem, problem[-120:])

    def slope(side: int) -> torch.Tensor:
        middles = (torch.arange(side) + 0.5) / side
        return torch.cartesian_prod(middles, middles)

    no_square = torch.zeros(61, 2)
    check("places of no square stay as they are", at_places(no_square, 196) is no_square, len(no_square))
    # Within a tenth of a patch. Beside the border there is nothing to go on with: the slope flattens.
    of_none = torch.full((1, 2), 9.0)
    for name, end in (("patches", None), ("latents", -1)):
        found = at_places(torch.cat([of_none, slope(10)[:end]]), len(slope(14)[:end]) + 1)
        inner = slice(2 * 14, 10 * 14)
        off = (found[1:][inner] - slope(14)[inner]).unflatten(0, (-1, 14))[:, 2:-2].abs().max()
        same = torch.equal(found[:1], of_none)
        check(f"new {name} lie between those of the checkpoint", same and float(off) < 0.1 / 14, f"{float(off):.1e}")


def check_box_refiner() -> None:
    """Folded weights compute what the normed ones do, and places go to boxes and back."""
    torch.manual_seed(0)
    trained, written = BoxRefiner(), BoxRefiner()
    draw = np.random.default_rng(0)
    boxes = np.sort(draw.uniform(0.05, 0.95, (16, 2, 2)), axis=1).reshape(-1, 4)
    boxes = boxes[(boxes[:, 2:] - boxes[:, :2]).min(1) > 0.1]
    pictures = []
    for x1, y1, x2, y2 in np.round(boxes * IMAGE_SIZE).astype(int):
        picture = draw.integers(0, 60, (IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
        picture[y1:y2, x1:x2] += 150
        pictures.append(picture)
    given = roughly(boxes, draw)
    windows = windows_around(given)
    seen, exact = look(pictures, given, windows), places_of(boxes, windows)
    off = np.abs(boxes_at(exact, windows) - boxes).max()
    check("places in windows are those of their boxes", off < 1e-6, f"{off:.1e}")
    optimizer = torch.optim.Adam(trained.parameters(), 3e-3)
    costs = []
    for _ in range(30):
        divergence, distance = loss(trained(seen), exact)
        optimizer.zero_grad()
        (divergence + distance).backward()
        optimizer.step()
        costs.append(float(divergence.detach()))
    check("a box refiner learns", costs[-1] < costs[0] / 2, f"{costs[0]:.2f} to {costs[-1]:.2f}")
    written.take(trained.weights())
    trained.eval()
    written.eval()
    with torch.inference_mode():
        difference = float((trained(seen) - written(seen)).abs().max())
    check("the written box refiner is the trained one", difference < TOLERANCE, f"{difference:.1e}")


def check_resuming(
    folder: Path,
    view: TrainingView,
    optimizers: list[torch.optim.Optimizer],
    average: Average,
    vocabulary: Vocabulary,
    batches: list[Batch],
) -> None:
    """A state read again gives the same next step, and a damaged one is refused."""
    path = folder / "state.pt"
    saved = dict.fromkeys(MODEL.keys, 0)
    saved |= {"weights": view.state_dict(), "average": average.values}
    saved |= {"optimizers": [optimizer.state_dict() for optimizer in optimizers]}
    write_state(path, saved)
    data = path.read_bytes()
    learn(view, optimizers, average, batches[1])
    again = TrainingView(build(vocabulary.size, 2), vocabulary, NAMES)
    others, other_average = make_optimizers(again, False), Average(again)
    state = read_state(path)
    again.load_state_dict(state["weights"])
    other_average.load(state["average"])
    for optimizer, values in zip(others, state["optimizers"], strict=True):
        optimizer.load_state_dict(values)
    learn(again, others, other_average, batches[1])
    pairs = list(zip(view.state_dict().values(), again.state_dict().values(), strict=True))
    pairs += zip(average.values.values(), other_average.values.values(), strict=True)
    same = all(torch.equal(one, other) for one, other in pairs)
    check("a resumed training takes the same next step", same, f"{len(pairs)} tensors equal")

    broken = folder / "broken.pt"
    broken.write_bytes(data[: len(data) // 2])
    check("half a state is refused", refused(broken), broken.name)
    middle = len(data) // 2
    broken.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
    check("a state with a wrong bit is refused", refused(broken), broken.name)
    torch.save({"kind": "another"}, broken)
    check("another program's state is refused", refused(broken), broken.name)


if __name__ == "__main__":
    main()
