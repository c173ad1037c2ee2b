"""The saved state of a training: written whole or not at all, refused when it is damaged or of another training."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch


@dataclass(frozen=True)
class StateForm:
    """What states of a kind of training look like."""

    kind: bytes  # what the file begins with; a checksum and what torch writes follow
    version: int
    keys: frozenset[str]


MODEL = StateForm(
    b"training of kosmos2-tiny\n",
    4,
    frozenset(
        {
            "average",
            "batch_size",
            "beginning",
            "collages",
            "optimizers",
            "pictures",
            "place",
            "random",
            "schedule",
            "seconds",
            "step",
            "things",
            "tokens",
            "weights",
        }
    ),
)


class StateError(RuntimeError):
    """A state that cannot be used or written; the message names the file."""


def write_state(path: Path, state: dict[str, Any], form: StateForm = MODEL) -> None:
    """Writes a state beside its place and renames it. Raises StateError when the disk is full."""
    buffer = io.BytesIO()
    torch.save({"version": form.version, **state}, buffer)
    data = buffer.getvalue()
    aside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with aside.open("wb") as file:
            file.write(form.kind + digest(data) + data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        reason = "the disk is full; free about 200 MB" if error.errno == errno.ENOSPC else str(error)
        raise StateError(f"{path} could not be written: {reason}; the state before it is still there") from error
    finally:
        aside.unlink(missing_ok=True)


def read_state(path: Path, form: StateForm = MODEL) -> dict[str, Any]:
    """Reads a state. Raises StateError when it is damaged, or not the state of such a training."""
    content = path.read_bytes()
    if not content.startswith(form.kind):
        raise StateError(f"{path} is no state of this training; move it away to begin anew")
    start = len(form.kind) + hashlib.sha256().digest_size
    data = content[start:]
    if content[len(form.kind) : start] != digest(data):
        raise StateError(f"{path} is damaged: its checksum is another; move it away to begin anew")
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    if state.get("version") != form.version:
        raise StateError(f"{path} has version {state.get('version')} of the state, and {form.version} is read here")
    if missing := sorted(form.keys - state.keys()):
        raise StateError(f"{path} lacks {', '.join(missing)}; move it away to begin anew")
    return state


def digest(data: bytes) -> bytes:
    """The checksum that is written before the data."""
    return hashlib.sha256(data).digest()
