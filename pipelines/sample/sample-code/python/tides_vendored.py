# Copyright 2023 The harbour of nowhere in particular.
# Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0
#
# Vendored from the tide table of our neighbours; do not change it here.
"""When will the water be high enough for a boat of a given draught?"""
from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

LUNAR_HALF_DAY = 12.42  # hours between one high water and the next


@dataclass(frozen=True)
class Tide:
    """A single harmonic: good enough for a harbour, not for a harbour master."""

    mean: float       # metres above chart datum
    amplitude: float  # metres
    high_at: float    # hours after midnight of the first high water

    def height(self, hour: float) -> float:
        phase = 2 * math.pi * (hour - self.high_at) / LUNAR_HALF_DAY
        return self.mean + self.amplitude * math.cos(phase)


def windows(tide: Tide, draught: float, step: float = 0.1) -> Iterator[tuple[float, float]]:
    """Yields (from, to) in hours for which the water is deeper than the draught."""
    start: float | None = None
    hour = 0.0
    while hour <= 24.0:
        deep = tide.height(hour) > draught
        if deep and start is None:
            start = hour
        elif not deep and start is not None:
            yield start, hour
            start = None
        hour += step
    if start is not None:
        yield start, 24.0


def clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mean", type=float, default=2.4)
    parser.add_argument("--amplitude", type=float, default=1.6)
    parser.add_argument("--high-at", type=float, default=3.5)
    parser.add_argument("draught", type=float, help="metres")
    options = parser.parse_args(arguments)
    if options.draught <= 0:
        parser.error("a boat without draught needs no tide table")
    tide = Tide(options.mean, options.amplitude, options.high_at)
    found = False
    for begin, end in windows(tide, options.draught):
        found = True
        print(f"{clock(begin)} to {clock(end)}")
    if not found:
        print("not today", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
