"""Makes the goldens of text: what transformers' processor answers, for test/text.

    python scripts/goldens/processor.py

Needs transformers 5.18, torch and Pillow. Writes test/goldens/processor-b/processor.json:

batches: calls of the processor, with the checkpoint they are for, with `padding_side` where the tokenizer's own is set
    beforehand, and `output`, or `error`, the name of an exception. pixel_values are left out; pictures are file names
    under data/scenes.
encodings: calls of the tokenizer alone, likewise.
spaces: texts with white space that languages judge differently, as ids and decoded again.
post_process: generated texts of the odd kind, with caption and entities.
boxes: coordinates to patch indices (null for an error) and patch indices to coordinates.
"""

import json
from pathlib import Path

from PIL import Image
from transformers import AutoProcessor
from transformers.models.kosmos2.processing_kosmos2 import coordinate_to_patch_index, patch_index_to_coordinate

ROOT = Path(__file__).resolve().parents[2]
SCENES = ROOT / "data" / "scenes"
CHECKPOINTS = {"model-a": ROOT / "test" / "goldens" / "model-a", "tiny": ROOT / "models" / "kosmos2-tiny"}
OUTPUT = ROOT / "test" / "goldens" / "processor-b" / "processor.json"

SHORT = "<grounding> An image of"
LONG = "<grounding> Describe this image in detail:"
QUESTION = "Question: What is special about this image? Answer:"
REFER = "<grounding><phrase> It</phrase> is"
TWO = ["one.png", "pair.png"]

# Each is called for every checkpoint.
BATCHES = [
    {"text": [SHORT, LONG], "images": TWO},
    {"text": [SHORT, LONG], "images": TWO, "padding": True},
    {"text": [SHORT, LONG], "images": TWO, "padding": "longest", "pad_to_multiple_of": 16},
    {"text": [SHORT, LONG], "images": TWO, "padding": "max_length", "max_length": 90},
    {"text": [SHORT, LONG], "images": TWO, "padding": "max_length", "max_length": 70},
    {"text": [SHORT, LONG], "images": TWO, "padding": "max_length", "max_length": 72, "truncation": True},
    {"text": [SHORT, LONG], "images": TWO, "max_length": 71},
    {"text": [SHORT, LONG], "images": TWO, "padding": False, "tokenizer_padding_side": "left"},
    {"text": [SHORT, LONG], "images": TWO, "padding": True, "padding_side": "left"},
    {"text": [SHORT, LONG], "images": TWO, "padding": "max_length", "max_length": 80, "tokenizer_padding_side": "left"},
    {"text": [LONG, SHORT, QUESTION], "images": ["one.png", "pair.png", "row.png"], "add_eos_token": True},
    {"text": [LONG, SHORT], "images": TWO, "add_special_tokens": False},
    {"text": [LONG, SHORT], "images": TWO, "add_special_tokens": False, "add_eos_token": True},
    {"text": [SHORT, SHORT], "images": TWO, "num_image_tokens": 3, "first_image_token_id": 0},
    {"text": [SHORT, LONG], "images": TWO, "num_image_tokens": 0},
    {"text": [REFER, SHORT], "images": TWO, "bboxes": [[[22, 187]], None]},
    {
        "text": [REFER, "<grounding><phrase> a dog</phrase> and<phrase> a cat</phrase>", LONG],
        "images": ["one.png", "pair.png", "row.png"],
        "bboxes": [[[0.1, 0.2, 0.5, 0.6]], [[[1, 2], [0.5, 0.5, 1.5, 0.75]], None], []],
        "padding": True,
    },
    {"text": [SHORT], "images": ["one.png"], "padding": "max_length", "max_length": 75},
    {"text": [SHORT], "images": "one.png"},
    {"text": SHORT, "images": ["one.png"]},
    {"text": SHORT, "images": "one.png", "padding": "max_length", "max_length": 100},
    {"text": SHORT, "images": "one.png", "num_image_tokens": 8, "first_image_token_id": 100, "add_eos_token": True},
    {"text": SHORT, "images": "one.png", "add_special_tokens": False},
    {"text": LONG, "images": "one.png", "max_length": 70},
    {"text": LONG, "images": "one.png", "max_length": 70, "add_eos_token": True},
    {"text": "<image> \u3000" + SHORT + "\x1c\u0085", "images": "one.png"},
    {"text": [SHORT, LONG], "padding": True},
    {"text": [SHORT, LONG], "padding": True, "padding_side": "left"},
    {"text": [SHORT, LONG], "padding": "max_length", "max_length": 12, "add_eos_token": True},
    {"text": [SHORT, LONG], "max_length": 5},
    {"text": [SHORT, SHORT], "add_special_tokens": False},
    {"text": [SHORT, LONG]},
    {"text": [REFER, SHORT], "bboxes": [[[22, 187]], None], "padding": True, "tokenizer_padding_side": "left"},
    {"text": [REFER, SHORT], "bboxes": [[[22, 187]]]},
    {"text": [REFER, SHORT], "bboxes": [[[22, 187]], [[1, 2]]]},
    {"text": [SHORT, LONG], "images": "one.png"},
    {"text": SHORT, "images": TWO},
    {"text": REFER, "bboxes": [[0.5, 0.2, 0.5, 0.6]]},
    {"text": REFER, "bboxes": [[0.5, 0.2, 0.4, 0.6]]},
    {"text": REFER, "bboxes": [[-0.5, -0.2, 1.4, 1.6]]},
    {"text": REFER, "bboxes": [[-3, 5000]]},
    {"text": "<grounding><phrase> two\nlines</phrase> is", "bboxes": [[1, 2]]},
]

FIELD = "a dog and a cat in a field of grass"
ENCODINGS = [
    {"text": FIELD, "truncation": True, "max_length": 5},
    {"text": FIELD, "max_length": 2},
    {"text": FIELD, "truncation": True, "max_length": 5, "truncation_side": "left"},
    {"text": FIELD, "max_length": 5, "stride": 2, "return_overflowing_tokens": True},
    {"text": FIELD, "max_length": 6, "stride": 1, "return_overflowing_tokens": True, "truncation_side": "left"},
    {"text": [FIELD, "a"], "max_length": 5, "return_overflowing_tokens": True},
    {"text": [FIELD, "a cat"], "padding": True, "return_special_tokens_mask": True, "return_token_type_ids": True},
    {"text": [FIELD, "a cat"], "padding": "max_length", "max_length": 20, "pad_to_multiple_of": 8, "return_length": True},
    {"text": [FIELD, "a cat"], "padding": "max_length", "padding_side": "left"},
    {"text": FIELD, "return_attention_mask": False, "return_length": True},
    {"text": FIELD, "padding": "max_length", "max_length": 6, "truncation": "only_first", "add_special_tokens": False},
    {"text": FIELD, "padding": "max_length", "max_length": 9, "truncation": True, "pad_to_multiple_of": 4},
    {"text": FIELD, "max_length": 0, "add_special_tokens": False},
    {"text": ["a cat", "a"]},
]

SPACES = [
    "a\ufeffdog",
    "a\u0085dog",
    "a\ufeff<grounding> b",
    "a\u0085<grounding> b",
    "a\u00a0<grounding>\u3000b",
    "a\u200b<phrase>b",
    "\x1c a\x1f b",
    "\u180ea\u2028b\u1680c",
    "▁a▁dog ▁▁",
    "\ufeff",
    "a  \n<image>\t<s> </s>b",
    "<patch_index_1295> <patch_index_0044>",
    "🔥\ufeff🔥",
    "dog 's n't ' , !",
]

POST_PROCESS = [
    " \x1c\u0085\u00a0\u3000<phrase> a dog\u3000</phrase><object><patch_index_0044><patch_index_0863></object>\x1f ",
    "\ufeff <phrase>\ufeffa dog\ufeff</phrase><object><patch_index_0044><patch_index_0863></object>\ufeff",
    "🔥🔥<phrase> 🐕 dog</phrase><object><patch_index_0044><patch_index_0863></object> é e\u0301",
    "<phrase> a</phrase><object><patch_index_٤٤><patch_index_𝟠𝟞𝟛></object><object><patch_index_९><patch_index_١٢></object>",
    "  <object><patch_index_0001><patch_index_0002></delimiter_of_multi_objects/><patch_index_0003><patch_index_0500></object>x",
    "<phrase> outer<phrase> inner</phrase><object><patch_index_0001><patch_index_0500></object></phrase>",
    "a<phrase></phrase><object><patch_index_0001><patch_index_0500></object>",
    "a<phrase>   </phrase><object><patch_index_0001><patch_index_0500></object>",
    "<phrase> two\nlines</phrase><object><patch_index_0001><patch_index_0500></object>",
    "<phra\nse> a < b\r> c \u2028> d",
    "a < b<object><patch_index_0001><patch_index_0500></object> > c",
    "<phrase> a</phrase> <object><patch_index_0001><patch_index_0500></object>",
    "<phrase> a</phrase><object> <patch_index_0001><patch_index_0500></object>",
    "<phrase> a</phrase><object><patch_index_0001></object>",
    "<phrase> a</phrase><object><patch_index_0001><patch_index_0500></delimiter_of_multi_objects/></object>",
    "<phrase> a</phrase><object><patch_index_5000><patch_index_99999999999999999999></object>",
    "<phrase> a</phrase><object><patch_index_0500><patch_index_0500></object><phrase> b</phrase><object><patch_index_0500><patch_index_0510></object>",
    "x</image>y</image> z<phrase> a</phrase><object><patch_index_0500><patch_index_0532></object>",
    "",
    "</image>",
]

COORDINATES = [
    [0.0, 0.0, 1.0, 1.0],
    [0.25, 0.5, 0.75, 0.625],
    [0.0, 0.0, 0.001, 0.001],
    [0.390625, 0.046875, 0.984375, 0.828125],
    [-0.1, -0.1, 1.3, 1.3],
    [0.5, 0.5, 0.5, 0.6],
    [0.6, 0.5, 0.5, 0.6],
    [0.5, 0.7, 0.6, 0.6],
]
PATCHES = [[0, 0], [0, 1023], [44, 863], [5, 5], [37, 37 + 32], [37, 45], [863, 44], [1000, 2000], [-1, 40]]


def bboxes_in_python(value):
    """JSON knows no tuples: an array of numbers is one box."""
    if not isinstance(value, list):
        return value
    if value and all(isinstance(x, (int, float)) for x in value):
        return tuple(value)
    return [bboxes_in_python(x) for x in value]


def read_images(names):
    if isinstance(names, list):
        return [read_images(name) for name in names]
    return Image.open(SCENES / names)


def answer(call):
    """What a call gives, as JSON, or which exception it raises."""
    try:
        return {"output": {key: value for key, value in call().items() if key != "pixel_values"}}
    except Exception as error:
        return {"error": type(error).__name__}


def fitted(tokenizer, case):
    """A case whose lengths leave as much room behind a checkpoint's picture as they leave behind one of 64 places."""
    if "images" not in case or "max_length" not in case:
        return case
    return {**case, "max_length": case["max_length"] + tokenizer.init_kwargs.get("num_image_tokens", 64) - 64}


def batch(processor, case):
    options = {key: value for key, value in case.items() if key != "tokenizer_padding_side"}
    if "images" in options:
        options["images"] = read_images(options["images"])
    if "bboxes" in options:
        options["bboxes"] = bboxes_in_python(options["bboxes"])
    processor.tokenizer.padding_side = case.get("tokenizer_padding_side", "right")
    result = answer(lambda: processor(**options))
    processor.tokenizer.padding_side = "right"
    return result


def encoding(tokenizer, case):
    options = {key: value for key, value in case.items() if key != "truncation_side"}
    tokenizer.truncation_side = case.get("truncation_side", "right")
    result = answer(lambda: tokenizer(**options))
    tokenizer.truncation_side = "right"
    return result


def spaces(tokenizer, text):
    ids = tokenizer(text, add_special_tokens=False).input_ids
    return {
        "text": text,
        "ids": ids,
        "decoded": tokenizer.decode(ids),
        "cleaned": tokenizer.decode(ids, clean_up_tokenization_spaces=True),
    }


def post_process(processor, text):
    caption, entities = processor.post_process_generation(text)
    return {"in": text, "text": caption, "entities": entities}


def to_patches(bbox):
    try:
        return coordinate_to_patch_index(tuple(bbox), 32)
    except ValueError:
        return None


def main():
    goldens = {"batches": [], "encodings": [], "spaces": []}
    for name, path in CHECKPOINTS.items():
        processor = AutoProcessor.from_pretrained(path)
        tokenizer = processor.tokenizer
        batches = [fitted(tokenizer, case) for case in BATCHES]
        goldens["batches"] += [{"checkpoint": name, "call": case, **batch(processor, case)} for case in batches]
        goldens["encodings"] += [{"checkpoint": name, "call": case, **encoding(tokenizer, case)} for case in ENCODINGS]
        goldens["spaces"] += [{"checkpoint": name, **spaces(tokenizer, text)} for text in SPACES]
    goldens["post_process"] = [post_process(processor, text) for text in POST_PROCESS]
    goldens["boxes"] = {
        "to_patches": [{"bbox": bbox, "patches": to_patches(bbox)} for bbox in COORDINATES],
        "to_coordinates": [{"patches": ij, "bbox": patch_index_to_coordinate(*ij, 32)} for ij in PATCHES],
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    cases = ",\n".join(
        f"{json.dumps(key)}: [\n" + ",\n".join(json.dumps(case) for case in value) + "\n]"
        if isinstance(value, list)
        else f"{json.dumps(key)}: {json.dumps(value)}"
        for key, value in goldens.items()
    )
    OUTPUT.write_text("{\n" + cases + "\n}\n")


if __name__ == "__main__":
    main()
