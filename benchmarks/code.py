"""What do the limits drop of real source code, and why? Standard libraries, system headers and packages, through identifier and judge.

    python -m benchmarks.code [--code DIR] [--each 300] [--dropped 5] [--languages go c]

Looks at the embedded sample's code, and on the machine for what it brings: Python's standard library, /usr/include, Go's own sources,
cargo's downloads. Every folder in DIR is one source more (unpacked packages of any registry). Prints, by language and source, how much is
kept and the commonest reasons; with `--dropped N` also N dropped files of each language with the values that decided, to be looked at by
eye. Nothing is copied.
"""
from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sysconfig
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from roots.filters.code_files import CodeFolder, batches, files, suffixes_of
from roots.filters.identify import Identifier, default_rules
from roots.filters.judge import Judge
from roots.rules import judge_rules
from roots.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "embedded sample"


def places(code: Path | None) -> Iterator[CodeFolder]:
    """What the machine has; says what it has not. Every folder in `code` is one source more."""
    go = shutil.which("go")
    known = {
        "python standard library": Path(sysconfig.get_path("stdlib")),
        "system headers": Path("/usr/include"),
        "go standard library": Path(_told(go, "env", "GOROOT") if go else "/-", "src"),
        "cargo registry": Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"), "registry", "src"),
    }
    for name, folder in known.items():
        if folder.is_dir():
            yield CodeFolder(name, folder, ("site-packages", "test") if name.startswith("python") else ())
        else:
            print(f"not found: {name}")
    if code is not None:
        yield from (CodeFolder(folder.name, folder) for folder in sorted(code.iterdir()) if folder.is_dir())


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "/-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--code", type=Path)
    parser.add_argument("--each", type=int, default=300, help="files of each language and source")
    parser.add_argument("--dropped", type=int, default=0)
    parser.add_argument("--languages", nargs="*")
    asked = parser.parse_args()
    workspace = Workspace(ROOT)
    judge, identifier = Judge(judge_rules(workspace, ())), Identifier(default_rules())
    suffixes = {suffix: code for suffix, code in suffixes_of(workspace.code_languages.values()).items()
                if not asked.languages or code in asked.languages}
    read: Counter[tuple[str, str]] = Counter()
    size: Counter[tuple[str, str]] = Counter()
    reasons: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    dropped: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    seconds = {"identify": 0.0, "judge": 0.0, "parse": 0.0}
    parsed = 0
    sample = CodeFolder(SAMPLE, ROOT / "pipelines" / "sample" / "sample-code")
    for place in (sample, *places(asked.code)):
        for language, paths in files(place, suffixes, asked.each).items():
            for batch in batches(place, paths):
                started = time.process_time()
                batch = identifier.identify(batch)
                seconds["identify"] += time.process_time() - started
                started = time.process_time()
                batch = judge.judge(batch)
                seconds["judge"] += time.process_time() - started
                was = np.asarray(batch.column("m.parse_errors").is_valid())
                started = time.process_time()
                judge.syntax.errors(batch.column("text"), batch.column("language"), was)
                seconds["parse"] += time.process_time() - started
                for row, text in zip(batch.drop_columns(["text"]).to_pylist(), batch.column("text"), strict=True):
                    key = language, place.name
                    read[key] += 1
                    size[key] += text.as_buffer().size
                    parsed += text.as_buffer().size if row["m.parse_errors"] is not None else 0
                    if row["dropped"]:
                        reason = row["dropped"] if row["dropped"] != "language.other" else f"language.other ({row['language']})"
                        if row["language"] not in (language, None) and row["language"] in workspace.code_languages:
                            reason += f" as {row['language']}"
                        reasons[key][reason] += 1
                        value = row.get("m." + row["dropped"].rpartition(".")[0])
                        dropped[language].append((reason, f"{place.folder / row['locator']}", "" if value is None else f"{value:.3g}"))
    table(read, size, reasons)
    total = sum(size.values()) / 1e6
    print(f"\nidentify {total / max(seconds['identify'], 1e-9):.0f} MB/CPU-s · judge without parsing "
          f"{total / max(seconds['judge'] - seconds['parse'], 1e-9):.0f} · parsing {parsed / 1e6 / max(seconds['parse'], 1e-9):.1f} "
          f"({parsed / 1e6:.0f} of {total:.0f} MB came so far)")
    for language, rows in sorted(dropped.items()):
        chosen = sorted(rows, key=lambda row: hashlib.sha256(row[1].encode()).digest())[: asked.dropped]
        for reason, path, value in sorted(chosen):
            print(f"{language:12} {reason:28} {value:>8}  {path}")


def table(read: Counter[tuple[str, str]], size: Counter[tuple[str, str]], reasons: Mapping[tuple[str, str], Counter[str]]) -> None:
    print(f"\n{'language':12} {'source':34} {'files':>6} {'MB':>6} {'kept':>6}  why the others were dropped")
    for language in sorted({key[0] for key in read}):
        keys = sorted(key for key in read if key[0] == language)
        for key in [*keys, (language, "all")]:
            those = keys if key[1] == "all" else [key]
            count = sum(read[one] for one in those)
            why: Counter[str] = sum((reasons[one] for one in those), Counter())
            most = ", ".join(f"{reason} {number}" for reason, number in why.most_common(8 if key[1] == "all" else 3))
            if count >= 10 or key[1] in ("all", SAMPLE):
                print(f"{language:12} {key[1][:34]:34} {count:6} {sum(size[one] for one in those) / 1e6:6.1f} "
                      f"{1 - sum(why.values()) / count:6.1%}  {most}")


if __name__ == "__main__":
    main()
