"""Where the time of a token goes: OpenVINO's own profile of a conversion's text part, by kind of operation.

    .venv/bin/python scripts/bench/profile.py FOLDER [NAME=VALUE ...]

FOLDER is a conversion, NAME=VALUE a property of OpenVINO. What the library's fast mode sets for INT4 is set; for INT8 it
is DYNAMIC_QUANTIZATION_GROUP_SIZE=128 in addition. The profile needs Python, as OpenVINO's C library does not give it.
Profiling itself costs a little time.
"""

import collections
import sys
from pathlib import Path

import numpy
import openvino

FAST = {"PERFORMANCE_HINT": "LATENCY"}
TOKENS = 40


def feeds(model, past):
    """Inputs of one step with one token after so many others."""
    width = model.input("image_embeds").partial_shape[1].get_length()
    return {
        "input_ids": numpy.full((1, 1), 5, numpy.int64),
        "image_embeds": numpy.zeros((1, width), numpy.float32),
        "image_slots": numpy.full((1, 1), -1, numpy.int64),
        "position_embeddings": numpy.zeros((1, 1, width), numpy.float32),
        "attention_bias": numpy.zeros((1, 1, 1, past + 1), numpy.float32),
        "logits_to_keep": numpy.array([1], numpy.int64),
        "beam_idx": numpy.zeros(1, numpy.int32),
    }


def main():
    folder, *properties = sys.argv[1:]
    config = {**FAST, "PERF_COUNT": "YES", **dict(one.split("=", 1) for one in properties)}
    model = openvino.Core().compile_model(Path(folder) / "text.xml", "CPU", config)
    request = model.create_infer_request()
    for past in range(TOKENS):
        request.infer(feeds(model, past))

    kinds = collections.Counter()
    counts = collections.Counter()
    matrices = collections.Counter()
    for node in request.profiling_info:  # times are means of all runs
        if node.status != node.Status.EXECUTED:
            continue
        ms = node.real_time.total_seconds() * 1000
        kinds[node.node_type] += ms
        counts[node.node_type] += 1
        if node.node_type.startswith("FullyConnected"):
            matrices[node.node_name.split("/")[0].split(".")[-1]] += ms
    total = sum(kinds.values())
    print("| operation | number | ms a token | share |\n| --- | --- | --- | --- |")
    for kind, ms in kinds.most_common():
        if ms / total > 0.001:
            print(f"| {kind} | {counts[kind]} | {ms:.2f} | {100 * ms / total:.1f} % |")
    print(f"| all | {sum(counts.values())} | {total:.2f} | |")
    print("\n| matrices | ms a token | share |\n| --- | --- | --- |")
    for name, ms in matrices.most_common():
        print(f"| {name} | {ms:.2f} | {100 * ms / total:.1f} % |")


main()
