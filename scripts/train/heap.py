"""Keeps a long training's memory small."""

import ctypes
import sys


def give_back_memory() -> None:
    """Gives the system back what the C library holds of freed memory.

    Batches are of another length each, and what they leave free between what stays grows to gigabytes within the hour:
    glibc gives back only the end of its heap by itself. Does nothing where there is no glibc.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
