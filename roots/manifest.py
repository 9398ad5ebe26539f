"""What is in a run folder, down to the last byte? The manifest names every file's digest and seals itself."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from roots import store
from roots.digest import value_digest
from roots.errors import RootsError
from roots.store import Place

NAME = "manifest.json"
UNFINISHED = "UNFINISHED.json"  # stands in a run folder until it is complete
WORK = ".work"
AT_ONCE = 8  # files whose digests are computed at a time
DERIVED = ("files", "results", "seal")  # what `write` adds
RESULTS = ("documents", "signatures", "ledger", "tokenizer", "tokens", "rejected")  # equal between two builds of the same inputs


def _rendered(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _seal(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(_rendered({key: value for key, value in content.items() if key != "seal"})).hexdigest()


def files_of(run: Place, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """sha256 of every file of a run but the manifest itself, by its path in the run; those of `known` are not computed again."""
    known = known or {}
    names = [store.name_in(run, file) for file in store.files(run, "**/*")]
    wanted = sorted(name for name in names if name not in (NAME, UNFINISHED) and not name.startswith(WORK + "/"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(wanted, pool.map(lambda name: known.get(name) or store.digest(run / name), wanted), strict=True))


def results_of(files: Mapping[str, str]) -> dict[str, str]:
    """One digest for each kind of result: of its files' paths and digests."""
    return {kind: value_digest({path: digest for path, digest in files.items() if path.startswith(kind + "/")})
            for kind in RESULTS}


def write(run: Place, content: Mapping[str, Any], known: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Digests every file of the run but those whose digest is `known`, and writes the sealed manifest; returns what was written.

    Drafts of writers that were killed go: a runner that gives a lost worker's work to another tells nobody of them.
    """
    for kind in RESULTS:
        store.sweep(run / kind)
    files = files_of(run, known)
    full: dict[str, Any] = {**content, "files": files, "results": results_of(files)}
    full["seal"] = _seal(full)
    store.write(run / NAME, _rendered(full))
    return full


def read(run: Place) -> dict[str, Any]:
    """The manifest of a run. Raises RootsError when there is none, or when it is not as it was written."""
    path = run / NAME
    if (run / UNFINISHED).exists():
        raise RootsError(str(run), "is not a complete run", "build it again with --resume")
    try:
        raw = path.read_bytes()
        content: dict[str, Any] = json.loads(raw)
    except FileNotFoundError:
        raise RootsError(str(run), f"holds no {NAME}", "name the folder that `roots build --to` wrote") from None
    except ValueError:
        raise RootsError(str(path), "is not JSON any more", "restore the file, or build the run again") from None
    if not isinstance(content, dict) or content.get("seal") != _seal(content) or raw != _rendered(content):
        raise RootsError(str(path), "was changed after it was sealed", "restore the file, or build the run again")
    return content


def changed(run: Place, beside: Collection[str] = ()) -> Iterator[str]:
    """Every file that is not as the manifest says, in a sentence that names it first. Raises as `read` does.

    Files in the folders `beside` are not looked at.
    """
    expected: Mapping[str, str] = read(run)["files"]
    found = files_of(run)
    for name in sorted(set(expected) | set(found)):
        if name.split("/", 1)[0] in beside:
            continue
        if name not in found:
            yield f"{name}: is missing"
        elif name not in expected:
            yield f"{name}: is not of this run"
        elif found[name] != expected[name]:
            yield f"{name}: was changed (sha256 is {found[name][:12]}…, should be {expected[name][:12]}…)"


def first_fault(run: Place, beside: Collection[str] = ()) -> str | None:
    """The first of them; None when all files are as they were."""
    return next(changed(run, beside), None)
