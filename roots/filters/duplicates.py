"""Of documents that may be duplicates, which goes, and for the sake of which? Only one that was compared with the one that stays.

The documents of a component are taken in keep order, the one most worth keeping first. Each is compared with those already kept that
share an exact hash or a band with it, and goes when one of them is a true duplicate; otherwise it is kept. So every document that
goes was measured against the kept one that the ledger names, and what is tied to others only through a third stays. Since a decision
looks at earlier ones alone, a corpus deduplicated in instalments, the earlier first, ends as the same corpus.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from roots.filters.components import Rows
from roots.filters.shingles import Hashes, containment, jaccard
from roots.filters.signatures import SignatureRules

EXACT, NEAR, URL = "exact", "near", "url"
KEEP_ORDER = ("licence", "trust", "longest", "id")


@dataclass(frozen=True)
class DedupRules:
    """What is a duplicate, and whom to keep: policy, written in the recipe."""

    signatures: SignatureRules = field(default_factory=SignatureRules)
    threshold: float = 0.7             # least Jaccard similarity of a near duplicate
    containment: float | None = None   # least share of a shorter document's shingles that a longer kept one holds; None = not applied
    keep: tuple[str, ...] = KEEP_ORDER
    licence: Mapping[str, int] = field(default_factory=dict)  # source → rank, the most permissive lowest; a source without one comes last
    trust: Mapping[str, int] = field(default_factory=dict)    # source → rank, the most trusted lowest
    by_url: tuple[str, ...] = ()       # sources whose address names one document: equal address, duplicate
    most_compared: int = 64            # kept documents of one bucket, and of all buckets, that a document is compared with


@dataclass(frozen=True)
class Members:
    """What is known of the documents of a component, column by column."""

    rows: Rows                                # global row numbers
    ids: Sequence[str]
    sources: Sequence[str]
    sizes: npt.NDArray[np.int64]              # bytes of text
    exact: npt.NDArray[np.uint64]             # (n, 2)
    bands: npt.NDArray[np.uint64]             # (n, bands)
    near: npt.NDArray[np.bool_]               # has bands
    urls: Sequence[int | None]
    earlier: npt.NDArray[np.bool_]            # of an earlier run: kept, whatever is found

    def part(self, start: int, end: int) -> Members:
        """The members from `start` up to `end`."""
        return Members(**{field.name: getattr(self, field.name)[start:end] for field in fields(self)})


@dataclass(frozen=True)
class Decision:
    """One document that goes; indices into the members."""

    member: int
    kept: int
    how: str
    similarity: float


@dataclass
class Decisions:
    """What a component came to, and what it cost."""

    removed: list[Decision] = field(default_factory=list)
    compared: int = 0   # pairs of texts measured
    capped: int = 0     # documents for which some candidates were left uncompared


def keep_order(members: Members, rules: DedupRules) -> list[int]:
    """Indices of the members, the one most worth keeping first: earlier runs, then the criteria of `rules.keep`, then the row."""
    last = 1 << 30
    keys: dict[str, Callable[[int], object]] = {
        "licence": lambda i: rules.licence.get(members.sources[i], last),
        "trust": lambda i: rules.trust.get(members.sources[i], last),
        "longest": lambda i: -int(members.sizes[i]),
        "id": lambda i: members.ids[i],
    }
    chosen = [keys[name] for name in rules.keep]
    return sorted(range(len(members.rows)), key=lambda i: (not members.earlier[i], *(key(i) for key in chosen), int(members.rows[i])))


def _buckets(members: Members) -> list[list[int]]:
    """For each member, the keys of the bands that it shares with another."""
    keys = [bands if near else [] for bands, near in zip(members.bands.tolist(), members.near.tolist(), strict=True)]
    often = Counter(chain.from_iterable(keys))
    return [[key for key in mine if often[key] > 1] for mine in keys]


def decide(members: Members, rules: DedupRules, shingles: Callable[[int], Hashes], same: Callable[[int, int], bool]) -> Decisions:
    """Which members go? `shingles(i)` is a member's sorted set of shingles, `same(i, j)` says whether their normal forms are equal."""
    out = Decisions()
    buckets = cache(lambda: _buckets(members))        # not needed where all are copies of one
    waiting: list[tuple[int, int]] = []               # places and members that are kept and not yet in their buckets
    by_exact: dict[tuple[int, int], list[int]] = {}   # first member in keep order with these 128 bits (more only if they collide)
    by_url: dict[int, int] = {}
    in_bucket: dict[int, list[int]] = {}              # places in keep order of the members that are kept
    order = keep_order(members, rules)
    went: dict[int, Decision] = {}
    for place, member in enumerate(order):
        bits = (int(members.exact[member, 0]), int(members.exact[member, 1]))
        url = members.urls[member] if members.sources[member] in rules.by_url else None
        twin = next((other for other in by_exact.get(bits, ()) if same(other, member)), None)
        found: Decision | None = None
        if twin is None:
            if not members.earlier[member] and (waiting or in_bucket):
                for kept_place, one in waiting:
                    for bucket in buckets()[one]:
                        kept = in_bucket.setdefault(bucket, [])
                        if len(kept) < rules.most_compared:
                            kept.append(kept_place)
                waiting.clear()
                found = _nearest(member, order, rules, buckets()[member], in_bucket, shingles, out)
        elif twin in went:  # the same text has gone already: what was measured for it holds for its copy
            found = replace(went[twin], member=member)
        else:
            found = Decision(member, twin, EXACT, 1.0)
        if found is None and url is not None and url in by_url:
            found = Decision(member, by_url[url], URL, jaccard(shingles(member), shingles(by_url[url])))
        if twin is None and (found is None or found.how != URL):
            by_exact.setdefault(bits, []).append(member)
        if found is not None and not members.earlier[member]:
            went[member] = found
            continue
        if twin is None:
            waiting.append((place, member))
        if url is not None:
            by_url.setdefault(url, member)
    out.removed = [went[member] for member in sorted(went)]
    return out


def _nearest(member: int, order: Sequence[int], rules: DedupRules, buckets: Sequence[int], in_bucket: Mapping[int, Sequence[int]],
             shingles: Callable[[int], Hashes], out: Decisions) -> Decision | None:
    """The kept document most similar to this one, the first in keep order among equals, if it is similar enough.

    Those that meet it in most buckets are measured first, and at most `rules.most_compared` of them.
    """
    meetings = Counter(place for bucket in buckets for place in in_bucket.get(bucket, ()))
    if not meetings:
        return None
    chosen = sorted(sorted(meetings), key=lambda place: -meetings[place])[: rules.most_compared]
    mine = shingles(member)
    best, highest = None, 0.0
    for place in chosen:
        out.compared += 1
        theirs = shingles(order[place])
        likeness = jaccard(mine, theirs)
        held = containment(mine, theirs) if rules.containment is not None and len(mine) <= len(theirs) else 0.0
        enough = likeness >= rules.threshold or (rules.containment is not None and held >= rules.containment)
        if enough and (-max(likeness, held), place) < (-highest, best if best is not None else len(order)):
            best, highest = place, max(likeness, held)
    if best is not None:
        return Decision(member, order[best], NEAR, highest)
    if len(meetings) > len(chosen) or any(len(in_bucket.get(bucket, ())) >= rules.most_compared for bucket in buckets):
        out.capped += 1
    return None
