"""Begins a training from the weights of a checkpoint folder, whose vocabulary may be another."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import Kosmos2ForConditionalGeneration

from vocabulary import Vocabulary, VocabularyError, read_vocabulary
from wrapper import TrainingView

# Tensors whose size is the vocabulary's.
TABLES = ("text_model.model.embed_tokens.weight", "text_model.lm_head.weight")


class WarmStartError(RuntimeError):
    """The checkpoint is not one to begin from."""


@torch.no_grad()
def take_weights(view: TrainingView, vocabulary: Vocabulary, folder: Path) -> int:
    """Copies the weights of a checkpoint; words go by their name. Returns how many words the checkpoint did not know.

    The auxiliary heads are no part of a checkpoint and begin anew. Raises WarmStartError for another architecture.
    """
    try:
        source = Kosmos2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        known = read_vocabulary(folder)
    except (OSError, ValueError, VocabularyError) as error:
        raise WarmStartError(f"{folder} is no checkpoint that can be begun from: {error}") from error
    weights, target = source.state_dict(), view.model.state_dict()
    for name, tensor in target.items():
        if name in TABLES:
            continue
        if name not in weights or weights[name].shape != tensor.shape:
            found = list(weights[name].shape) if name in weights else "not there"
            raise WarmStartError(
                f"{folder} is another architecture: {name} is {found}, and {list(tensor.shape)} is trained; "
                "begin with --from nothing"
            )
        tensor.copy_(weights[name])
    table = weights[TABLES[0]]
    words = [token for token, index in vocabulary.ids.items() if index < vocabulary.first_patch]
    shared = [token for token in words if token in known.ids]
    view.words[[vocabulary.ids[token] for token in shared]] = table[[known.ids[token] for token in shared]]
    view.split_patches(table[known.first_patch :])
    return vocabulary.first_patch - len(shared)
