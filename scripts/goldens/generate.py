"""Makes the goldens of generation: what transformers' `generate` answers, for test/generate and test/model.

    python scripts/goldens/generate.py

Needs transformers 5.18, torch and Pillow. Writes test/goldens/generate/table.json and tiny.json.

table.json: searches over a decoder that is a table. The logits after a row of ids are
    (by_last[last id] + by_sum[sum of ids modulo the rows of by_sum]) / scale,
sums that float32 holds exactly, so that any other implementation of the decoder has the same bits, and a search that
loses track of what a beam consists of gets other logits. `cases` are calls of generate, `sampled` are draws with the
processed scores of every step (null for minus infinity).

tiny.json: calls of generate on models/kosmos2-tiny and the scenes in data/scenes.
"""

import json
import random
from pathlib import Path

import torch
from PIL import Image
from transformers import (
    AutoProcessor,
    GenerationConfig,
    GenerationMixin,
    Kosmos2ForConditionalGeneration,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import CausalLMOutput
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

ROOT = Path(__file__).parents[2]
OUT = ROOT / "test/goldens/generate"
VOCAB, SUMS, SCALE = 48, 19, 4096
PAD, EOS = 1, 2


class TableConfig(PreTrainedConfig):
    model_type = "table"
    vocab_size = VOCAB


class TableModel(PreTrainedModel, GenerationMixin):
    config_class = TableConfig
    main_input_name = "input_ids"

    def __init__(self, config, by_last, by_sum):
        super().__init__(config)
        self.anchor = torch.nn.Parameter(torch.zeros(1))  # gives the model a device and a type
        self.by_last, self.by_sum = by_last, by_sum
        self.generation_config = GenerationConfig(bos_token_id=0, pad_token_id=PAD, eos_token_id=EOS)

    def forward(self, input_ids, attention_mask=None, **_):
        sums = torch.cumsum(input_ids, dim=1) % SUMS
        return CausalLMOutput(logits=(self.by_last[input_ids] + self.by_sum[sums]) / SCALE)


def plain(value):
    """A tensor as nested lists, minus infinity as None."""
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return None if value == float("-inf") else value


def random_prompts(rng, batch):
    lengths = [rng.randint(2, 6) for _ in range(batch)]
    longest = max(lengths)
    ids = [[PAD] * (longest - n) + [0] + [rng.randint(3, VOCAB - 1) for _ in range(n - 1)] for n in lengths]
    mask = [[0] * (longest - n) + [1] * n for n in lengths]
    return ids, mask


def greedy_options(rng):
    options = {"max_new_tokens": rng.randint(4, 24)}
    if rng.random() < 0.5:
        options["eos_token_id"] = rng.sample(range(2, VOCAB), rng.randint(1, 4))
    if rng.random() < 0.4:
        options["repetition_penalty"] = rng.choice([0.8, 1.2, 1.7])
    if rng.random() < 0.3:
        options["no_repeat_ngram_size"] = rng.choice([1, 2, 3])
    if rng.random() < 0.3:
        options["min_new_tokens"] = rng.randint(1, 4)
    return options


def beam_options(rng):
    options = greedy_options(rng)
    options["num_beams"] = rng.choice([2, 3, 4, 5])
    options["eos_token_id"] = rng.sample(range(2, VOCAB), rng.choice([1, 1, 2, 4, 6]))
    options["length_penalty"] = rng.choice([-1.0, 0.0, 0.5, 1.0, 1.0, 2.0])
    options["early_stopping"] = rng.choice([False, True, "never"])
    if rng.random() < 0.4:
        options["num_return_sequences"] = rng.randint(1, options["num_beams"])
    return options


def crowded_options(rng):
    """Beam searches in which many candidates end, so that beams must go on with those behind them."""
    options = beam_options(rng)
    options["max_new_tokens"] = rng.randint(12, 20)
    options["eos_token_id"] = rng.sample(range(2, VOCAB), rng.choice([2, 12, 30, 38]))
    options["length_penalty"] = rng.choice([1.0, 2.0, 10.0])
    options["early_stopping"] = rng.choice([False, "never"])
    return options


def run_case(model, ids, mask, options):
    return model.generate(
        input_ids=torch.tensor(ids),
        attention_mask=torch.tensor(mask),
        use_cache=False,
        return_dict_in_generate=True,
        output_scores=True,
        **options,
    )


def table_cases(model, rng):
    fixed = [
        {},  # no limit given: 20 new tokens
        {"max_length": 9},
        {"max_length": 16, "min_length": 13, "eos_token_id": list(range(20, 40))},
        {"eos_token_id": None, "num_beams": 3, "max_new_tokens": 6},
        {"pad_token_id": 7, "num_beams": 2, "max_new_tokens": 8, "eos_token_id": list(range(20, 32))},
    ]
    kinds = [greedy_options] * 12 + [beam_options] * 40 + [crowded_options] * 20
    for number, options in enumerate(fixed + [kind(rng) for kind in kinds]):
        ids, mask = random_prompts(rng, rng.choice([1, 1, 2, 3]))
        out = run_case(model, ids, mask, options)
        case = {"input_ids": ids, "attention_mask": mask, "options": options, "sequences": plain(out.sequences)}
        case["steps"] = len(out.scores)
        if options.get("num_beams", 1) > 1:
            case["sequences_scores"] = plain(out.sequences_scores)
            case["beam_indices"] = plain(out.beam_indices)
        if number % 9 == 5:
            case["scores"] = plain(out.scores[:3])
        yield case


def sampled_cases(model, rng):
    for options in [
        {"temperature": 0.7},
        {"top_k": 0, "temperature": 1.6},
        {"top_k": 5},
        {"top_k": 0, "top_p": 0.8},
        {"top_k": 0, "top_p": 0.05},
        {"top_k": 12, "top_p": 0.6, "temperature": 1.3, "repetition_penalty": 1.4},
        {"top_k": 1, "num_beams": 3, "eos_token_id": [2, 9, 17]},
        {"top_k": 0, "top_p": 0.1, "num_beams": 2},
        {"top_k": 4, "top_p": 0.9, "min_new_tokens": 3, "num_return_sequences": 2},
    ]:
        torch.manual_seed(rng.randint(0, 10**6))
        ids, mask = random_prompts(rng, 1)
        options = {"do_sample": True, "max_new_tokens": 5, **options}
        out = run_case(model, ids, mask, options)
        case = {"input_ids": ids, "attention_mask": mask, "options": options, "sequences": plain(out.sequences)}
        if options.get("num_beams", 1) == 1:
            case["scores"] = plain(out.scores)
        else:  # only the first step of a beam search has rows that the result tells
            case["scores"] = plain(out.scores[:1])
        yield case


def make_table():
    torch.manual_seed(4)
    rng = random.Random(4)
    by_last = torch.randint(-3 * SCALE, 3 * SCALE, (VOCAB, VOCAB))
    by_sum = torch.randint(-2 * SCALE, 2 * SCALE, (SUMS, VOCAB))
    model = TableModel(TableConfig(), by_last, by_sum).eval()
    return {
        "vocab_size": VOCAB,
        "scale": SCALE,
        "by_last": plain(by_last),
        "by_sum": plain(by_sum),
        "cases": list(table_cases(model, rng)),
        "sampled": list(sampled_cases(model, rng)),
    }


GROUNDING, DETAIL = " <grounding> An image of", " <grounding> Describe this image in detail:"
TINY_CALLS = [
    ("pair.png", [GROUNDING], {"max_new_tokens": 24, "repetition_penalty": 1.3}),
    ("pair.png", [GROUNDING], {"max_new_tokens": 30, "min_new_tokens": 25}),
    ("three.png", [DETAIL], {"max_new_tokens": 40, "eos_token_id": [2, 785]}),
    ("three.png", [DETAIL], {"max_new_tokens": 24, "no_repeat_ngram_size": 2}),
    ("four.png", [DETAIL], {"max_new_tokens": 32, "num_beams": 2, "length_penalty": 0.0}),
    ("four.png", [GROUNDING], {"max_new_tokens": 24, "num_beams": 4, "early_stopping": True, "num_return_sequences": 3}),
    ("night.png", [DETAIL], {"max_new_tokens": 24, "num_beams": 5, "length_penalty": 2.0, "early_stopping": "never"}),
    ("field.png", [DETAIL], {"max_new_tokens": 24, "num_beams": 3, "repetition_penalty": 1.2, "min_new_tokens": 20}),
    ("twins.png", [GROUNDING, DETAIL], {"max_new_tokens": 24}),
    ("twins.png", [GROUNDING, DETAIL], {"max_new_tokens": 20, "num_beams": 3, "num_return_sequences": 2}),
    ("one.png", [GROUNDING], {"max_new_tokens": 16, "do_sample": True, "top_k": 1}),
    ("row.png", [GROUNDING], {}),
]


def make_tiny():
    folder = ROOT / "models/kosmos2-tiny"
    processor = AutoProcessor.from_pretrained(folder)
    # Pillow's pixels: where torchvision is installed, AutoProcessor resizes with it, and a little differently.
    processor.image_processor = CLIPImageProcessorPil.from_pretrained(folder)
    processor.tokenizer.padding_side = "left"
    # With "sdpa" transformers 5.18 lets a latent query of the projection see only as many positions as its own number,
    # with "eager" all of them. The embedded model was trained with the former.
    model = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa").eval()
    calls = []
    for file, prompts, options in TINY_CALLS:
        image = Image.open(ROOT / "data/scenes" / file)
        inputs = processor(text=prompts, images=[image] * len(prompts), return_tensors="pt", padding=True)
        inputs = {name: inputs[name] for name in ("pixel_values", "input_ids", "attention_mask", "image_embeds_position_mask")}
        out = model.generate(**inputs, **options, return_dict_in_generate=True, output_scores=True)
        call = {"file": file, "prompts": prompts, "options": options, "sequences": plain(out.sequences)}
        call["steps"] = len(out.scores)
        likeliest = [torch.topk(step[0], 3) for step in out.scores[:4]]
        call["likeliest"] = [[plain(best.indices), plain(best.values)] for best in likeliest]
        if "num_beams" in options:
            call["sequences_scores"] = plain(out.sequences_scores)
        calls.append(call)
    return {"calls": calls}


def write(name, golden):
    golden = {"made with": "transformers 5.18, float32, CPU", **golden}
    OUT.mkdir(parents=True, exist_ok=True)
    lines = json.dumps(golden, separators=(",", ":")).replace('{"input_ids"', '\n{"input_ids"').replace('{"file"', '\n{"file"')
    (OUT / name).write_text(lines + "\n")


if __name__ == "__main__":
    write("table.json", make_table())
    write("tiny.json", make_tiny())
