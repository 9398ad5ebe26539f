"""How is a histogram with its limit drawn? As a small picture that is readable at the width of a telephone."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT, TOP, FOOT = 360.0, 132.0, 30.0, 18.0  # px of the drawing's own coordinates; TOP has room for the limits' numbers


def draw_histogram(one: Mapping[str, Any], bounds: Sequence[tuple[str, float]], title: str) -> str:
    """An SVG: bars of documents within and beyond the limit, a line at each of `bounds` (sign, value), the ends of the axis.

    `one` is a row of `limit_rows.Sample.histograms`. A limit outside the picture is told by an arrow at the edge.
    """
    low, high, within, beyond = one["low"], one["high"], one["within"], one["beyond"]
    tallest = max((a + b for a, b in zip(within, beyond, strict=True)), default=0) or 1
    floor, step = HEIGHT - FOOT, WIDTH / len(within)
    parts = [f'<svg class="histogram" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(title)}">']
    for place, counts in enumerate(zip(within, beyond, strict=True)):
        base = floor
        for count, colour in zip(counts, ("kept", "quality"), strict=True):
            if count:
                height = max((floor - TOP) * count / tallest, 1.0)
                base -= height
                parts.append(f'<rect x="{place * step + 0.5:.1f}" y="{base:.1f}" width="{step - 1:.1f}" height="{height:.1f}" '
                             f'fill="var(--{colour})"/>')
    parts.append(f'<line class="axis" x1="0" x2="{WIDTH:g}" y1="{floor:g}" y2="{floor:g}"/>')
    for row, (sign, bound) in enumerate(bounds):
        x = min(max((bound - low) / (high - low), 0.0), 1.0) * WIDTH
        beside, side = (-4, "end") if x > WIDTH / 2 else (4, "start")
        arrow = "" if low <= bound <= high else " ←" if bound < low else " →"
        parts.append(f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{4 + 12 * row}" y2="{floor:g}"/>'
                     f'<text class="limit" x="{x + beside:.1f}" y="{13 + 12 * row}" text-anchor="{side}">{sign} {bound:g}{arrow}</text>')
    parts.append(f'<text x="0" y="{HEIGHT - 4:g}">{low:.3g}</text>'
                 f'<text x="{WIDTH:g}" y="{HEIGHT - 4:g}" text-anchor="end">{high:.3g}</text></svg>')
    return "".join(parts)
