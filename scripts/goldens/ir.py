"""Answers of OpenVINO's Python package for test/goldens/ir: two steps of the stateful decoder in float32.

    .venv/bin/python scripts/goldens/ir.py
"""

import json
from pathlib import Path

import numpy as np
import openvino as ov

FOLDER = Path(__file__).parents[2] / "test" / "goldens" / "ir"
WIDTH = 256


def step(request, positions, start):
    """Feeds `positions` embeddings sin(start), sin(start + 1), ... that may attend to all before them."""
    count = positions * WIDTH
    embeds = np.sin(np.arange(start, start + count, dtype=np.float64)).astype(np.float32)
    past = start // WIDTH
    later = np.triu(np.full((positions, past + positions), -1e9, np.float32), past + 1)
    request.infer(
        {
            "inputs_embeds": embeds.reshape(1, positions, WIDTH),
            "mask": later.reshape(1, 1, positions, past + positions),
            "beam_idx": np.zeros(1, np.int32),
        }
    )
    return request.get_tensor("logits").data[0, -1].tolist()


model = ov.Core().compile_model(
    FOLDER / "decoder-i4.xml",
    "CPU",
    {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"},
)
request = model.create_infer_request()
logits = [step(request, 5, 0), step(request, 1, 5 * WIDTH)]
(FOLDER / "decoder-i4.json").write_text(json.dumps({"openvino": ov.__version__, "logits": logits}) + "\n")
