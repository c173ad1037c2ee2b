"""Which type of numbers a machine trains fast in."""

from __future__ import annotations

import time

import torch


def has_fast_halves(device: torch.device) -> bool:
    """Whether products in bfloat16 are faster than in float32; on a CPU without instructions for them they are not."""
    if device.type != "cpu":
        return True

    def seconds(dtype: torch.dtype) -> float:
        values = torch.ones(1024, 256, dtype=dtype)
        times = []
        for _ in range(5):
            start = time.perf_counter()
            torch.mm(values, values.T)
            times.append(time.perf_counter() - start)
        return min(times)

    return seconds(torch.bfloat16) < seconds(torch.float32)
