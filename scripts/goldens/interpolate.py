"""Makes the goldens of pictures of other sizes: what transformers answers with `interpolate_pos_encoding`.

    python scripts/goldens/interpolate.py

Needs transformers 5.18 and torch. Writes test/goldens/interpolate/golden.safetensors and golden.json, from
test/goldens/model-a with eager attention. Of a picture with `height` x `width` pixels, the pixels being sin(i / 100) for
the i-th number of [3, height, width], the tensors are named `<height>x<width>.<what>`: `positions`, what is interpolated;
what `get_image_features` gives; and what a forward pass over the text in golden.json gives. One size is not square, the
other is larger than the model's and no multiple of its patches.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import Kosmos2ForConditionalGeneration, Kosmos2Model

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "test/goldens/model-a"
OUT = ROOT / "test/goldens/interpolate"
SIZES = [(126, 196), (271, 271)]
# The begin of the text, its picture, and three words.
IDS = [0] + [4] * 64 + [100, 200, 300]


def picture(height, width):
    numbers = torch.arange(3 * height * width, dtype=torch.float64).div(100).sin()
    return numbers.float().reshape(1, 3, height, width)


@torch.no_grad()
def main():
    headless = Kosmos2Model.from_pretrained(FOLDER, attn_implementation="eager").eval()
    model = Kosmos2ForConditionalGeneration.from_pretrained(FOLDER, attn_implementation="eager").eval()
    text = {
        "input_ids": torch.tensor([IDS]),
        "image_embeds_position_mask": torch.tensor([[int(i == 4) for i in IDS]]),
    }
    tensors, generated = {}, {}
    for height, width in SIZES:
        name = f"{height}x{width}"
        pixel_values = picture(height, width)
        embeddings = headless.vision_model.model.embeddings
        patches = (height // 14) * (width // 14)
        features = headless.get_image_features(
            pixel_values, interpolate_pos_encoding=True, output_hidden_states=True, output_attentions=True
        )
        out = headless(pixel_values=pixel_values, interpolate_pos_encoding=True, **text)
        answer = model.generate(
            image_embeds=features.pooler_output, max_new_tokens=8, do_sample=False, use_cache=True, **text
        )
        generated[name] = answer[0].tolist()
        made = {
            "positions": embeddings.interpolate_pos_encoding(torch.zeros(1, 1 + patches, 48), height, width)[0],
            "last_hidden_state": features.last_hidden_state,
            "image_embeds": features.pooler_output,
            "vision_hidden_states.1": features.hidden_states[1],
            "text_last_hidden_state": out.last_hidden_state,
        }
        if height < 224:  # the larger one's take most of a megabyte
            made["projection_attentions"] = features.projection_attentions.half()
            made["vision_attentions.1"] = features.attentions[1].half()
        tensors.update({f"{name}.{key}": value.contiguous() for key, value in made.items()})
    OUT.mkdir(exist_ok=True)
    save_file(tensors, OUT / "golden.safetensors")
    (OUT / "golden.safetensors").chmod(0o644)
    versions = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, float32, CPU"
    lines = json.dumps({"made with": versions, "input_ids": IDS, "generated": generated}, separators=(",", ":"))
    (OUT / "golden.json").write_text(lines + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
