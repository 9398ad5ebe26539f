"""Where should the limits of source code stand? On real code of each language: standard libraries, system headers, packages.

    python -m benchmarks.code_limits --code DIR [--each 200] [--write]

Sources are those of `benchmarks.code`. Files that say by mark or path that they are generated, minified or others' are left out. Each
source with 25 files of a language or more has a say: the value that one file of a hundred goes beyond. The quarter of the sources with
the most extreme ones is not heard, for real packages hold bundles and tables too; a tenth of the distance from the median is added; the
bounds of filters/code_calibration.toml hold in any case. `--write` puts the limits into filters/code.
"""
from __future__ import annotations

import argparse
import math
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.code import batches, files, places, suffixes_of
from roots.filters.calibrate import Proposal, limits_toml, with_limits
from roots.filters.identify import Identifier, default_rules
from roots.filters.judge import Judge
from roots.filters.measures import names
from roots.rules import judge_rules
from roots.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
TAIL, FURTHER, A_SAY, HEARD, ENOUGH = 0.01, 0.1, 25, 0.75, 300
UNWANTED = ("generated_marker", "generated_path", "minified_path", "vendored_path", "lock_path")
Values = Mapping[str, Mapping[str, NDArray[np.float32]]]  # language → source → files × measures


def measured(workspace: Workspace, code: Path | None, each: int) -> Values:
    """Of each language, as the identifier sees it, the files that nothing says to be other than hand-written."""
    judge, identifier = Judge(judge_rules(workspace, ())), Identifier(default_rules())
    found: dict[str, dict[str, list[NDArray[np.float32]]]] = defaultdict(lambda: defaultdict(list))
    columns = [judge.measures.index(name) for name in UNWANTED]
    for place in places(code):
        for paths in files(place, suffixes_of(workspace), each).values():
            for batch in batches(place, paths):
                batch = identifier.identify(batch)
                values = judge.values(batch)
                for row, language in enumerate(batch.column("language").to_pylist()):
                    if language in workspace.code_languages and not np.nansum(values[row, columns]):
                        found[language][place.name].append(values[row])
    return {language: {source: np.stack(rows) for source, rows in of.items()} for language, of in sorted(found.items())}


def propose(policy: Mapping[str, Any], of: Mapping[str, NDArray[np.float32]]) -> Proposal:
    """The limit of one measure and side of one language."""
    most, column = policy["side"] == "at_most", names().index(policy["measure"])
    voices = {source: rows[~np.isnan(rows[:, column]), column] for source, rows in of.items()}
    everything = np.concatenate(list(voices.values()))
    loud = [here for here in voices.values() if len(here) >= A_SAY] or [everything]
    edges = []
    for here in loud:
        quantile = float(np.quantile(here, 1 - TAIL if most else TAIL, method="higher" if most else "lower"))
        edges.append(quantile + FURTHER * (quantile - float(np.median(here))))
    edge = float(np.quantile(edges, HEARD if most else 1 - HEARD))
    strictest, laxest = policy["strictest"], policy["laxest"]
    within = min(max(edge, strictest), laxest) if most else max(min(edge, strictest), laxest)
    value = within if within in (strictest, laxest) else rounded(within, most)
    beyond = float((everything > np.float32(value)).mean() if most else (everything < np.float32(value)).mean())
    origin = f"{len(everything):,} files of {len(of)} sources: median {np.median(everything):.3g}, one in a hundred beyond {edge:.3g}"
    if within != edge and strictest != laxest:
        origin += f", held within {strictest:g} and {laxest:g}"
    elif strictest == laxest:
        origin = f"set by hand; {len(everything):,} files of {len(of)} sources: {beyond:.1%} beyond it"
    return Proposal(policy["measure"], policy["side"], value, policy["why"], origin, len(everything) >= ENOUGH, beyond, len(everything))


def rounded(value: float, up: bool) -> float:
    """Two significant digits, away from the code."""
    digits = 1 - math.floor(math.log10(abs(value)))
    moved = (math.ceil if up else math.floor)(value * 10.0**digits) / 10.0**digits
    return round(moved, max(digits, 0))


def show(language: str, made: Sequence[Proposal], of: Mapping[str, NDArray[np.float32]]) -> None:
    dirty = " ".join(f"{one.measure}{'≤' if one.side == 'at_most' else '≥'}{one.value:g} ({one.drops:.1%})" for one in made)
    print(f"{language}: {sum(map(len, of.values()))} files of {len(of)} sources: {dirty}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path)
    parser.add_argument("--each", type=int, default=200, help="files of each language and source")
    parser.add_argument("--keep", type=Path, help="keeps the measured values in this folder, and reads them from there")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    workspace = Workspace(ROOT)
    policies = tomllib.loads((ROOT / "filters" / "code_calibration.toml").read_text("utf-8"))["limit"]
    kept = asked.keep / "code_limits.npz" if asked.keep else None
    values: Values
    if kept and kept.exists():
        stored: dict[str, dict[str, NDArray[np.float32]]] = defaultdict(dict)
        file = np.load(kept)
        columns = [file["names"].tolist().index(policy["measure"]) for policy in policies]
        for key in file.files:
            language, bar, source = key.partition("|")
            if bar:
                stored[language][source] = np.full((len(file[key]), len(names())), np.nan, np.float32)
                stored[language][source][:, [names().index(policy["measure"]) for policy in policies]] = file[key][:, columns]
        values = stored
    else:
        values = measured(workspace, asked.code, asked.each)
        if kept:
            rows_of = {f"{language}|{source}": rows for language, of in values.items() for source, rows in of.items()}
            np.savez_compressed(kept, names=np.array(names()), **rows_of)
    for language, of in values.items():
        made = [propose(policy, of) for policy in policies]
        show(language, made, of)
        if asked.write:
            path = ROOT / "filters" / "code" / f"{language}.toml"
            path.write_text(with_limits(path.read_text("utf-8"), limits_toml(made)), "utf-8")


if __name__ == "__main__":
    main()
