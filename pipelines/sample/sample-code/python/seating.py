"""Seat guests at a round table so that nobody sits beside somebody they quarrel with."""
from __future__ import annotations

from collections.abc import Iterable


class Impossible(ValueError):
    """No such table exists."""


def seat(guests: Iterable[str], quarrels: Iterable[tuple[str, str]]) -> list[str]:
    """Returns the guests in order around the table.

    Depth first, the most quarrelsome guest first: they have the fewest
    places to choose from, so dead ends show early.
    """
    enemies: dict[str, set[str]] = {guest: set() for guest in guests}
    for one, other in quarrels:
        enemies[one].add(other)
        enemies[other].add(one)

    waiting = sorted(enemies, key=lambda guest: (-len(enemies[guest]), guest))
    if not waiting:
        return []
    table = [waiting.pop(0)]

    def fill() -> bool:
        if not waiting:
            return len(table) < 3 or table[0] not in enemies[table[-1]]
        for index, guest in enumerate(waiting):
            if guest in enemies[table[-1]]:
                continue
            table.append(waiting.pop(index))
            if fill():
                return True
            waiting.insert(index, table.pop())
        return False

    if not fill():
        raise Impossible("everybody quarrels with somebody at every table")
    return table


def friendly(table: list[str], quarrels: Iterable[tuple[str, str]]) -> bool:
    """True if no quarrelling pair are neighbours; the last guest sits beside the first."""
    pairs = {frozenset(pair) for pair in quarrels}
    return all(
        frozenset((guest, table[(index + 1) % len(table)])) not in pairs
        for index, guest in enumerate(table)
    )


if __name__ == "__main__":
    family = ["Ada", "Bo", "Chidi", "Dolores", "Emre"]
    old_stories = [("Ada", "Bo"), ("Chidi", "Dolores")]
    order = seat(family, old_stories)
    print(" - ".join(order))
    print("in peace" if friendly(order, old_stories) else "not for long")
