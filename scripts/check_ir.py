"""Checks a conversion with OpenVINO's own Python package: reads every part as any OpenVINO program would, compiles it
for the CPU in float32, runs it, and compares its outputs with reference numbers.

    python scripts/check_ir.py FOLDER REFERENCE.safetensors

FOLDER is what `convert` wrote. REFERENCE holds float32, int64 and int32 tensors named RUN/PART/in/NAME and
RUN/PART/out/NAME. Runs are taken in the order of their names; runs of the text part go on from one another, its cache
kept. Prints one JSON object: the largest difference of every output from the reference, by RUN/PART/out/NAME; and of
each part's graph as OpenVINO runs it, how many operations of each type there are, FullyConnected and Gather with the
type of what they multiply with or look up in, such as "FullyConnected i8".
"""

import json
import sys
from collections import Counter

import numpy as np
import openvino as ov

PARTS = ("vision", "projection", "text")
# Everything in float32, activations too: compressed weights alone may differ from the original.
EXACT = {"INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0"}
DTYPES = {"F32": np.float32, "I64": np.int64, "I32": np.int32}


def read_safetensors(path):
    with open(path, "rb") as file:
        data = file.read()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + start : 8 + length + end], DTYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors


def compile_part(core, folder, part):
    model = core.read_model(f"{folder}/{part}.xml")
    return core.compile_model(model, "CPU", EXACT)


def operations(compiled):
    counts = Counter()
    for op in compiled.get_runtime_model().get_ops():
        name = op.get_rt_info()["layerType"].astype(str)
        if name in ("FullyConnected", "Gather"):
            source = op.input(1 if name == "FullyConnected" else 0)
            name += " " + source.get_element_type().to_string()
        counts[name] += 1
    return dict(counts)


def main(folder, reference_path):
    core = ov.Core()
    reference = read_safetensors(reference_path)
    compiled = {part: compile_part(core, folder, part) for part in PARTS}
    requests = {part: compiled[part].create_infer_request() for part in PARTS}
    runs = sorted({tuple(name.split("/")[:2]) for name in reference})
    differences = {}
    for run, part in runs:
        prefix = f"{run}/{part}/"
        inputs = {name[len(prefix + "in/") :]: value for name, value in reference.items() if name.startswith(prefix + "in/")}
        results = requests[part].infer(inputs)
        for name, expected in reference.items():
            if not name.startswith(prefix + "out/"):
                continue
            actual = results[name[len(prefix + "out/") :]]
            if actual.shape != expected.shape:
                raise SystemExit(f"{name}: expected shape {expected.shape} but found {actual.shape}")
            # NaN compares as the largest difference there is.
            difference = np.nan_to_num(np.abs(actual.astype(np.float64) - expected), nan=np.inf)
            differences[name] = float(difference.max())
    graphs = {part: operations(compiled[part]) for part in PARTS}
    print(json.dumps({"differences": differences, "operations": graphs}))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
