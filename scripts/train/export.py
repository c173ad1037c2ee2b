"""Writes the trained model as Hugging Face writes a checkpoint, and proves that transformers reads the same model."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import Kosmos2ForConditionalGeneration

from packing import NO_SEGMENT, Batch
from wrapper import TrainingView

# float16 rounds the weights; the scores of a token lie between -20 and 20.
LARGEST_DIFFERENCE = 0.25


class ExportError(RuntimeError):
    """The exported model is not the trained one, or could not be written."""


def export(view: TrainingView, processor: Path, folder: Path, batch: Batch) -> float:
    """Writes a checkpoint: float16 weights, configuration, tokenizer and processor files.

    Returns the largest difference between the scores of the exported and of the trained model on the first picture of
    `batch`. Raises ExportError when that is too large. The folder appears whole or stays as it was.
    """
    aside = folder.with_name(f"{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        shutil.copytree(processor, aside)
        view.attend_plainly(False)
        view.write_back()
        model = copy.deepcopy(view.model).cpu().half()
        model.save_pretrained(aside)
        # safetensors makes a file that nobody else may read.
        (aside / "model.safetensors").chmod(0o644)
        mark_causal(aside / "config.json")
        difference = compare(view, aside, batch)
        if not difference <= LARGEST_DIFFERENCE:
            raise ExportError(
                f"the exported model's scores differ by {difference:.3f}, and {LARGEST_DIFFERENCE} is allowed"
            )
        before = folder.with_name(f"{folder.name}.{os.getpid()}.before")
        if folder.exists():
            folder.rename(before)
        aside.rename(folder)
        shutil.rmtree(before, ignore_errors=True)
        return difference
    except (OSError, SafetensorError) as error:
        again = "the training is saved, and --export-only writes its checkpoint"
        raise ExportError(f"{folder} could not be written: {error}; {again}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def mark_causal(path: Path) -> None:
    """Says in the configuration that the projection's attention is causal.

    transformers marks it so and, in its default implementation, gives it no mask: that is how this model was trained.
    Readers that do not know the key ignore it.
    """
    config = json.loads(path.read_text(encoding="utf-8"))
    config["projection_is_causal"] = True
    path.write_text(f"{json.dumps(config, indent=2, sort_keys=True)}\n", encoding="utf-8")


@torch.inference_mode()
def compare(view: TrainingView, folder: Path, batch: Batch) -> float:
    """The largest difference of scores over the texts of the first picture, each read alone by the plain model."""
    plain = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    return largest_difference(view, plain, batch)


@torch.inference_mode()
def largest_difference(view: TrainingView, plain: Kosmos2ForConditionalGeneration, batch: Batch) -> float:
    """The largest difference between the scores of a packed row and those of its texts one by one."""
    device = view.words.device
    packed = view.logits(batch.to(device))[0].cpu()
    pixels = (batch.patches[:1].float() - view.mean.cpu()) / view.deviation.cpu()
    side = round(pixels.shape[1] ** 0.5)
    size = plain.config.vision_config.patch_size
    pixels = pixels.reshape(1, side, side, 3, size, size).permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)
    prefix = view.prefix.cpu()
    largest = 0.0
    for number in batch.segments[0].unique().tolist():
        if number == NO_SEGMENT:
            continue
        chosen = batch.segments[0] == number
        if number < NO_SEGMENT:
            logits = plain.text_model(input_ids=torch.cat([prefix[:1], batch.ids[0, chosen]])[None]).logits
        else:
            ids = torch.cat([prefix, batch.ids[0, chosen]])[None]
            places = torch.zeros_like(ids)
            places[:, 2 : len(prefix) - 1] = 1
            logits = plain(pixel_values=pixels, input_ids=ids, image_embeds_position_mask=places).logits
        alone = logits[0, -int(chosen.sum()) :]
        largest = max(largest, float((alone - packed[chosen]).abs().max()))
    return largest
