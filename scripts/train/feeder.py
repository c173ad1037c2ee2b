"""Batches for the training, made in a thread from the generator's stream, and where in the stream the training is."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from itertools import islice

from packing import Batch, batches_of_pool, pack
from stream import Scene, SceneStream, StreamError
from vocabulary import Vocabulary

# How many batches are cut from one pool of scenes, and how many wait for the training.
POOL_BATCHES = 8
WAITING = 6


@dataclass(frozen=True)
class Place:
    """The pool whose first scene has this seed, and how many of its batches are taken."""

    seed: int
    taken: int


class Feeder:
    """Gives batches with the place behind each; close it to end the generator."""

    def __init__(self, streams: list[SceneStream], vocabulary: Vocabulary, place: Place, batch_size: int) -> None:
        """`streams` give the scenes from `place.seed` on in turn: one of each, again and again."""
        self.streams = streams
        self.vocabulary = vocabulary
        self.place = place
        self.batch_size = batch_size
        self.ready: queue.Queue[tuple[Batch, Place] | BaseException] = queue.Queue(WAITING)
        self.closed = threading.Event()
        self.thread = threading.Thread(target=self._feed, daemon=True)
        self.thread.start()

    def next(self) -> tuple[Batch, Place]:
        """The next batch, and the place of the one after it."""
        item = self.ready.get()
        if isinstance(item, BaseException):
            raise item
        return item

    def close(self) -> None:
        """Ends thread and generator."""
        self.closed.set()
        for stream in self.streams:
            stream.close()
        self.thread.join(timeout=5)

    def _feed(self) -> None:
        try:
            scenes = in_turn(self.streams)
            size = self.batch_size * POOL_BATCHES
            seed, taken = self.place.seed, self.place.taken
            while pool := list(islice(scenes, size)):
                if pool[0].seed != seed:
                    raise StreamError(f"the generator gave scene {pool[0].seed} where {seed} was asked for")
                batches = batches_of_pool(pool, self.batch_size)
                for number, batch in enumerate(batches[taken:], taken + 1):
                    after = Place(seed, number) if number < len(batches) else Place(seed + size, 0)
                    self._put((pack(batch, self.vocabulary, len(self.streams[0].header.things)), after))
                    if self.closed.is_set():
                        return
                seed, taken = seed + size, 0
            raise StreamError("the generator has no more scenes")
        except BaseException as error:  # it is raised where the batch is asked for
            self._put(error)

    def _put(self, item: tuple[Batch, Place] | BaseException) -> None:
        while not self.closed.is_set():
            try:
                self.ready.put(item, timeout=0.5)
                return
            except queue.Full:
                continue


def in_turn(streams: list[SceneStream]):
    """One scene of each stream, again and again, until one has no more."""
    sources: list = [iter(stream) for stream in streams]
    while True:
        for source in sources:
            scene: Scene | None = next(source, None)
            if scene is None:
                return
            yield scene
