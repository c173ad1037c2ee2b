"""The saved state of a training: written whole or not at all, refused when it is damaged or of another training."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import torch

# What the file begins with; a checksum and what torch writes follow.
KIND = b"training of kosmos2-tiny\n"
VERSION = 4
KEYS = {
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
    "version",
    "weights",
}


class StateError(RuntimeError):
    """A state that cannot be used or written; the message names the file."""


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Writes a state beside its place and renames it. Raises StateError when the disk is full."""
    buffer = io.BytesIO()
    torch.save({"version": VERSION, **state}, buffer)
    data = buffer.getvalue()
    aside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with aside.open("wb") as file:
            file.write(KIND + digest(data) + data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        reason = "the disk is full; free about 200 MB" if error.errno == errno.ENOSPC else str(error)
        raise StateError(f"{path} could not be written: {reason}; the state before it is still there") from error
    finally:
        aside.unlink(missing_ok=True)


def read_state(path: Path) -> dict[str, Any]:
    """Reads a state. Raises StateError when it is damaged, or not the state of such a training."""
    content = path.read_bytes()
    if not content.startswith(KIND):
        raise StateError(f"{path} is no state of this training; move it away to begin anew")
    start = len(KIND) + hashlib.sha256().digest_size
    data = content[start:]
    if content[len(KIND) : start] != digest(data):
        raise StateError(f"{path} is damaged: its checksum is another; move it away to begin anew")
    state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    if state.get("version") != VERSION:
        raise StateError(f"{path} has version {state.get('version')} of the state, and {VERSION} is read here")
    if missing := sorted(KEYS - state.keys()):
        raise StateError(f"{path} lacks {', '.join(missing)}; move it away to begin anew")
    return state


def digest(data: bytes) -> bytes:
    """The checksum that is written before the data."""
    return hashlib.sha256(data).digest()
