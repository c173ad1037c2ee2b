"""The embedded model's vocabulary: words, tags, the 1024 patch tokens, and the processor's files that hold them.

Words are pieces of a unigram tokenizer, as KOSMOS-2's own is one; a word that is not there is spelt in letters.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass
from pathlib import Path

from model import IMAGE_SIZE, LATENTS

LETTERS = string.ascii_letters + string.digits + "'-!"
ARTICLES = ("a", "an", "another", "the")
# Log probabilities of the pieces: a whole word always costs less than its letters.
WORD, SIGN, SPACE, LETTER = -6.0, -5.0, -9.0, -13.0
# What Kosmos2Processor begins with and where it counts the places of the picture from.
FIRST_IMAGE_TOKEN = 4


class VocabularyError(ValueError):
    """Processor files that the training cannot work with."""


@dataclass(frozen=True)
class Vocabulary:
    """Ids by token, and what the training needs to know of them."""

    ids: dict[str, int]

    @property
    def size(self) -> int:
        """How many ids there are."""
        return len(self.ids)

    @property
    def first_patch(self) -> int:
        """The id of the first of the patch tokens, which are the last 1024 ids."""
        return self.ids["<patch_index_0000>"]

    @property
    def prefix(self) -> list[int]:
        """What stands before every text: `<s><image>`, a place for each latent, `</image>`."""
        places = range(FIRST_IMAGE_TOKEN, FIRST_IMAGE_TOKEN + LATENTS)
        return [self.ids["<s>"], self.ids["<image>"], *places, self.ids["</image>"]]

    @property
    def end(self) -> int:
        """The id of `</s>`."""
        return self.ids["</s>"]

    @property
    def padding(self) -> int:
        """The id of `<pad>`."""
        return self.ids["<pad>"]

    def of_words(self, words: str) -> list[int]:
        """The ids of whole words with spaces between them. Raises VocabularyError for a word that is not there."""
        tokens = [f"▁{word}" for word in words.split()]
        unknown = [token for token in tokens if token not in self.ids]
        if unknown:
            raise VocabularyError(f"the vocabulary has no token {unknown[0]!r}, a word of {words!r}")
        return [self.ids[token] for token in tokens]

    @property
    def articles(self) -> frozenset[int]:
        """Ids of the words before a name that are no part of it."""
        return frozenset(self.ids[f"▁{word}"] for word in ARTICLES if f"▁{word}" in self.ids)


def read_vocabulary(folder: Path) -> Vocabulary:
    """Reads the ids from a folder with the processor's files.

    Raises VocabularyError when they are not the vocabulary of an embedded model.
    """
    from transformers import AutoTokenizer

    try:
        ids = AutoTokenizer.from_pretrained(folder).get_vocab()
    except (OSError, ValueError) as error:
        raise VocabularyError(f"{folder} has no tokenizer that transformers can read: {error}") from error
    vocabulary = Vocabulary(ids)
    patches = [ids.get(f"<patch_index_{index:04d}>") for index in range(1024)]
    if patches != list(range(len(ids) - 1024, len(ids))) or sorted(ids.values()) != list(range(len(ids))):
        raise VocabularyError(f"{folder}: the patch tokens must be the last 1024 of ids without a gap")
    if vocabulary.first_patch < FIRST_IMAGE_TOKEN + LATENTS:
        raise VocabularyError(f"{folder}: {LATENTS} places of the picture need as many words before the patch tokens")
    return vocabulary


def write_processor(words: list[str], punctuation: list[str], folder: Path) -> Vocabulary:
    """Writes tokenizer and processor files for these words and marks into a folder, as transformers writes them."""
    from transformers import XLMRobertaTokenizer
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.kosmos2.processing_kosmos2 import Kosmos2Processor

    pieces = [(f"▁{word}", WORD) for word in sorted(set(words))] + [(sign, SIGN) for sign in sorted(set(punctuation))]
    # A word of one letter, such as "a", is a piece with its space; the letter alone is another.
    pieces += [("▁", SPACE)] + [(letter, LETTER) for letter in LETTERS if letter not in punctuation]
    specials = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    # The processor takes the number of a picture's places from the tokenizer's settings, else it is 64.
    tokenizer = XLMRobertaTokenizer(vocab=[*specials, *pieces, ("<mask>", 0.0)], num_image_tokens=LATENTS)
    size = {"height": IMAGE_SIZE, "width": IMAGE_SIZE}
    image_processor = CLIPImageProcessorPil(size=size, crop_size=size)
    Kosmos2Processor(image_processor, tokenizer).save_pretrained(folder)
    # Kosmos2Processor sets use_square_size, and with it transformers writes a size of 224 whatever it was given.
    path = folder / "processor_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    written = config["image_processor"]
    written.pop("use_square_size", None)
    written["image_processor_type"] = "CLIPImageProcessor"
    written["size"] = written["crop_size"] = size
    path.write_text(f"{json.dumps(config, indent=2, sort_keys=True)}\n", encoding="utf-8")
    return read_vocabulary(folder)
