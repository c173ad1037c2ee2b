"""Trains the embedded model on scenes of the generator. `npm run train` calls this; its --help has the options."""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from transformers.utils import logging

from export import ExportError, export
from heap import give_back_memory
from packing import pack
from sitting import Interrupted, Interruption, duration, only_one, use_all_cores
from state import StateError
from stream import StreamError
from training import Training
from vocabulary import VocabularyError
from warm_start import WarmStartError
from wrapper import Losses, LookLosses

REPORT_SECONDS = 20
SAVE_SECONDS = 180
VALIDATION_SECONDS = 600


class TrainingError(RuntimeError):
    """The training went wrong and was stopped."""


class Journal:
    """What is told: lines on the terminal, and everything in metrics.jsonl."""

    def __init__(self, folder: Path) -> None:
        self.file = (folder / "metrics.jsonl").open("a", encoding="utf-8")

    def write(self, event: str, line: str | None, **figures: Any) -> None:
        """Appends a record, and prints a line for it."""
        rounded = {name: round(value, 5) if isinstance(value, float) else value for name, value in figures.items()}
        self.file.write(f"{json.dumps({'event': event, 'time': round(time.time()), **rounded})}\n")
        self.file.flush()
        if line is not None:
            print(line, flush=True)


class Means:
    """Means of losses since they were last asked for."""

    def __init__(self) -> None:
        self.sum: torch.Tensor | None = None
        self.count = 0
        self.names: list[str] = []
        self.start = time.perf_counter()

    def add(self, losses: Losses | LookLosses) -> None:
        """Adds a step's losses."""
        self.names = [field.name for field in fields(losses)]
        values = torch.stack([getattr(losses, name).detach().float() for name in self.names])
        self.sum = values if self.sum is None else self.sum + values
        self.count += 1

    @property
    def seconds(self) -> float:
        """Since the last time."""
        return time.perf_counter() - self.start

    def take(self) -> dict[str, float]:
        """The means, and a new beginning."""
        values = (self.sum / self.count).tolist() if self.sum is not None else []
        means = dict(zip(self.names, values, strict=False))
        self.sum, self.count, self.start = None, 0, time.perf_counter()
        return means


def report(training: Training, journal: Journal, means: Means, left: float) -> None:
    """Tells of the last steps."""
    speed = means.count * training.batch_size / means.seconds
    figures = means.take()
    if not math.isfinite(figures["total"]):
        raise TrainingError(f"the loss is {figures['total']} before step {training.step}; the last saved state is kept")
    if "names_right" in figures:
        told = f"of {training.collages} collages  loss {figures['total']:.3f}  names right {figures['names_right']:.3f}"
    else:
        told = (
            f"pictures  loss words {figures['words']:.3f} boxes {figures['boxes']:.3f} "
            f"places {figures['places']:.4f}  "
            f"words right {figures['word_accuracy']:.3f}  cells off {figures['cell_distance']:.2f}"
        )
    line = f"step {training.step}  {training.pictures} {told}  {speed:.0f} a second  {duration(left)}"
    common = {"step": training.step, "pictures": training.pictures, "minutes": training.seconds / 60}
    journal.write("training", line, **common, pictures_per_second=speed, rate=training.rate, **figures)


def validate(
    training: Training, journal: Journal, interruption: Interruption, averaged: bool = True
) -> dict[str, float]:
    """Measures on the validation scenes, and tells of it."""
    start = time.perf_counter()
    figures = training.validate(interruption.check, averaged)
    seconds = time.perf_counter() - start
    shown = ("score", "caption_f1", "caption_iou", "grounding_recall", "grounding_iou", "question", "naming", "exact_text")
    which = "averaged weights" if averaged else "last weights"
    values = "  ".join(f"{name} {figures[name]:.3f}" for name in shown if name in figures)
    line = f"validation of the {which} in {seconds:.0f} s: {values}"
    journal.write("validation", line, step=training.step, averaged=averaged, seconds=seconds, **figures)
    return figures


def run(training: Training, options: argparse.Namespace, journal: Journal, interruption: Interruption) -> None:
    """Trains until a limit, the schedule's end, or an interruption (raises Interrupted); saves every few minutes."""
    looks, feeder = training.looks, training.feeder(options.streams)
    start = saved = validated = time.perf_counter()
    means = Means()
    last_step = None if options.steps is None else training.step + options.steps
    try:
        while True:
            interruption.check()
            now = time.perf_counter()
            spent = now - start
            limited = options.minutes is not None and options.finish is None and spent >= options.minutes * 60
            if training.finished or limited or training.step == last_step:
                return
            if looks != training.looks:
                feeder.close()
                looks, feeder, means = training.looks, training.feeder(options.streams), Means()
            means.add(training.take_step(*feeder.next()))
            if means.seconds < REPORT_SECONDS:
                continue
            # Only what was seen to be sound is saved.
            minutes = options.minutes if options.finish is None else None
            report(training, journal, means, training.time_left(minutes, last_step, spent))
            if now - saved >= SAVE_SECONDS:
                training.save()
                give_back_memory()
                saved = now
            if not looks and now - validated >= options.validate_every * 60:
                validate(training, journal, interruption)
                validated = time.perf_counter()
                means = Means()
    finally:
        feeder.close()


def write_checkpoint(training: Training, journal: Journal, interruption: Interruption, folder: Path) -> None:
    """Exports the better of the averaged and the last weights."""
    averaged = validate(training, journal, interruption)
    last = validate(training, journal, interruption, averaged=False)
    batch = pack(training.validation_scenes[:4], training.vocabulary, len(training.things))
    if averaged["score"] >= last["score"]:
        with training.average.in_place():
            difference = export(training.view, training.processor_folder, folder, batch)
    else:
        difference = export(training.view, training.processor_folder, folder, batch)
    size = (folder / "model.safetensors").stat().st_size / 1e6
    which = "averaged" if averaged["score"] >= last["score"] else "last"
    line = f"{folder}: the {which} weights, {size:.1f} MB; scores are the trained ones to {difference:.4f}"
    journal.write("export", line, step=training.step, which=which, difference=difference)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; scripts/train.mjs checks them first and says what they mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node", required=True, help="the Node that runs the generator")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--from", dest="source")
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--finish", type=float)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--validate-every", type=float, default=VALIDATION_SECONDS / 60)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--collages", type=int)
    parser.add_argument("--export-only", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    options = parse(arguments)
    use_all_cores()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("--device cuda: torch finds no CUDA device here; train with --device cpu", file=sys.stderr)
        return 1
    logging.disable_progress_bar()
    interruption = Interruption()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        if options.export_only:
            return export_only(options, interruption)
        with only_one(options.folder):
            return train(options, interruption)
    except Interrupted:
        return Interrupted.STATUS
    except (ExportError, StateError, StreamError, TrainingError, VocabularyError, WarmStartError) as error:
        # An interruption ends the generator too.
        if interruption.asked:
            return Interrupted.STATUS
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or options.folder}: {error.strerror}; the last saved state is kept", file=sys.stderr)
        return 1


def train(options: argparse.Namespace, interruption: Interruption) -> int:
    """Trains and exports."""
    training = Training(
        options.folder, options.node, options.device, options.batch, options.source, options.collages, options.seed
    )
    journal = Journal(options.folder)
    begins = f"Goes on at step {training.step}" if training.step else "Begins"
    parameters = sum(parameter.numel() for parameter in training.view.model.parameters())
    size = f"{parameters / 1e6:.2f} M parameters, {training.vocabulary.size} ids, {len(training.things)} things"
    line = f"{begins}: {size}, {training.device.type}"
    journal.write("start", line, step=training.step, batch=training.batch_size, parameters=parameters)
    if options.rate is not None:
        training.learn_at(options.rate)
    # Asked for in the same way again after an interruption, the end comes when it was to come.
    if options.finish is not None and training.schedule.finish_seconds != options.finish * 60:
        if math.isinf(training.schedule.end):
            training.save(options.folder / "before-finish.pt")
        training.finish_in(options.finish * 60, max(0.0, (options.minutes or 0) - options.finish) * 60)
    try:
        run(training, options, journal, interruption)
    except (Interrupted, StreamError):
        training.save()
        raise
    training.save()
    write_checkpoint(training, journal, interruption, options.folder / "checkpoint")
    # Not sooner: a finished training that was interrupted before its export is exported when it is run again.
    if training.finished:
        training.go_on()
        training.save()
    return 0


def export_only(options: argparse.Namespace, interruption: Interruption) -> int:
    """Exports the saved state, also while it is being trained."""
    if not (options.folder / "state.pt").exists():
        raise StateError(f"{options.folder} has no state.pt to export; train first")
    training = Training(options.folder, options.node, options.device, options.batch)
    write_checkpoint(training, Journal(options.folder), interruption, options.folder / "checkpoint")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
