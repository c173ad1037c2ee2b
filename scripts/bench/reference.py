"""The reference beside which the benchmark runs: Hugging Face transformers with PyTorch, driven over pipes.

One request a line on standard input, one JSON answer a line on standard output, so that both sides can be measured in
turn. Not part of the library; used only where the interpreter has transformers, torch and pillow.
"""

import json
import sys
import time


def preprocess(state, folder, picture):
    """Milliseconds to open a picture and make pixel_values of it."""
    from PIL import Image

    if "processor" not in state:
        from transformers import AutoProcessor

        state["processor"] = AutoProcessor.from_pretrained(folder)
    start = time.perf_counter()
    with Image.open(picture) as image:
        state["processor"](images=image, return_tensors="pt")
    return (time.perf_counter() - start) * 1000


def load(state, folder):
    """Milliseconds to load the model."""
    import torch
    from transformers import Kosmos2ForConditionalGeneration

    start = time.perf_counter()
    state["model"] = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    return (time.perf_counter() - start) * 1000


def decode(state, prompt, tokens):
    """Milliseconds of each decoding step after a prompt of text alone."""
    import torch

    text = state["model"].text_model
    times = []
    with torch.inference_mode():
        ids = torch.full((1, prompt), 5)
        out = text(input_ids=ids, attention_mask=torch.ones_like(ids), use_cache=True, logits_to_keep=1)
        for step in range(tokens):
            mask = torch.ones((1, prompt + step + 1), dtype=torch.long)
            start = time.perf_counter()
            out = text(
                input_ids=torch.full((1, 1), 5),
                attention_mask=mask,
                past_key_values=out.past_key_values,
                use_cache=True,
                logits_to_keep=1,
            )
            times.append((time.perf_counter() - start) * 1000)
    return times


def version(state):
    """What is measured."""
    import torch
    import transformers

    return f"transformers {transformers.__version__}, PyTorch {torch.__version__}, {torch.get_num_threads()} threads"


def main():
    state = {}
    calls = {"preprocess": preprocess, "load": load, "decode": decode, "version": version}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": calls[request["call"]](state, *request["arguments"])}
        except Exception as error:  # reported to the other side, which decides
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
