"""How does recall follow the true similarity? A picture of the theoretical curve and of what each tool removed."""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from roots.filters.minhash import chance_of_meeting

WIDTH, HEIGHT, LEFT, TOP, SIZE = 720, 440, 56, 24, (440, 360)
COLOURS = ("#0b5394", "#b45f06", "#6aa84f", "#a64d79")
Points = Sequence[tuple[float, float, int]]  # mean similarity of a bin, share of its pairs of which one is removed, pairs


def curve(to: Path, tools: Mapping[str, Points], bands: int, rows: int, threshold: float) -> None:
    """Writes the SVG: the chance to meet in a band, what of it verification leaves, and the tools as dots.

    A bar through a dot is the 95 % interval of Wilson (1927) for the number of pairs in its bin.
    """
    def x(similarity: float) -> float:
        return LEFT + SIZE[0] * similarity

    def y(share: float) -> float:
        return TOP + SIZE[1] * (1 - share)

    def line(points: Sequence[tuple[float, float]], style: str) -> str:
        return f'<polyline points="{" ".join(f"{x(s):.1f},{y(p):.1f}" for s, p in points)}" fill="none" {style}/>'

    steps = [step / 200 for step in range(201)]
    theory = [(step, chance_of_meeting(step, bands, rows)) for step in steps]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12" role="img">',
             "<title>Share of planted pairs of which one is removed, by their true Jaccard similarity</title>",
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for tick in range(0, 11, 2):
        share = tick / 10
        parts += [f'<path d="M{x(0)} {y(share)}H{x(1)}M{x(share)} {y(0)}V{y(1)}" stroke="#ddd"/>',
                  f'<text x="{x(0) - 8}" y="{y(share) + 4}" text-anchor="end">{share:.1f}</text>',
                  f'<text x="{x(share)}" y="{y(0) + 18}" text-anchor="middle">{share:.1f}</text>']
    parts += [line(theory, 'stroke="#999" stroke-dasharray="5 4"'),
              line([(threshold, 0.0), *(point for point in theory if point[0] >= threshold)], 'stroke="#333" stroke-width="1.5"'),
              f'<text x="{x(0.5)}" y="{HEIGHT - 14}" text-anchor="middle">true Jaccard similarity of 5-word shingles</text>']
    legend = [("#999", f"meets in one of {bands} bands of {rows}"), ("#333", f"… and is verified at {threshold}")]
    for (tool, points), colour in zip(tools.items(), COLOURS, strict=False):
        for similarity, share, pairs in points:
            low, high = wilson(share, pairs)
            parts += [f'<path d="M{x(similarity):.1f} {y(low):.1f}V{y(high):.1f}" stroke="{colour}"/>',
                      f'<circle cx="{x(similarity):.1f}" cy="{y(share):.1f}" r="4" fill="{colour}"/>']
        legend.append((colour, tool))
    for row, (colour, name) in enumerate(legend):
        top = TOP + 16 + 20 * row
        parts += [f'<rect x="{x(1) + 20}" y="{top - 9}" width="10" height="10" fill="{colour}"/>',
                  f'<text x="{x(1) + 36}" y="{top}">{name}</text>']
    to.write_text("\n".join([*parts, "</svg>"]) + "\n", "utf-8")


def wilson(share: float, pairs: int, z: float = 1.96) -> tuple[float, float]:
    """The interval in which a share of so many lies with 95 % confidence."""
    middle = (share + z * z / (2 * pairs)) / (1 + z * z / pairs)
    half = z / (1 + z * z / pairs) * math.sqrt(share * (1 - share) / pairs + z * z / (4 * pairs * pairs))
    return max(0.0, middle - half), min(1.0, middle + half)
