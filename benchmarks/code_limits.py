"""Where should the limits of source code stand? `roots filters calibrate --code`, on what the machine brings as well.

    python -m benchmarks.code_limits --code DIR [--each 200] [--write]

Sources are those of `benchmarks.code` but the embedded sample, whose files are there to be dropped; how limits follow from them is told in
roots/filters/calibrate_code.py. `--write` puts them into filters/code.
"""
from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.code import places
from roots.filters.calibrate_code import Values, calibrate, measured
from roots.filters.identify import Identifier, default_rules
from roots.filters.measures import names
from roots.rules import judge_rules
from roots.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent


def stored(path: Path) -> Mapping[str, Values]:
    """What an earlier run measured; NaN for measures that there were not then."""
    found: dict[str, dict[str, np.ndarray]] = {}
    with np.load(path) as file:
        known = {name: column for column, name in enumerate(file["names"].tolist())}
        for key in file.files:
            language, bar, source = key.partition("|")
            if bar:
                nothing = np.full(len(file[key]), np.nan, np.float32)
                columns = [file[key][:, known[name]] if name in known else nothing for name in names()]
                found.setdefault(language, {})[source] = np.stack(columns, axis=1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path)
    parser.add_argument("--each", type=int, default=200, help="files of each language and source")
    parser.add_argument("--keep", type=Path, help="keeps the measured values in this folder, and reads them from there")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    workspace = Workspace(ROOT)
    rules, kept = judge_rules(workspace, ()), asked.keep / "code_limits.npz" if asked.keep else None
    if kept and kept.exists():
        values = stored(kept)
    else:
        values = measured(rules, Identifier(default_rules()), places(asked.code), asked.each)
        if kept:
            rows_of = {f"{language}|{source}": rows for language, of in values.items() for source, rows in of.items()}
            np.savez_compressed(kept, names=np.array(names()), **rows_of)
    made = calibrate(rules, values, workspace.code_policies, {code: (ROOT / one.file).read_text("utf-8")
                                                              for code, one in workspace.code_languages.items()})
    for language, limits in made.proposals.items():
        dirty = " ".join(f"{one.measure}{'≤' if one.side == 'at_most' else '≥'}{one.value:g} ({one.drops:.1%})" for one in limits)
        print(f"{language}: {sum(map(len, values[language].values()))} files of {len(values[language])} sources: {dirty}")
    for name, text in made.files.items() if asked.write else ():
        (ROOT / "filters" / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
