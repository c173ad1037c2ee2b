"""The training's view of the embedded model: the same weights, written so that they learn faster.

- A patch token is the sum of its row's and its column's vector; the plain table of 1024 vectors is written at export.
  The scores of the patch tokens are sums likewise, so that the softmax over words and 1024 patches needs 64 products
  for the patches instead of 1024.
- The target of a corner is a Gaussian of half a cell around its exact coordinate instead of one cell, so that the
  model's belief tells where in the cell the corner is. What is read from that belief, the place that explains best the
  three cells about the likeliest, is held to the exact coordinate as well, the more strictly the smaller the box: a
  distance that hardly changes the cross entropy is a good part of a small box's overlap.
- Two auxiliary heads, dropped at export, say for every patch which thing is there and how far its box goes. What a
  latent says of its thing is compared with the very vectors of the thing's words, in the singular and in the plural: so
  a word and what it names come to lie in the same direction, and a phrase finds its thing by plain attention. With
  vectors of its own in their place, the model named things long before it found one by its name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import AttentionInterface, Kosmos2ForConditionalGeneration
from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from auxiliary import extents_loss, naming, names_loss
from model import GRID, PATCH_SIZE, axis_code, orthogonal
from packing import FIRST_POSITION, NO_SEGMENT, Batch
from vocabulary import Vocabulary

# Standard deviation of a corner's target, in cells.
CORNER_DEVIATION = 0.5
# Weight of how far the places that are read from the belief are off, in parts of the box's side, beside the belief's
# cross entropy.
PLACE_WEIGHT = 6.0
# How many cells beside the likeliest are read, to each side; finerBox's own.
PLACE_RADIUS = 1
# Weight of the auxiliary heads' losses beside those of words and boxes.
AUXILIARY_WEIGHT = 0.5
# What is added to the score of a place that must not be seen.
UNSEEN = -1e9


@dataclass
class Losses:
    """What a batch costs; `total` is to be made small, the others are for people. All are scalars."""

    total: Tensor
    words: Tensor  # cross entropy of words and tags
    boxes: Tensor  # cross entropy of corners
    places: Tensor  # how far the places that are read for corners are off, in parts of their box's side, mean over axes
    auxiliary: Tensor
    word_accuracy: Tensor  # share of words and tags that are the likeliest
    cell_distance: Tensor  # from the likeliest cell to the right one, mean over rows and columns


@dataclass
class LookLosses:
    """What a batch of collages costs, as `Losses`."""

    total: Tensor
    names_right: Tensor  # share of the patches with a thing whose thing is the likeliest


class TrainingView(nn.Module):
    """Wraps a model; `write_back` gives its embedding table what was learned."""

    def __init__(
        self, model: Kosmos2ForConditionalGeneration, vocabulary: Vocabulary, names: list[tuple[str, str]]
    ) -> None:
        """Wraps `model`; `names` are what one and what several of each thing are called."""
        super().__init__()
        self.model = model
        self.first_patch = vocabulary.first_patch
        self.padding = vocabulary.padding
        self.thing_count = thing_count = len(names)
        text, vision = model.config.text_config, model.config.vision_config
        table = model.text_model.model.embed_tokens.weight
        table.requires_grad_(False)
        self.words = nn.Parameter(table[: self.first_patch].clone())
        frequencies = 12
        turn = orthogonal(2 * frequencies, text.embed_dim, 0.9 / math.sqrt(2 * frequencies))
        code = axis_code(GRID, frequencies)
        self.row = nn.Parameter(code @ turn[:frequencies])
        self.column = nn.Parameter(code @ turn[frequencies:])
        self.picture_head = nn.Linear(vision.hidden_size, thing_count + 1 + 4)
        # The things' part of this head is the words' own vectors.
        self.latent_head = nn.Linear(text.embed_dim, 1 + 4)
        self.register_buffer("naming", naming(vocabulary, names), persistent=False)
        self.attend_plainly(False)
        area = PATCH_SIZE**2
        self.register_buffer("prefix", torch.tensor(vocabulary.prefix), persistent=False)
        self.register_buffer("mean", torch.tensor(OPENAI_CLIP_MEAN).repeat_interleave(area) * 255, persistent=False)
        self.register_buffer("deviation", torch.tensor(OPENAI_CLIP_STD).repeat_interleave(area) * 255, persistent=False)

    def attend_plainly(self, plainly: bool) -> None:
        """Chooses between transformers' default attention and `plain_attention`, which is faster on a CPU."""
        for config in (self.model.config, self.model.config.text_config, self.model.config.vision_config):
            config._attn_implementation = "plain" if plainly else "sdpa"

    def word_table(self) -> Tensor:
        """Vectors of words and tags [first_patch, D], that of padding zero as transformers keeps it."""
        kept = torch.ones(self.first_patch, 1, device=self.words.device)
        kept[self.padding] = 0
        return self.words * kept

    def table(self) -> Tensor:
        """Vectors of all tokens [V, D]."""
        patches = (self.row[:, None] + self.column[None]).flatten(0, 1)
        return torch.cat([self.word_table(), patches])

    @torch.no_grad()
    def write_back(self) -> None:
        """Writes the plain table into the wrapped model."""
        self.model.text_model.model.embed_tokens.weight.copy_(self.table())

    @torch.no_grad()
    def split_patches(self, patches: Tensor) -> None:
        """Takes rows and columns from the plain vectors of the patch tokens [1024, D]."""
        grid = patches.unflatten(0, (GRID, GRID))
        middle = grid.mean((0, 1)) / 2
        self.row.copy_(grid.mean(1) - middle)
        self.column.copy_(grid.mean(0) - middle)

    def see(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Features [B, 1 + 256, 256] and latents [B, 256, 192] of pictures uint8 [B, 256, 768]."""
        vision = self.model.vision_model.model
        embeddings = vision.embeddings
        pixels = (patches.float() - self.mean) / self.deviation
        hidden = F.linear(pixels, embeddings.patch_embedding.weight.flatten(1))
        first = embeddings.class_embedding.expand(len(hidden), 1, -1).to(hidden.dtype)
        hidden = torch.cat([first, hidden], 1) + embeddings.position_embedding.weight
        hidden = self.halved(vision.pre_layrnorm(hidden))
        for layer in vision.encoder.layers:
            hidden = layer(hidden, None)
        features = vision.post_layernorm(hidden)
        latents, _ = self.model.image_to_text_projection(F.normalize(features, dim=-1))
        return features, latents

    def read(self, latents: Tensor, batch: Batch, places: Tensor | None = None) -> Tensor:
        """The text model's last hidden states at the rows' tokens [B, L, 192], or at some places [B, A] of them."""
        text = self.model.text_model.model
        table = self.table()
        rows = len(latents)
        prefix = table[self.prefix]
        # <s> and <image>, the latents at their places, </image>.
        parts = [prefix[:2].expand(rows, -1, -1), latents.to(table.dtype), prefix[-1:].expand(rows, -1, -1)]
        hidden = torch.cat([*parts, table[batch.ids]], 1) * text.embed_scale
        size = len(self.prefix)
        first = torch.arange(FIRST_POSITION, FIRST_POSITION + size, device=hidden.device).expand(rows, -1)
        hidden = hidden + text.embed_positions.weights[torch.cat([first, batch.positions], 1)]
        hidden = self.halved(hidden)
        mask = self.attention_mask(batch.segments)
        *layers, last = text.layers
        for layer in layers:
            hidden = layer(hidden, mask)
        hidden = last(hidden, mask)[:, size:] if places is None else layer_at(last, hidden, mask, places + size)
        return text.layer_norm(hidden)

    def attention_mask(self, segments: Tensor) -> Tensor:
        """Additive mask [B, 1, prefix + L, prefix + L]: a token sees the prefix and its own text, and nothing later.

        Of the prefix, texts without a picture see <s> alone.
        """
        size = len(self.prefix)
        segments = F.pad(segments, (size, 0))
        seen = (segments[:, None, :] == 0) | (segments[:, None, :] == segments[:, :, None])
        seen[:, :, 1:size] &= segments[:, :, None] >= NO_SEGMENT
        seen = seen.tril()[:, None]
        return self.halved(torch.zeros(seen.shape, device=segments.device)).masked_fill_(~seen, UNSEEN)

    def halved(self, values: Tensor) -> Tensor:
        """The same in autocast's type where autocast is on: else every layer would carry and convert float32."""
        device = values.device.type
        return values.to(torch.get_autocast_dtype(device)) if torch.is_autocast_enabled(device) else values

    def scores(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of words [N, first_patch], rows [N, 32] and columns [N, 32] after hidden states [N, 192].

        The score of a patch token is the sum of its row's and its column's.
        """
        with torch.autocast(hidden.device.type, enabled=False):
            joined = torch.cat([self.word_table(), self.row, self.column])
            return (hidden.float() @ joined.T).split([self.first_patch, GRID, GRID], -1)

    def logits(self, batch: Batch) -> Tensor:
        """Scores of all tokens at every place of the rows [B, L, V], as the plain model gives them."""
        _, latents = self.see(batch.patches)
        words, rows, columns = self.scores(self.read(latents, batch))
        return torch.cat([words, (rows[..., :, None] + columns[..., None, :]).flatten(-2)], -1)

    def forward(self, batch: Batch) -> Losses:
        """The losses of a batch, which has a text at least."""
        features, latents = self.see(batch.patches)
        auxiliary, _ = self.auxiliary_loss(features, latents, batch)
        # There is nothing to be read with a collage.
        read = batch.rows_with_text()
        texts = batch.rows(read)
        # Only what is asked for goes through the last layer: answers, about a third of what is read.
        is_asked = texts.labels >= 0
        places = is_asked.int().argsort(dim=1, descending=True, stable=True)[:, : int(is_asked.sum(1).max())]
        hidden = self.read(latents[read], texts, places)
        asked = is_asked.gather(1, places)
        labels = texts.labels.gather(1, places)[asked]
        exact = texts.corners.gather(1, places[..., None].expand(-1, -1, 2))[asked]
        words, rows, columns = self.scores(hidden[asked])
        # The sum of exp(row + column) over all patches is the product of the sums.
        patches = rows.logsumexp(-1) + columns.logsumexp(-1)
        everything = torch.logaddexp(words.logsumexp(-1), patches)
        is_patch = labels >= self.first_patch
        of_words, of_patches = (~is_patch).nonzero()[:, 0], is_patch.nonzero()[:, 0]
        word_labels = labels[of_words]
        word_loss = everything[of_words] - words[of_words].gather(1, word_labels[:, None])[:, 0]
        corners = exact[of_patches]
        likeliest_patch = rows.amax(-1) + columns.amax(-1)
        rows, columns = rows[of_patches], columns[of_patches]
        box_loss = everything[of_patches]
        sides = box_sides(corners)
        place_loss = torch.zeros_like(box_loss)
        for axis, scores in enumerate((rows, columns)):
            corner = corners[:, axis, None]
            box_loss = box_loss - (scores * corner_target(corner)).sum(-1)
            place_loss = place_loss + place_distance(scores, corner) / sides[:, axis]
        main = (word_loss.sum() + box_loss.sum() + PLACE_WEIGHT * place_loss.sum()) / len(labels)
        with torch.no_grad():
            best = words[of_words].max(-1)
            right = (best.indices == word_labels) & (best.values > likeliest_patch[of_words])
            cells = labels[of_patches] - self.first_patch
            away = (rows.argmax(-1) - cells // GRID).abs() + (columns.argmax(-1) - cells % GRID).abs()
        return Losses(
            main + AUXILIARY_WEIGHT * auxiliary,
            mean(word_loss.detach()),
            mean(box_loss.detach()),
            mean(place_loss.detach()) / 2,
            auxiliary.detach(),
            mean(right.float()),
            mean(away.float()) / 2,
        )

    def look(self, batch: Batch) -> LookLosses:
        """The losses of a batch of collages, which has no texts: those of the auxiliary heads alone."""
        return LookLosses(*self.auxiliary_loss(*self.see(batch.patches), batch))

    def auxiliary_loss(self, features: Tensor, latents: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Names and extents of what is at each patch, from the patch's feature and from the latent that starts there.

        Latent i begins with a look at patch i - 1, the last that it may see: the last patch has no latent. The second
        result is the share of patches with a thing whose latent names it.
        """
        text = self.model.text_model.model
        seen = self.picture_head(features[:, 1:]).float()
        latents = latents[:, 1:] * text.embed_scale
        told = self.latent_head(latents).float()
        likeness = (latents @ (self.naming @ self.words).to(latents.dtype).mT).float()
        singular, plural = (torch.cat([scores, told[..., :1]], -1) for scores in likeness.chunk(2, -1))
        of_features = names_loss(seen[..., :-4], batch) + extents_loss(seen[..., -4:], batch, self.thing_count)
        of_names = (names_loss(singular, batch) + names_loss(plural, batch)) / 2
        of_latents = of_names + extents_loss(told[..., 1:], batch, self.thing_count)
        with torch.no_grad():
            things = batch.things[:, : singular.shape[1]]
            right = (singular.argmax(-1) == things)[things < self.thing_count]
        return of_features + of_latents, mean(right.float())


def layer_at(layer: nn.Module, hidden: Tensor, mask: Tensor, places: Tensor) -> Tensor:
    """What a layer of the text model makes of hidden states [B, S, D] at some places [B, A] alone: [B, A, D]."""
    rows, length, width = hidden.shape
    flat = (places + length * torch.arange(rows, device=places.device)[:, None]).flatten()

    def wanted(values: Tensor) -> Tensor:
        return values.flatten(0, 1).index_select(0, flat).view(rows, -1, values.shape[-1])

    normal = layer.self_attn_layer_norm(hidden)
    mask = wanted(mask[:, 0])[:, None]
    attended, _ = layer.self_attn(wanted(normal), encoder_hidden_states=normal, attention_mask=mask)
    hidden = wanted(hidden) + attended
    return hidden + layer.ffn(layer.final_layer_norm(hidden))


def plain_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    **_: object,
) -> tuple[Tensor, None]:
    """Attention as products and a softmax, with the arguments and the result of transformers' implementations.

    With short rows it takes half the time of torch's fused kernel on a CPU, and a sixth in the vision model. Like
    transformers' default it is causal where the module says so and no mask is given.
    """
    scores = (query * (scaling or query.shape[-1] ** -0.5)) @ key.transpose(-1, -2)
    if attention_mask is not None:
        scores = scores + attention_mask
    elif getattr(module, "is_causal", False):
        later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(later, UNSEEN)
    return (scores.softmax(-1) @ value).transpose(1, 2).contiguous(), None


AttentionInterface.register("plain", plain_attention)


def mean(values: Tensor) -> Tensor:
    """The mean, 0 of nothing: a small batch may have no box."""
    return values.sum() / max(1, values.numel())


def corner_target(exact: Tensor) -> Tensor:
    """Probabilities [N, 32] of cells around exact coordinates [N, 1] in cells, a cell's centre being at i + 0.5."""
    return corner_scores(exact).softmax(-1)


def corner_scores(exact: Tensor) -> Tensor:
    """The logarithms of `corner_target`, but for a constant."""
    centres = torch.arange(GRID, device=exact.device) + 0.5
    return -((centres - exact) ** 2) / (2 * CORNER_DEVIATION**2)


def place_distance(scores: Tensor, exact: Tensor) -> Tensor:
    """How far what scores [N, 32] say of the cells about the likeliest is from what the target says of them: [N].

    Compared are the means over those cells, in cells: finerBox (src/generate/boxes/finer-box.ts) reads the place whose
    target has that mean. From a corner farther off it is about one.
    """
    reach = torch.arange(-PLACE_RADIUS, PLACE_RADIUS + 1, device=scores.device)
    cells = scores.argmax(-1, keepdim=True) + reach
    outside = (cells < 0) | (cells >= GRID)
    cells = cells.clamp(0, GRID - 1)

    def mean_place(scores: Tensor) -> Tensor:
        return (scores.gather(-1, cells).masked_fill(outside, UNSEEN).softmax(-1) * reach).sum(-1)

    return (mean_place(scores) - mean_place(corner_scores(exact))).abs()


def box_sides(corners: Tensor) -> Tensor:
    """Height and width in cells, a cell at least, of the box that each of the corners [N, 2] belongs to: [N, 2].

    The corners come in pairs, the upper left one first.
    """
    return (corners[1::2] - corners[::2]).clamp(min=1).repeat_interleave(2, 0)
