"""Trains the box refiner on scenes of the generator. `npm run train -- --box-refiner` calls this."""

from __future__ import annotations

import argparse
import sys
import time
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from box_refiner import BoxRefiner, boxes_at, expected, look, loss, places_of, windows_around
from model import GRID
from sitting import Interrupted, Interruption, duration, only_one, use_all_cores
from state import StateError, StateForm, read_state, write_state
from stream import Scene, SceneStream, StreamError
from validation import FIRST_SEED, SCENES, overlap

FORM = StateForm(
    b"training of a box refiner\n",
    1,
    frozenset({"batch_size", "model", "optimizer", "random", "seed", "seen", "step", "steps"}),
)
WEIGHTS = "box_refiner.safetensors"
FIRST_TRAINING_SEED = 3_000_000
# The generator writes texts too, which are not read here.
VOCABULARY = ("--vocabulary", str(Path(__file__).resolve().parents[2] / "models" / "kosmos2-tiny"))
# Of so many scenes one is a collage: they have most of the small things.
COLLAGE_OF = 4
# Scenes that boxes are drawn from: at first, and in the end, each for about as long.
FIRST_POOL, LARGEST_POOL = 512, 6000
RATE, WARM_UP, DECAY = 4e-3, 0.1, 0.02
# How far the sides of a box are off, in cells of the grid: as those of the model's finer boxes. Most of them are a little,
# those of a side that cannot be seen are by more.
NEAR, FAR, FAR_SHARE = 0.11, 0.5, 0.12
LARGEST_SHARE = 0.25
# Thinner things are not boxed.
THINNEST = 0.03
REPORT_SECONDS, SAVE_SECONDS = 20, 180


class Pool:
    """Scenes to draw boxes from; new ones take the place of the oldest."""

    def __init__(self, stream: SceneStream, generator: np.random.Generator) -> None:
        """Takes the first scenes."""
        self.scenes_to_come = iter(stream)
        self.generator = generator
        self.scenes: list[Scene] = []
        self.taken = 0
        while len(self.scenes) < FIRST_POOL:
            self.take()

    def take(self) -> None:
        """Takes a scene that has things, as most do."""
        while True:
            scene = next(self.scenes_to_come, None)
            if scene is None:
                raise StreamError("the generator has no more scenes")
            self.taken += 1
            if boxes_of(scene):
                break
        if len(self.scenes) < LARGEST_POOL:
            self.scenes.append(scene)
        else:
            self.scenes[self.taken % LARGEST_POOL] = scene

    def draw(self, count: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Pictures and a box in each [N, 4]; half of them are seen in a mirror."""
        pictures, boxes = [], []
        for number in self.generator.integers(len(self.scenes), size=count):
            scene = self.scenes[number]
            own = boxes_of(scene)
            x1, y1, x2, y2 = own[self.generator.integers(len(own))]
            mirrored = self.generator.random() < 0.5
            pictures.append(scene.pixels[:, ::-1] if mirrored else scene.pixels)
            boxes.append((1 - x2, y1, 1 - x1, y2) if mirrored else (x1, y1, x2, y2))
        return pictures, np.array(boxes)


def boxes_of(scene: Scene) -> list[tuple[float, float, float, float]]:
    """The boxes that are learned."""
    return [box for _, box in scene.things if min(box[2] - box[0], box[3] - box[1]) > THINNEST]


def roughly(boxes: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Boxes [N, 4] as the model would have written them."""
    scale = np.where(generator.random(boxes.shape) < FAR_SHARE, FAR, NEAR) / GRID
    limit = LARGEST_SHARE * np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return (boxes + np.clip(generator.laplace(0, scale), -limit, limit)).clip(0, 1)


class Training:
    """The network and everything that a resumed training needs."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Resumes the training in the folder, or begins one."""
        self.path = options.folder / "box-refiner.pt"
        saved = read_state(self.path, FORM) if self.path.exists() else None
        self.steps, self.batch_size = options.steps, options.batch
        if saved is not None and (saved["steps"], saved["batch_size"]) != (self.steps, self.batch_size):
            was = f"--steps {saved['steps']} --batch {saved['batch_size']}"
            raise StateError(f"{self.path} is of a training with {was}: resume it with these, or give another --folder")
        torch.manual_seed(0)
        self.model = BoxRefiner().to(memory_format=torch.channels_last)
        if options.source != "nothing":
            self.model.take(load_file(Path(options.source) / WEIGHTS))
        rate = RATE * options.rate
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=rate, weight_decay=DECAY)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, rate, total_steps=self.steps, pct_start=WARM_UP
        )
        self.generator = np.random.default_rng(0)
        self.seed = FIRST_TRAINING_SEED if options.seed is None else options.seed
        self.step = self.seen = 0
        if saved is not None:
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.generator.bit_generator.state = saved["random"]
            self.seed, self.seen, self.step = saved["seed"], saved["seen"], saved["step"]
            for _ in range(self.step):
                self.schedule.step()

    def save(self, seen: int) -> None:
        """`seen` counts the scenes that were taken since the training was resumed; a resumed one goes on behind them."""
        state = {
            "batch_size": self.batch_size,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": self.generator.bit_generator.state,
            "seed": self.seed,
            "seen": self.seen + seen,
            "step": self.step,
            "steps": self.steps,
        }
        write_state(self.path, state, FORM)

    def take_step(self, pool: Pool) -> tuple[float, float, float]:
        """The divergence, how far places are off in samples, and how far those of the given boxes were."""
        pictures, boxes = pool.draw(self.batch_size)
        given = roughly(boxes, self.generator)
        windows = windows_around(given)
        exact = places_of(boxes, windows)
        windowed = look(pictures, given, windows).contiguous(memory_format=torch.channels_last)
        divergence, off = loss(self.model(windowed), exact)
        self.optimizer.zero_grad()
        (divergence + off).backward()
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        return float(divergence.detach()), float(off.detach()), float((places_of(given, windows) - exact).abs().mean())


@torch.inference_mode()
def validate(model: BoxRefiner, scenes: list[Scene]) -> tuple[float, float]:
    """The mean overlap with the true boxes, of boxes that are roughly right and of what the network makes of them."""
    generator = np.random.default_rng(1)
    pictures = [scene.pixels for scene in scenes for _ in boxes_of(scene)]
    exact = np.array([box for scene in scenes for box in boxes_of(scene)])
    given = roughly(exact, generator)
    windows = windows_around(given)
    model.eval()
    found = boxes_at(expected(model(look(pictures, given, windows))), windows)
    model.train()
    return mean_overlap(given, exact), mean_overlap(found, exact)


def tell_validation(model: BoxRefiner, scenes: list[Scene]) -> None:
    """Validates, and says how well it went."""
    before, after = validate(model, scenes)
    print(f"validation: overlap {after:.4f}, of the given boxes {before:.4f}", flush=True)


def mean_overlap(boxes: np.ndarray, exact: np.ndarray) -> float:
    """Mean intersection over union."""
    return float(np.mean([overlap(tuple(one), tuple(other)) for one, other in zip(boxes, exact, strict=True)]))


def run(training: Training, options: argparse.Namespace, interruption: Interruption) -> None:
    """Trains to the end; saves every few minutes, and when it is interrupted (raises Interrupted)."""
    validation = SceneStream(options.node, FIRST_SEED, "--count", str(SCENES), "--validation", *VOCABULARY)
    try:
        scenes = list(islice(validation, SCENES))
    finally:
        validation.close()
    first = training.seed + training.seen
    stream = SceneStream(options.node, first, "--collages", str(COLLAGE_OF), *VOCABULARY)
    try:
        pool = Pool(stream, training.generator)
        told = saved = time.perf_counter()
        figures: list[tuple[float, float, float]] = []
        while training.step < training.steps:
            if interruption.asked:
                training.save(pool.taken)
            interruption.check()
            figures.append(training.take_step(pool))
            pool.take()
            now = time.perf_counter()
            if now - told >= REPORT_SECONDS:
                divergence, off, before = np.mean(figures, 0)
                left = duration((training.steps - training.step) * (now - told) / len(figures))
                print(
                    f"step {training.step} of {training.steps}  divergence {divergence:.3f}  "
                    f"samples off {off:.3f} (given {before:.3f})  {left}",
                    flush=True,
                )
                told, figures = now, []
            if now - saved >= SAVE_SECONDS:
                training.save(pool.taken)
                tell_validation(training.model, scenes)
                saved = told = time.perf_counter()
                figures = []
        training.save(pool.taken)
    finally:
        stream.close()
    tell_validation(training.model, scenes)
    training.model.eval()
    path = options.folder / WEIGHTS
    tensors = {name: tensor.half().contiguous() for name, tensor in training.model.weights().items()}
    save_file(tensors, path)
    path.chmod(0o644)
    print(f"{path}: {sum(tensor.numel() for tensor in tensors.values()) / 1e6:.2f} M parameters", flush=True)


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node", required=True, help="the Node that runs the generator")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--from", dest="source", default="nothing")
    parser.add_argument("--rate", type=float, default=1.0)
    options = parser.parse_args(arguments)
    use_all_cores()
    interruption = Interruption()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        with only_one(options.folder):
            run(Training(options), options, interruption)
        return 0
    except Interrupted:
        return Interrupted.STATUS
    except (OSError, SafetensorError, StateError, StreamError) as error:
        if interruption.asked:
            return Interrupted.STATUS
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
