"""Reads scenes from the generator, a child process (scripts/scenes/stream.ts), whose documentation has the format."""

from __future__ import annotations

import json
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model import IMAGE_SIZE

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "scripts" / "scenes" / "stream.ts"
FORMAT = 3
# The JSON of one scene is a few kilobytes, that of the header some tens: what is longer is no JSON of the generator.
MAX_JSON = 4 * 1024**2
PIXEL_BYTES = IMAGE_SIZE * IMAGE_SIZE * 3


class StreamError(RuntimeError):
    """The generator ended early, or wrote what the format does not allow."""


@dataclass(frozen=True)
class Segment:
    """A prompt with its answer, as ids without the picture's prefix."""

    task: str
    ids: list[int]  # prompt, answer, </s>
    answer: int  # where the answer begins in `ids`
    corners: list[tuple[int, float, float]]  # index in `ids`, x and y of 1, for each patch token of the answer
    given: tuple[int, int] = (0, 0)  # the part of `ids` of which nothing is to be learned


@dataclass(frozen=True)
class Scene:
    """A picture with what is in it and texts about it."""

    seed: int
    things: list[tuple[int, tuple[float, float, float, float]]]  # number of the name, box of 1
    segments: list[Segment]
    pixels: np.ndarray  # uint8 [256, 256, 3]


@dataclass(frozen=True)
class Header:
    """What the generator can draw and say."""

    things: list[str]
    plurals: list[str]  # what several of each thing are called
    words: list[str]


class SceneStream:
    """Scenes of consecutive seeds, in order; close it to end the generator."""

    def __init__(self, node: str, first: int, *options: str) -> None:
        command = [node, str(GENERATOR), "--first", str(first), *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, bufsize=1 << 20)
        try:
            header = self._read_json()
            if header is None:
                raise self._ended()
            self.header = check_header(header)
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[Scene]:
        while (record := self._read_json()) is not None:
            pixels = np.frombuffer(self._read(PIXEL_BYTES), np.uint8).reshape(IMAGE_SIZE, IMAGE_SIZE, 3)
            yield check_scene(record, pixels, len(self.header.things))
        if self.process.wait() != 0:
            raise self._ended()

    def close(self) -> None:
        """Ends the generator."""
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def _read_json(self) -> dict | None:
        """The next record's JSON, None at the end."""
        start = self.process.stdout.read(4)
        if not start:
            return None
        if len(start) < 4:
            raise self._ended()
        (size,) = struct.unpack("<I", start)
        if not 0 < size <= MAX_JSON:
            raise StreamError(f"{GENERATOR.name} announced a record of {size} bytes; 1 to {MAX_JSON} are allowed")
        try:
            record = json.loads(self._read(size))
        except ValueError as error:
            raise StreamError(f"{GENERATOR.name} wrote a record that is no JSON: {error}") from error
        if not isinstance(record, dict):
            raise StreamError(f"{GENERATOR.name} wrote a record that is no object")
        return record

    def _read(self, size: int) -> bytes:
        data = self.process.stdout.read(size)
        if len(data) < size:
            raise self._ended()
        return data

    def _ended(self) -> StreamError:
        status = self.process.wait()
        return StreamError(f"{GENERATOR.name} ended early with exit status {status}; its message, if any, is above")


def check_header(record: dict) -> Header:
    """The header, checked."""
    if record.get("format") != FORMAT or record.get("image_size") != IMAGE_SIZE:
        found = f"format {record.get('format')} with pictures of {record.get('image_size')} pixels"
        raise StreamError(f"{GENERATOR.name} writes {found}; format {FORMAT} with {IMAGE_SIZE} pixels is needed")
    return Header(record["things"], record["plurals"], record["words"])


def check_scene(record: dict, pixels: np.ndarray, thing_count: int) -> Scene:
    """The scene of a record, its numbers checked where a wrong one would train the wrong thing in silence."""
    things = [(thing["name_id"], tuple(thing["box"])) for thing in record["things"]]
    segments = []
    for entry in record["segments"]:
        corners = [tuple(corner) for corner in entry["corners"]]
        segment = Segment(entry["task"], entry["ids"], entry["answer"], corners, tuple(entry["given"]))
        if not 0 < segment.answer < len(segment.ids):
            raise StreamError(f"scene {record['seed']}: an answer that begins at {segment.answer} in a text without it")
        if any(place < segment.answer or place >= len(segment.ids) for place, _, _ in segment.corners):
            raise StreamError(f"scene {record['seed']}: a corner that is not in its answer")
        start, end = segment.given
        if (start, end) != (0, 0) and not segment.answer <= start < end < len(segment.ids):
            raise StreamError(f"scene {record['seed']}: a given part that is not in its answer")
        segments.append(segment)
    if any(not 0 <= name < thing_count for name, _ in things):
        raise StreamError(f"scene {record['seed']}: a thing that the header does not name")
    return Scene(record["seed"], things, segments, pixels)


def read_words(node: str) -> tuple[list[str], list[str]]:
    """All words that the generator can say or be asked, with ordinary ones beside them, and its punctuation."""
    command = [node, str(GENERATOR.with_name("words.ts"))]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    if result.returncode != 0:
        raise StreamError(f"words.ts ended with exit status {result.returncode}; its message is above")
    answer = json.loads(result.stdout)
    return answer["words"], answer["punctuation"]
