"""Makes the goldens of the embedded model: what transformers answers about the pictures of data/scenes.

    python scripts/goldens/tiny.py

Needs transformers 5.18, torch and Pillow. Asks the questions anew about the things that test/goldens/tiny/golden.json
names, and writes that file. To be run after the model was trained anew, together with scripts/goldens/generate.py.
"""

import json
from pathlib import Path

import torch
import transformers
from PIL import Image
from transformers import AutoProcessor, Kosmos2ForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "models/kosmos2-tiny"
GOLDEN = ROOT / "test/goldens/tiny/golden.json"
# Texts that are continued without a picture.
TEXTS = ("The color of a banana is", "Foxes are a kind of", "One owl, two", "An image of")
INPUTS = ("pixel_values", "input_ids", "attention_mask", "image_embeds_position_mask")


def patch(index):
    return f"<patch_index_{index:04d}>"


def prompts(thing):
    """What is asked about a picture whose first thing is this one."""
    name, (first, last) = thing["name"], thing["patches"]
    article = "an" if name[0] in "aeiou" else "a"
    return [
        " <grounding> An image of",
        " <grounding> Describe this image in detail:",
        f"<grounding><phrase> {article} {name}</phrase>",
        f"<grounding><phrase> It</phrase><object>{patch(first)}{patch(last)}</object> is",
        "<grounding> Question: What is on the left? Answer:",
        "<grounding> Question: How many objects are there? Answer:",
        "An image of",
    ]


def answer(model, processor, image, prompt):
    inputs = processor(text=prompt, images=image, return_tensors="pt")
    inputs = {name: inputs[name] for name in INPUTS}
    options = {"max_new_tokens": 96, "do_sample": False}
    greedy = model.generate(**inputs, **options, return_dict_in_generate=True, output_scores=True)
    beams = model.generate(**inputs, **options, num_beams=3)
    text = processor.batch_decode(greedy.sequences, skip_special_tokens=True)[0]
    caption, entities = processor.post_process_generation(text)
    margins = [float(scores[0].topk(2).values.diff().abs()) for scores in greedy.scores]
    return {
        "prompt": prompt,
        "input_ids": inputs["input_ids"][0].tolist(),
        "greedy": greedy.sequences[0].tolist(),
        "beam3": beams[0].tolist(),
        "min_margin": round(min(margins), 4),
        "raw": processor.post_process_generation(text, cleanup_and_extract=False),
        "caption": caption,
        "entities": entities,
    }


def continuation(model, processor, text):
    inputs = processor(text=text, return_tensors="pt")
    ids, mask = inputs["input_ids"], inputs["attention_mask"]
    greedy = model.text_model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=24, do_sample=False)
    return {"prompt": text, "input_ids": ids[0].tolist(), "greedy": greedy[0].tolist()}


def main():
    processor = AutoProcessor.from_pretrained(FOLDER)
    # Pillow's pixels: where torchvision is installed, AutoProcessor resizes with it, and a little differently.
    processor.image_processor = CLIPImageProcessorPil.from_pretrained(FOLDER)
    # "sdpa": the attention of the projection that the model was trained with, see models/kosmos2-tiny/README.md.
    model = Kosmos2ForConditionalGeneration.from_pretrained(FOLDER, dtype=torch.float32, attn_implementation="sdpa").eval()
    scenes = []
    for scene in json.loads(GOLDEN.read_text())["scenes"]:
        image = Image.open(ROOT / "data/scenes" / scene["file"])
        things = scene["objects"]
        asked = [answer(model, processor, image, prompt) for prompt in prompts(things[0])]
        scenes.append({"file": scene["file"], "objects": things, "asked": asked})
    versions = f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, float32, CPU"
    texts = [continuation(model, processor, text) for text in TEXTS]
    lines = json.dumps({"made with": versions, "texts": texts, "scenes": scenes}, separators=(",", ":"))
    GOLDEN.write_text(lines.replace('{"file"', '\n{"file"').replace('{"prompt"', '\n{"prompt"') + "\n")


if __name__ == "__main__":
    main()
