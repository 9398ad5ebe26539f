"""Where should the limits of source code stand? Proposed from real code of each language: standard libraries, headers, packages.

Files that say by mark or path that they are generated, minified or others' are left out. Each source with 25 files of a language or more
has a say: the value that one file of a hundred goes beyond. The quarter of the sources with the most extreme ones is not heard, for real
packages hold bundles and tables too; a tenth of the distance from the median is added; the bounds of filters/code_calibration.toml hold
in any case.
"""
from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from roots.filters.calibrate import CodePolicy, Proposal, kept_toml, limits_toml, with_limits
from roots.filters.calibration import A_LOT, Calibration
from roots.filters.code_files import CodeFolder, batches, files, suffixes_of
from roots.filters.identify import Identifier
from roots.filters.judge import Judge, JudgeRules
from roots.filters.measures import names

TAIL, FURTHER, A_SAY, HEARD, ENOUGH = 0.01, 0.1, 25, 0.75, 300
UNWANTED = ("generated_marker", "generated_path", "minified_path", "vendored_path", "lock_path")
Values = Mapping[str, NDArray[np.float32]]  # source → files × measures, in the order of measures.names()


def measured(rules: JudgeRules, identifier: Identifier, folders: Iterable[CodeFolder], each: int) -> Mapping[str, Values]:
    """Of each language, as the identifier sees it, the files that nothing calls other than hand-written; `each` of a source at most."""
    judge, known = Judge(rules), {one.code for one in rules.code}
    found: dict[str, dict[str, list[NDArray[np.float32]]]] = defaultdict(lambda: defaultdict(list))
    columns = [judge.measures.index(name) for name in UNWANTED]
    for place in folders:
        for paths in files(place, suffixes_of(rules.code), each).values():
            for batch in batches(place, paths):
                batch = identifier.identify(batch)
                values = judge.values(batch)
                for row, language in enumerate(batch.column("language").to_pylist()):
                    if language in known and not np.nansum(values[row, columns]):
                        found[language][place.name].append(values[row])
    return {language: {source: np.stack(rows) for source, rows in of.items()} for language, of in sorted(found.items())}


def propose(policy: CodePolicy, of: Values) -> Proposal | None:
    """The limit of one measure and side of one language; None where it was measured of no file."""
    most, column = policy.side == "at_most", names().index(policy.measure)
    voices = {source: rows[~np.isnan(rows[:, column]), column] for source, rows in of.items()}
    everything = np.concatenate(list(voices.values()))
    if not len(everything):
        return None
    loud = [here for here in voices.values() if len(here) >= A_SAY] or [everything]
    edges = []
    for here in loud:
        quantile = float(np.quantile(here, 1 - TAIL if most else TAIL, method="higher" if most else "lower"))
        edges.append(quantile + FURTHER * (quantile - float(np.median(here))))
    edge = float(np.quantile(edges, HEARD if most else 1 - HEARD))
    strictest, laxest = policy.strictest, policy.laxest
    within = min(max(edge, strictest), laxest) if most else max(min(edge, strictest), laxest)
    value = within if within in (strictest, laxest) else _rounded(within, most)
    beyond = float((everything > np.float32(value)).mean() if most else (everything < np.float32(value)).mean())
    origin = f"{len(everything):,} files of {len(of)} sources: median {np.median(everything):.3g}, one in a hundred beyond {edge:.3g}"
    if within != edge and strictest != laxest:
        origin += f", held within {strictest:g} and {laxest:g}"
    elif strictest == laxest:
        origin = f"set by hand; {len(everything):,} files of {len(of)} sources: {beyond:.1%} beyond it"
    return Proposal(policy.measure, policy.side, value, policy.why, origin, len(everything) >= ENOUGH, beyond, len(everything))


def _rounded(value: float, up: bool) -> float:
    """Two significant digits, away from the code."""
    if not value:
        return value
    digits = 1 - math.floor(math.log10(abs(value)))
    moved = (math.ceil if up else math.floor)(value * 10.0**digits) / 10.0**digits
    return round(moved, max(digits, 0))


def calibrate(rules: JudgeRules, values: Mapping[str, Values], policies: Sequence[CodePolicy], files: Mapping[str, str]) -> Calibration:
    """New limits for every language that has values and whose file is in `files` (code → its text now); what people `agreed` to stays,
    and so does what no policy speaks of."""
    found, made, warnings = {}, {}, []
    limits = {one.code: one.limits for one in rules.code}
    for code in sorted(set(values) & set(files)):
        kept = [limit for limit in limits[code] if limit.agreed or limit.measure not in {policy.measure for policy in policies}]
        held = {limit.measure for limit in kept}
        fresh = [one for policy in policies if policy.measure not in held and (one := propose(policy, values[code])) is not None]
        found[code] = tuple(fresh)
        made[f"code/{code}.toml"] = with_limits(files[code], "\n".join(filter(None, [limits_toml(fresh), kept_toml(kept)])))
        warnings += [f"{code}: {one.measure} would drop {one.drops:.0%} of the real code" for one in fresh if one.drops > A_LOT]
        few = [one for one in fresh if not one.sufficient]
        warnings += [f"{code}: {len(few)} limits rest on {max(one.documents for one in few)} files or fewer"] if few else []
    return Calibration(made, found, tuple(warnings))
