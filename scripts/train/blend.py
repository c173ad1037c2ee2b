"""Blends two checkpoints of one architecture: each weight is a weighted mean of theirs.

    PYTHON scripts/train/blend.py TRAINED BEFORE SHARE FOLDER

FOLDER is TRAINED with that share of its weights, and the rest of BEFORE's. For weights that were trained on from
others: both lie in one hollow of the loss, and what lies between them is often better at what they disagree about
(Wortsman et al., Robust fine-tuning of zero-shot models, https://arxiv.org/abs/2109.01903).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


class BlendError(RuntimeError):
    """The checkpoints cannot be blended."""


def blend(trained: Path, before: Path, share: float, folder: Path) -> None:
    """Writes the blend of two checkpoints' folders into a new one, whole or not at all.

    The means are taken in float32 and written in the type that `trained` has. Raises BlendError for a share that is not
    within 0 and 1, for checkpoints of two architectures, and where a file cannot be read or written.
    """
    if not 0 <= share <= 1:
        raise BlendError(f"the share is from 0 to 1, not {share}")
    if folder.exists():
        raise BlendError(f"{folder} exists already: name a new folder")
    aside = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    try:
        one, other = load_file(trained / WEIGHTS), load_file(before / WEIGHTS)
        for name in sorted(one.keys() | other.keys()):
            shapes = [list(weights[name].shape) if name in weights else "not there" for weights in (one, other)]
            if shapes[0] != shapes[1]:
                raise BlendError(f"{name} is {shapes[0]} in {trained} and {shapes[1]} in {before}")
        mixed = {
            name: (share * tensor.float() + (1 - share) * other[name].float()).to(tensor.dtype)
            for name, tensor in one.items()
        }
        shutil.copytree(trained, aside)
        save_file(mixed, aside / WEIGHTS, {"format": "pt"})
        (aside / WEIGHTS).chmod(0o644)
        aside.rename(folder)
    except (OSError, SafetensorError) as error:
        raise BlendError(f"{trained} and {before} could not be blended: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trained", type=Path, help="a checkpoint's folder")
    parser.add_argument("before", type=Path, help="that of the checkpoint it was trained on from")
    parser.add_argument("share", type=float, help="how much of TRAINED, from 0 to 1")
    parser.add_argument("folder", type=Path, help="the blend's folder, which is made")
    options = parser.parse_args()
    try:
        blend(options.trained, options.before, options.share, options.folder)
    except BlendError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
