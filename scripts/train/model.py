"""The embedded model: its configuration, and the weights that training begins with.

The architecture is transformers' Kosmos2ForConditionalGeneration, unchanged.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from transformers import GenerationConfig, Kosmos2Config, Kosmos2ForConditionalGeneration

IMAGE_SIZE = 256
PATCH_SIZE = 16
# Patches along a side of the picture, and cells along a side of the grid that boxes are written in.
PATCHES = IMAGE_SIZE // PATCH_SIZE
GRID = 32
# As many as patches: latent query i sees the first i of them alone (see `initialise_projection`).
LATENTS = PATCHES**2
# The limit for answers that the generation settings carry: a detailed description of six things fits.
MAX_NEW_TOKENS = 160

# The share of a residual branch's output at first; divided by the square root of the number of layers.
RESIDUAL = 0.5
# How sharply a latent query looks at its own place at first.
FOCUS = 1.8


def configuration(vocabulary_size: int) -> Kosmos2Config:
    """The configuration of the embedded model with a vocabulary of this size."""
    return Kosmos2Config(
        text_config={
            "vocab_size": vocabulary_size,
            "max_position_embeddings": 512,
            "embed_dim": 192,
            "layers": 3,
            "ffn_dim": 768,
            "attention_heads": 6,
            "dropout": 0.0,
            "attention_dropout": 0.0,
            "activation_dropout": 0.0,
            "scale_embedding": True,
            "bos_token_id": 0,
            "pad_token_id": 1,
            "eos_token_id": 2,
        },
        vision_config={
            "hidden_size": 256,
            "intermediate_size": 1024,
            "num_hidden_layers": 6,
            "num_attention_heads": 8,
            "image_size": IMAGE_SIZE,
            "patch_size": PATCH_SIZE,
        },
        latent_query_num=LATENTS,
    )


def build(vocabulary_size: int, seed: int = 0) -> Kosmos2ForConditionalGeneration:
    """A model with the weights that training begins with; the same for the same seed."""
    torch.manual_seed(seed)
    model = Kosmos2ForConditionalGeneration(configuration(vocabulary_size))
    model.generation_config = GenerationConfig(
        bos_token_id=0, eos_token_id=2, pad_token_id=1, max_new_tokens=MAX_NEW_TOKENS
    )
    with torch.no_grad():
        places = initialise_vision(model)
        initialise_projection(model, places)
        initialise_text(model)
    return model


def axis_code(count: int, size: int) -> Tensor:
    """Cosines of growing frequency over places along one axis: [count, size], zero mean, unit average power."""
    places = (torch.arange(count) + 0.5) / count
    return torch.cos(math.pi * places[:, None] * torch.arange(1, size + 1)) * math.sqrt(2)


def orthogonal(rows: int, columns: int, gain: float = 1.0) -> Tensor:
    """A random matrix whose rows or columns, the fewer of them, are orthonormal, times `gain`."""
    return nn.init.orthogonal_(torch.empty(rows, columns)) * gain


def initialise_attention(attention: nn.Module, gain: float) -> None:
    """Orthogonal queries, keys and values; an output whose size is `gain`."""
    for linear in (attention.q_proj, attention.k_proj, attention.v_proj, attention.out_proj):
        linear.weight.copy_(orthogonal(*linear.weight.shape))
        linear.bias.zero_()
    attention.out_proj.weight.mul_(gain)


def initialise_feed_forward(network: nn.Module, gain: float) -> None:
    """Normal weights that keep the size of what comes in; an output whose size is `gain`."""
    for linear, size in ((network.fc1, 1.0), (network.fc2, gain)):
        nn.init.normal_(linear.weight, std=size / math.sqrt(linear.in_features))
        linear.bias.zero_()


def initialise_vision(model: Kosmos2ForConditionalGeneration) -> Tensor:
    """Sets the vision model; returns the position codes of the patches [patches, width], of unit mean square."""
    vision = model.vision_model.model
    embeddings = vision.embeddings
    width = embeddings.class_embedding.shape[-1]
    nn.init.normal_(embeddings.patch_embedding.weight, std=1 / math.sqrt(3 * PATCH_SIZE**2))
    # Positions that tell rows from columns, turned at random in the model's width.
    frequencies = 7
    axis = axis_code(PATCHES, frequencies)
    rows = axis[:, None].expand(PATCHES, PATCHES, frequencies)
    columns = axis[None, :].expand(PATCHES, PATCHES, frequencies)
    places = torch.cat([rows, columns], -1).flatten(0, 1) @ orthogonal(2 * frequencies, width)
    places = places / places.pow(2).mean(-1).sqrt().mean()
    embeddings.position_embedding.weight[1:] = places
    embeddings.position_embedding.weight[0] = 0
    nn.init.normal_(embeddings.class_embedding, std=0.5)
    gain = RESIDUAL / math.sqrt(len(vision.encoder.layers))
    for layer in vision.encoder.layers:
        initialise_attention(layer.self_attn, gain)
        initialise_feed_forward(layer.mlp, gain)
    return places


def initialise_projection(model: Kosmos2ForConditionalGeneration, places: Tensor) -> None:
    """Sets the projection so that latent query i begins by looking at the last patch that it may see, i - 1.

    (Its attention is marked causal and gets no mask: query i sees the class position and the first i patches.)
    """
    projection = model.image_to_text_projection
    text_width, vision_width = projection.dense.weight.shape
    # Features come with a length of 1: this gives their components a mean square of 1.
    dense = orthogonal(text_width, vision_width, math.sqrt(vision_width))
    projection.dense.weight.copy_(dense)
    projection.dense.bias.zero_()
    directions = places / places.norm(dim=-1, keepdim=True)
    projection.latent_query.copy_(directions.roll(1, 0) @ dense.T)
    projection.latent_query[0] = 0
    attention = projection.x_attn
    initialise_attention(attention, 1 / math.sqrt(text_width))
    # The same turn for both, so that equal directions meet.
    turn = orthogonal(text_width, text_width, FOCUS)
    attention.q_proj.weight.copy_(turn)
    attention.k_proj.weight.copy_(turn)


def initialise_text(model: Kosmos2ForConditionalGeneration) -> None:
    """Sets the text model."""
    text = model.text_model.model
    gain = RESIDUAL / math.sqrt(len(text.layers))
    for layer in text.layers:
        initialise_attention(layer.self_attn, gain)
        initialise_feed_forward(layer.ffn, gain)
    embedding = text.embed_tokens.weight
    nn.init.normal_(embedding, std=1 / math.sqrt(embedding.shape[1]))
    embedding[model.config.text_config.pad_token_id] = 0
