"""Makes the golden of the box refiner: what torch makes of boxes that are nearly right, with the embedded model's weights.

    python scripts/goldens/box_refiner.py

Needs what the training needs (scripts/train/requirements.txt). To be run after the box refiner was trained anew.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts/train"))

from box_refiner import BoxRefiner, boxes_at, expected, look, windows_around  # noqa: E402
from model import IMAGE_SIZE  # noqa: E402

PICTURE = ROOT / "data/scenes/four.png"
GOLDEN = ROOT / "test/goldens/box-refiner/golden.safetensors"
# Near the picture's four things, nearly all of it, and a thin one at its border.
BOXES = (
    (0.02, 0.18, 0.21, 0.35),
    (0.01, 0.02, 0.98, 0.97),
    (0.4, 0.7, 0.63, 0.88),
    (0.48, 0.08, 0.66, 0.3),
    (0.61, 0.47, 0.9, 0.73),
    (0.31, 0.0, 0.7, 0.04),
)
# The windows of so many are kept.
LOOKED_AT = 2


@torch.inference_mode()
def main():
    model = BoxRefiner()
    model.take(load_file(ROOT / "models/kosmos2-tiny/box_refiner.safetensors"))
    model.eval()
    with Image.open(PICTURE) as image:
        side = (IMAGE_SIZE, IMAGE_SIZE)
        picture = np.asarray(image.convert("RGB").resize(side, Image.Resampling.BICUBIC))
    boxes = np.array(BOXES)
    windows = windows_around(boxes)
    seen = look([picture] * len(boxes), boxes, windows)
    found = boxes_at(expected(model(seen)), windows)
    GOLDEN.parent.mkdir(exist_ok=True)
    tensors = {
        "boxes": torch.from_numpy(boxes).float(),
        "windows": seen[:LOOKED_AT].half().contiguous(),
        "refined": torch.from_numpy(found).float(),
    }
    save_file(tensors, GOLDEN)
    GOLDEN.chmod(0o644)
    print(np.abs(found - boxes).max(0))


main()
