"""A training as it stands: the model, what moves it, where in the stream of scenes it is, and its folder.

The folder has `state.pt`, `processor/` (the vocabulary, made when the training begins) and `metrics.jsonl`.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import torch

from feeder import POOL_BATCHES, Feeder, Place
from model import build
from optimizers import LARGEST_GRADIENT, Average, Schedule, make_optimizers, set_rate
from packing import Batch
from precision import has_fast_halves
from state import StateError, read_state, write_state
from stream import Scene, SceneStream, read_words
from validation import FIRST_SEED, SCENES, generate, measure
from vocabulary import Vocabulary, read_vocabulary, write_processor
from warm_start import take_weights
from wrapper import Losses, LookLosses, TrainingView

FIRST_TRAINING_SEED = 1_000_000
# A training from nothing begins with so many collages; behind them, one of so many pictures is another.
COLLAGES = 80_000
COLLAGE_OF = 2
# On a CPU a core works at so many pictures at once: what more of them take no longer lies in its cache.
PICTURES_AT_ONCE = 4


class Training:
    """Weights and everything that a resumed training needs to take the same next step."""

    def __init__(
        self,
        folder: Path,
        node: str,
        device: str,
        batch_size: int,
        source: str | None = None,
        collages: int | None = None,
        seed: int | None = None,
    ) -> None:
        """Resumes the training in `folder`, or begins one: from `source`, a checkpoint's folder, or from nothing.

        One from nothing begins with so many collages; the first picture has this seed. Raises StateError where a training
        that is resumed is told to begin in another way than it did.
        """
        self.folder, self.node, self.device, self.batch_size = folder, node, torch.device(device), batch_size
        self.step, self.pictures, self.seconds = 0, 0, 0.0
        self.place = Place(FIRST_TRAINING_SEED if seed is None else seed, 0)
        # When the last step ended: what comes between steps, such as a validation, is time of the training too.
        self.clock = time.perf_counter()
        self.schedule = Schedule()
        saved = read_state(self.state_path) if self.state_path.exists() else None
        given = {"--from": source, "--collages": collages, "--seed": seed}
        # The command that began a training resumes it, too.
        self.beginning = given if saved is None else saved["beginning"]
        others = [name for name, value in given.items() if value not in (None, self.beginning[name])]
        if others:
            names = " and ".join(others)
            raise StateError(f"{folder} has a training already: resume it without {names}, or give another --folder")
        self.vocabulary = self._own_vocabulary()
        self.names, self.validation_scenes = self._look_at_generator()
        self.things = [name for name, _ in self.names]
        if saved is not None:
            self._check_same(saved)
        self.view = TrainingView(build(self.vocabulary.size), self.vocabulary, self.names)
        self.collages = COLLAGES if collages is None else collages
        if source not in (None, "nothing"):
            take_weights(self.view, self.vocabulary, Path(source))
            self.collages = 0
        self.view.to(self.device)
        self.halved = has_fast_halves(self.device)
        on_cpu = self.device.type == "cpu"
        worker_count = torch.get_num_threads() if on_cpu else 1
        self.workers = make_workers(worker_count)
        self.part_count = max(worker_count, -(-batch_size // PICTURES_AT_ONCE)) if on_cpu else 1
        self.optimizers = make_optimizers(self.view, self.halved)
        self.average = Average(self.view)
        if saved is not None:
            self._take_over(saved)

    @property
    def state_path(self) -> Path:
        """Where the state is saved."""
        return self.folder / "state.pt"

    @property
    def processor_folder(self) -> Path:
        """Where the tokenizer's and the processor's files are."""
        return self.folder / "processor"

    def _own_vocabulary(self) -> Vocabulary:
        if not self.processor_folder.exists():
            aside = self.processor_folder.with_name(f"processor.{os.getpid()}.partial")
            write_processor(*read_words(self.node), aside)
            aside.rename(self.processor_folder)
        return read_vocabulary(self.processor_folder)

    def _look_at_generator(self) -> tuple[list[tuple[str, str]], list[Scene]]:
        stream = self._stream(FIRST_SEED, "--count", str(SCENES), "--validation")
        try:
            return list(zip(stream.header.things, stream.header.plurals, strict=True)), list(stream)
        finally:
            stream.close()

    def _stream(self, first: int, *options: str) -> SceneStream:
        return SceneStream(self.node, first, "--vocabulary", str(self.processor_folder), *options)

    def _check_same(self, saved: dict[str, Any]) -> None:
        for name, now in (("tokens", self._tokens()), ("things", self.things)):
            if saved[name] != now:
                raise StateError(
                    f"{self.state_path} was trained with other {name} than the generator has now: export it "
                    "(--export-only), and begin another training from that (--folder ANOTHER --from EXPORTED)"
                )

    def _tokens(self) -> list[str]:
        ids = self.vocabulary.ids
        return sorted(ids, key=ids.__getitem__)[: self.vocabulary.first_patch]

    def _take_over(self, saved: dict[str, Any]) -> None:
        self.view.load_state_dict(saved["weights"])
        self.average.load(saved["average"])
        for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.step, self.pictures, self.seconds = saved["step"], saved["pictures"], saved["seconds"]
        self.collages = saved["collages"]
        self.schedule = Schedule(**saved["schedule"])
        self.place = Place(**saved["place"])
        if saved["batch_size"] != self.batch_size:
            # Other batches would be cut from the pool: what is left of it is not used.
            self.place = Place(self.place.seed + saved["batch_size"] * POOL_BATCHES, 0)
        torch.set_rng_state(saved["random"]["cpu"])
        if self.device.type == "cuda" and saved["random"]["cuda"] is not None:
            torch.cuda.set_rng_state(saved["random"]["cuda"])

    def save(self, path: Path | None = None) -> None:
        """Saves the state, whole or not at all. Raises StateError when it cannot be written, or is not sound."""
        if not all(bool(parameter.isfinite().all()) for parameter in self.average.parameters.values()):
            raise StateError(f"there are weights that are no numbers after step {self.step}; the last saved state is kept")
        state = {
            "average": self.average.values,
            "batch_size": self.batch_size,
            "beginning": self.beginning,
            "collages": self.collages,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "pictures": self.pictures,
            "place": asdict(self.place),
            "random": {
                "cpu": torch.get_rng_state(),
                "cuda": torch.cuda.get_rng_state() if self.device.type == "cuda" else None,
            },
            "schedule": asdict(self.schedule),
            "seconds": self.seconds,
            "step": self.step,
            "things": self.things,
            "tokens": self._tokens(),
            "weights": self.view.state_dict(),
        }
        write_state(path or self.state_path, state)

    @property
    def looks(self) -> bool:
        """Whether the training is still at its collages."""
        return self.pictures < self.collages

    def feeder(self, streams: int = 1) -> Feeder:
        """Batches from where the training is, drawn by so many processes; another is needed when `looks` changes."""
        options = [] if streams == 1 else ["--stride", str(streams)]
        options += ["--collages", "1" if self.looks else str(COLLAGE_OF)]
        sources = [self._stream(self.place.seed + index, *options) for index in range(streams)]
        return Feeder(sources, self.vocabulary, self.place, self.batch_size)

    @property
    def rate(self) -> float:
        """The learning rate now, as a share of the full one. It rises anew when the collages are over."""
        steps = self.step if self.looks else (self.pictures - self.collages) // self.batch_size
        return self.schedule.share(steps, self.seconds)

    def take_step(self, batch: Batch, after: Place) -> Losses | LookLosses:
        """One step; `after` is the place behind the batch."""
        self.view.train()
        self.view.attend_plainly(self.device.type == "cpu")
        set_rate(self.optimizers, self.rate)
        losses = self._set_gradients(batch)
        torch.nn.utils.clip_grad_norm_(list(self.average.parameters.values()), LARGEST_GRADIENT)
        for optimizer in self.optimizers:
            optimizer.step()
        self.average.update(self.step)
        self.step += 1
        self.pictures += len(batch.ids)
        self.place = after
        now = time.perf_counter()
        self.seconds += now - self.clock
        self.clock = now
        return losses

    def _set_gradients(self, batch: Batch) -> Losses | LookLosses:
        """Sets the gradients of a batch: on a CPU each core works at a few pictures of its own, then at the next few.

        Cores that share every product wait for one another thousands of times a step, and many operations are too small
        to be shared.
        """
        parameters = list(self.average.parameters.values())

        def gradients(part: Batch) -> tuple[Losses | LookLosses, tuple[torch.Tensor | None, ...]]:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.halved):
                losses = (self.view.look if self.looks else self.view)(part.to(self.device))
            return losses, torch.autograd.grad(losses.total, parameters, allow_unused=True)

        parts = list(self.workers.map(gradients, batch.parts(self.part_count)))
        for parameter, *values in zip(parameters, *(values for _, values in parts), strict=True):
            known = [value for value in values if value is not None]
            parameter.grad = sum(known) / len(parts) if known else None
        means = {
            field.name: sum(getattr(losses, field.name).detach() for losses, _ in parts) / len(parts)
            for field in fields(parts[0][0])
        }
        return type(parts[0][0])(**means)

    def learn_at(self, share: float) -> None:
        """Makes a share of the full learning rate the largest one."""
        self.schedule.top = share

    def finish_in(self, seconds: float, after: float = 0.0) -> None:
        """Lets the learning rate fall to zero within so many seconds, beginning `after` seconds from now."""
        self.schedule = Schedule(self.seconds + after, seconds, self.schedule.top)

    def go_on(self) -> None:
        """Leaves the end of the schedule: the learning rate is the largest one again."""
        self.schedule = Schedule(top=self.schedule.top)

    @property
    def finished(self) -> bool:
        """Whether the learning rate has come to zero."""
        return self.seconds >= self.schedule.end

    def validate(self, check: Callable[[], None], averaged: bool = True) -> dict[str, float]:
        """The figures on the validation scenes, of the averaged weights or of the last ones; `check` may raise."""
        self.view.eval()
        self.view.attend_plainly(False)
        if averaged:
            with self.average.in_place():
                return self._validate(check)
        return self._validate(check)

    def _validate(self, check: Callable[[], None]) -> dict[str, float]:
        self.view.write_back()
        answered = generate(
            self.view.model, self.vocabulary, self.validation_scenes, lambda patches: self.view.see(patches)[1], check
        )
        return measure(answered, self.vocabulary)

    def time_left(self, minutes: float | None, steps: int | None, spent: float) -> float:
        """Estimated seconds to the nearest of the limits; infinite without one."""
        left = [self.schedule.end - self.seconds]
        if minutes is not None:
            left.append(minutes * 60 - spent)
        if steps is not None and self.step > 0:
            left.append((steps - self.step) * self.seconds / self.step)
        return max(0.0, min(left, default=math.inf))


def make_workers(count: int) -> ThreadPoolExecutor:
    """Threads for the parts of a batch. Several have one core each; one has what torch has."""
    if count == 1:
        return ThreadPoolExecutor(1)
    return ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,))
