"""Begins a training from the weights of a checkpoint folder, of other words, patches or layers maybe."""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Kosmos2ForConditionalGeneration

from vocabulary import Vocabulary, VocabularyError, read_vocabulary
from wrapper import TrainingView

# Tensors whose size is the vocabulary's.
TABLES = ("text_model.model.embed_tokens.weight", "text_model.lm_head.weight")
# Tensors with a row for each patch of the picture, and one before them that belongs to none.
PLACES = ("vision_model.model.embeddings.position_embedding.weight", "image_to_text_projection.latent_query")
# The end of the name of what writes a layer's output. A layer that the checkpoint has not writes nothing at first.
WRITERS = (".out_proj.weight", ".out_proj.bias", ".fc2.weight", ".fc2.bias")


class WarmStartError(RuntimeError):
    """The checkpoint is not one to begin from."""


@torch.no_grad()
def take_weights(view: TrainingView, vocabulary: Vocabulary, folder: Path) -> int:
    """Copies the weights of a checkpoint; words go by their name. Returns how many words the checkpoint did not know.

    A finer picture begins with places between the checkpoint's, and layers of the vision model that it has not do
    nothing at first. The auxiliary heads are no part of a checkpoint and begin anew. Raises WarmStartError for another
    architecture.
    """
    try:
        source = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        known = read_vocabulary(folder)
    except (OSError, ValueError, VocabularyError) as error:
        raise WarmStartError(f"{folder} is no checkpoint that can be begun from: {error}") from error
    weights, target = source.state_dict(), view.model.state_dict()
    others = sorted(weights.keys() - target.keys())
    if others:
        raise other_architecture(folder, f"it has {len(others)} weights that are not trained, {others[0]} the first")
    layers = source.config.vision_config.num_hidden_layers
    for name, tensor in target.items():
        if name in TABLES:
            continue
        if vision_layer(name) >= layers:
            if name.endswith(WRITERS):
                tensor.zero_()
            continue
        if name in PLACES:
            weights[name] = at_places(weights[name], len(tensor))
        if name not in weights or weights[name].shape != tensor.shape:
            found = list(weights[name].shape) if name in weights else "not there"
            raise other_architecture(folder, f"{name} is {found}, and {list(tensor.shape)} is trained")
        tensor.copy_(weights[name])
    table = weights[TABLES[0]]
    words = [token for token, index in vocabulary.ids.items() if index < vocabulary.first_patch]
    shared = [token for token in words if token in known.ids]
    view.words[[vocabulary.ids[token] for token in shared]] = table[[known.ids[token] for token in shared]]
    view.split_patches(table[known.first_patch :])
    return vocabulary.first_patch - len(shared)


def other_architecture(folder: Path, difference: str) -> WarmStartError:
    """What is raised for a checkpoint that differs from what is trained."""
    return WarmStartError(f"{folder} is another architecture: {difference}; begin with --from nothing")


def vision_layer(name: str) -> int:
    """The number of the vision model's layer that a weight belongs to, -1 for none."""
    start = "vision_model.model.encoder.layers."
    return int(name.removeprefix(start).split(".")[0]) if name.startswith(start) else -1


def at_places(vectors: Tensor, count: int) -> Tensor:
    """Vectors [1 + places, D] of a square of patches, the first of no patch, brought to another number of patches.

    The last patch has no latent query (`TrainingView.auxiliary_loss` tells why): it is given its neighbour's here. Those
    of no square are left as they are, to be refused by their shape.
    """
    side, new_side = math.isqrt(len(vectors)), math.isqrt(count)
    places = vectors[1:]
    if len(places) == side**2 - 1:
        places = torch.cat([places, places[-1:]])
    if len(vectors) == count or len(places) != side**2:
        return vectors
    square = places.T.unflatten(1, (side, side))[None]
    finer = F.interpolate(square, size=(new_side, new_side), mode="bicubic", align_corners=False)
    return torch.cat([vectors[:1], finer[0].flatten(1).T])[:count]
