"""What a training that takes long needs around it: it can be asked to stop, has its folder to itself, and tells what is left."""

from __future__ import annotations

import fcntl
import math
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from state import StateError


class Interrupted(Exception):
    """Somebody asked the training to stop."""

    # The exit status of a program that was interrupted, as shells count it.
    STATUS = 130


class Interruption:
    """Ctrl-C and SIGTERM, noticed between two steps."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def check(self) -> None:
        """Raises Interrupted when it was asked for."""
        if self.asked:
            raise Interrupted


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Lets one training at a time have a folder."""
    with (folder / "lock").open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StateError(f"{folder} is being trained by another process; stop that first") from error
        yield


def duration(seconds: float) -> str:
    """Hours and minutes, or minutes and seconds."""
    if math.isinf(seconds):
        return "no end set"
    hours, rest = divmod(round(seconds), 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours} h {minutes:02d} min left" if hours else f"{minutes}:{rest:02d} min left"


def use_all_cores() -> None:
    """Lets torch compute on all processors that this process may use."""
    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
