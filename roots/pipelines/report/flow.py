"""What became of what was read? A picture: from each source to its fate, and from what was kept to its languages."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from roots.ledger import KEPT

LABEL = 13.0   # px that a line of text needs
BAR = 9.0      # px, width of a node


@dataclass(frozen=True)
class Frame:
    """Sizes in px of the drawing's own coordinates: a wide one for desks, a narrow one for phones."""

    width: float
    left: float    # room for the names of sources
    right: float   # room for the names of languages
    letters: int   # of a name that have room


WIDE = Frame(1120, 190, 150, 26)
NARROW = Frame(400, 112, 104, 12)


@dataclass
class Node:
    """A bar with ribbons on both sides; `top` and `height` in px, `into` and `out` how far its sides are used up."""

    name: str
    value: float
    colour: str
    top: float = 0.0
    height: float = 0.0
    into: float = field(default=0.0)
    out: float = field(default=0.0)


@dataclass(frozen=True)
class Story:
    """What is drawn: how much went from each source to each fate, and how much was kept of each language."""

    fates: Mapping[tuple[str, str], float]   # (source, family)
    kept: Mapping[str, float]                # language
    families: Sequence[str]                  # in their order
    names: Mapping[str, str]                 # of families and languages
    colours: Mapping[str, str]               # of families and languages
    unit: Callable[[float], str]             # 12345 → "12.3 k documents"


def story_of(flows: Iterable[Mapping[str, Any]], size: str,
             family_of: Callable[[str], str]) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Sums of `size` ("documents" or "bytes") by (source, family) and, of the kept, by language."""
    fates: Counter[tuple[str, str]] = Counter()
    kept: Counter[str] = Counter()
    for row in flows:
        fates[row["source"], family_of(row["reason"])] += row[size]
        if row["reason"] == KEPT:
            kept[row["language"]] += row[size]
    return fates, kept


def draw(story: Story, frame: Frame, title: str) -> str:
    """The picture as SVG for a page that defines its colours; every ribbon says on pointing what it is. "" when nothing was read."""
    if not sum(story.fates.values()):
        return ""
    sources, families, languages = _columns(story)
    slots = max(len(languages) * (LABEL + 2), len(sources) * (LABEL + 3), 320)
    height = slots + 0.45 * min(slots, 560)
    columns = ((sources, LABEL + 3), (families, 2.6 * LABEL), (languages, LABEL + 2))
    scale = min(_scale(column, height, least) for column, least in columns)
    for column, least in columns:
        _stack(column, scale, height, least)
    middle = frame.left + (frame.width - frame.left - frame.right) * 0.46
    far = frame.width - frame.right - BAR
    by_family = {node.name: node for node in families}
    ribbons = [_ribbon(frame.left + BAR, source, middle, by_family[family], value * scale, story.colours[family],
                       f"{source.name} → {story.names[family]}: {story.unit(value)}")
               for source in sources for family in story.families if (value := story.fates.get((source.name, family), 0))]
    ribbons += [_ribbon(middle + BAR, by_family[KEPT], far, language, language.value * scale, language.colour,
                        f"{story.names.get(language.name, language.name)}: {story.unit(language.value)}") for language in languages]
    bars = [_bar(x, node) for x, column in ((frame.left, sources), (middle, families), (far, languages)) for node in column]
    labels = [_label(frame.left - 6, node, "end", _short(node.name, frame.letters), story.unit(node.value)) for node in sources]
    labels += [_label(frame.width - frame.right + 6, node, "start", _short(story.names.get(node.name, node.name), frame.letters),
                      story.unit(node.value)) for node in languages]
    labels += [_two_lines(middle + BAR + 7, node, story.names[node.name], story.unit(node.value)) for node in families]
    return (f'<svg viewBox="0 0 {frame.width:g} {height:.0f}" role="img" aria-label="{escape(title)}" class="flow">'
            f'<title>{escape(title)}</title><g class="ribbons">{"".join(ribbons)}</g><g>{"".join(bars)}</g><g>{"".join(labels)}</g></svg>')


def _columns(story: Story) -> tuple[list[Node], list[Node], list[Node]]:
    totals: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for (source, family), value in story.fates.items():
        totals[source] += value  # type: ignore[assignment]
        ends[family] += value  # type: ignore[assignment]
    sources = [Node(name, value, "var(--ink-soft)") for name, value in _largest_first(totals)]
    families = [Node(name, ends[name], story.colours[name]) for name in story.families if ends[name]]
    languages = [Node(name, value, story.colours.get(name, "var(--kept)")) for name, value in _largest_first(story.kept)]
    return sources, families, languages


def _largest_first(values: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(((name, value) for name, value in values.items() if value), key=lambda item: (-item[1], item[0]))


def _scale(column: Sequence[Node], height: float, least: float) -> float:
    """px for one unit such that the column, each node with room for its label, just fits."""
    if not column:
        return float("inf")
    low, high = 0.0, height / max(sum(node.value for node in column), 1e-9)
    for _ in range(50):
        middle = (low + high) / 2
        if sum(max(node.value * middle, least) for node in column) > height:
            high = middle
        else:
            low = middle
    return low


def _stack(column: Sequence[Node], scale: float, height: float, least: float) -> None:
    slots = [max(node.value * scale, least) for node in column]
    gap = min((height - sum(slots)) / max(len(column), 1), 26.0)
    top = (height - sum(slots) - gap * len(column)) / 2 + gap / 2
    for node, slot in zip(column, slots, strict=True):
        node.height = max(node.value * scale, 0.8)
        node.top = top + (slot - node.height) / 2
        top += slot + gap


def _ribbon(left: float, start: Node, right: float, end: Node, thick: float, colour: str, title: str) -> str:
    thick = max(thick, 0.4)
    a, b, half = start.top + start.out, end.top + end.into, (left + right) / 2
    start.out += thick
    end.into += thick
    return (f'<path fill="{colour}" d="M{left:.1f} {a:.1f}C{half:.1f} {a:.1f} {half:.1f} {b:.1f} {right:.1f} {b:.1f}V{b + thick:.1f}'
            f'C{half:.1f} {b + thick:.1f} {half:.1f} {a + thick:.1f} {left:.1f} {a + thick:.1f}Z"><title>{escape(title)}</title></path>')


def _bar(x: float, node: Node) -> str:
    return f'<rect x="{x:.1f}" y="{node.top:.1f}" width="{BAR:g}" height="{node.height:.1f}" fill="{node.colour}" rx="1.5"/>'


def _label(x: float, node: Node, anchor: str, name: str, value: str) -> str:
    y = node.top + node.height / 2 + 4
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"><title>{escape(f"{node.name}: {value}")}</title>'
            f'{escape(name)}<tspan class="count" dx="5">{escape(value.partition(" ")[0])}</tspan></text>')


def _two_lines(x: float, node: Node, name: str, value: str) -> str:
    y = node.top + node.height / 2
    return (f'<text class="fate" x="{x:.1f}" y="{y - 2:.1f}">{escape(name)}</text>'
            f'<text class="fate count" x="{x:.1f}" y="{y + 12:.1f}">{escape(value)}</text>')


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"
