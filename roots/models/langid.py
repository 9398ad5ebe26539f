"""How good is a language identifier, and how is the shipped one made? `roots models train|evaluate langid`.

`train` rotates: it holds whole sources out, trains on the others, tries the model on what it has not seen, and keeps these
answers for the calibration, the floors and the card. Then it trains the model that ships on everything.
"""
from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from roots.digest import file_digest
from roots.filters.identify import Identifier, IdentifyRules, calibrated, default_rules, rules_of
from roots.models.langid_calibrate import calibration, floors
from roots.models.langid_card import card, floors_toml, table_of
from roots.models.langid_data import Pools, cleaned, pools
from roots.models.langid_recipe import FOLDER, Recipe, Source, load_recipe
from roots.models.langid_score import Answer, false_positives, figures, macro_f1, reliability
from roots.models.langid_train import train_on
from roots.models.langid_trials import DOCUMENT, LENGTHS, Trial, trials

Say = Callable[[str], object]
MOST = 150   # trials of a language, source and length


class Names(Protocol):
    """Anything that names languages: the shipped identifier, or a public model with its label map."""

    def languages(self, texts: pa.Array, which: pa.BooleanArray | None = None) -> tuple[pa.StringArray, pa.FloatArray]: ...


def answers_of(names: Names, asked: Sequence[Trial]) -> list[Answer]:
    """What it says to each trial."""
    codes, scores = names.languages(pa.array([trial.text for trial in asked], pa.large_string()))
    return [Answer(trial.language, guess, score)
            for trial, guess, score in zip(asked, codes.to_pylist(), scores.to_pylist(), strict=True)]


def ours() -> frozenset[str]:
    """The codes of the 46 languages, as recipe.toml's neighbour `languages.txt` lists them."""
    return frozenset((FOLDER / "languages.txt").read_text(encoding="utf-8").split())


def findings(asked: Sequence[Trial], answered: Sequence[Answer], known: Iterable[str], recipe: Recipe) -> dict[str, Any]:
    """The figures of one set of trials, by length. Other languages count where the model has a class for them."""
    of, able = ours(), frozenset(known) | frozenset(recipe.merge)
    out: dict[str, Any] = {}
    for length in LENGTHS:
        found = [Answer(recipe.merge.get(a.truth, a.truth), a.guess, a.score) for t, a in zip(asked, answered, strict=True)
                 if t.length == length and (a.truth in of or a.truth in able)]
        unseen = [a for t, a in zip(asked, answered, strict=True) if t.length == length and a.truth not in of and a.truth not in able]
        table = figures(found, of, recipe.equal)
        error, bands = reliability(found, recipe.equal)
        out[length] = {
            "texts": len(found), "languages": len(table), "others": len({a.truth for a in found} - of),
            "macro_f1": macro_f1(table), "calibration_error": error, "reliability": bands,
            "false_positives": {least: false_positives(found, of, least)[0] for least in (0.0, 0.5, 0.8)},
            "pairs": false_positives(found, of)[1][:12],
            "unseen": {"languages": len({a.truth for a in unseen}),
                       **{str(least): false_positives(unseen, of, least)[0] for least in (0.0, 0.5, 0.8)}},
            "by_language": table,
        }
    return out


def tried(data: Path, sources: Iterable[Source], recipe: Recipe, most: int) -> list[Trial]:
    """The trials that some sources give."""
    return trials(cleaned(data, sources, recipe), most, recipe.seed)


@dataclass(frozen=True)
class Held:
    """What models that had not seen a source said to it: trials, answers before calibration, letters read, codes that they knew."""

    asked: Sequence[Trial]
    answered: Sequence[Answer]
    letters: Sequence[int]
    known: frozenset[str]


def rotate_sources(data: Path, recipe: Recipe, found: Pools, say: Say) -> Held:
    """Holds whole sources out in turn, trains on the others, and asks about what was held out."""
    asked: list[Trial] = []
    answered: list[Answer] = []
    letters: list[int] = []
    known: set[str] = set()
    for number, fold in enumerate(recipe.folds, 1):
        say(f"fold {number} of {len(recipe.folds)}: without {', '.join(fold)}")
        with tempfile.TemporaryDirectory() as work:
            rules = rules_of(train_on(found, recipe, Path(work), fold))
            held = tried(data, [source for source in recipe.sources if source.name in fold], recipe, MOST)
            known |= set(rules.codes)
            held = [t for t in held if t.language in ours() or t.language in rules.codes or t.language in recipe.merge]
            asked += held
            answered += (replace(a, truth=recipe.merge.get(a.truth, a.truth)) for a in answers_of(Identifier(rules), held))
            letters += Identifier(rules).read(pa.array([t.text for t in held], pa.large_string())).letters.tolist()
    return Held(asked, answered, letters, frozenset(known))


def rotation(data: Path, recipe: Recipe | None = None, say: Say = print) -> dict[str, Any]:
    """The figures of the recipe on sources that were held out of the training, with the shipped calibration; prints a table.

    As slow as training: a model is trained for each fold.
    """
    recipe = recipe or load_recipe()
    held = rotate_sources(data, recipe, pools(data, recipe), say)
    result = findings(held.asked, calibrated_again(held, default_rules()), held.known, recipe)
    say(table_of(result))
    return result


def train(data: Path, to: Path = FOLDER, recipe: Recipe | None = None, rotate: bool = True, also: Sequence[Path] = (),
          say: Say = print) -> dict[str, Any]:
    """Trains the identifier on `data`; writes model.ftz, labels.toml and, with `rotate`, floors.toml and card.md to `to`.

    `also` names folders that the shipped model is tried on besides the recipe's own, see `evaluate`.
    Repeatable: the same data and recipe give the same bytes. Returns the digest and the figures of the rotation.
    Raises RootsError where a source's files are missing.
    """
    recipe = recipe or load_recipe()
    found = pools(data, recipe)
    held = rotate_sources(data, recipe, found, say) if rotate else Held((), (), (), frozenset())
    say("the model that ships, from everything")
    model = train_on(found, recipe, to)
    result: dict[str, Any] = {"model": str(model), "digest": file_digest(model), "bytes": model.stat().st_size}
    if held.asked:
        tables = calibration(held.answered, held.letters, recipe.equal)
        with (to / "labels.toml").open("a", encoding="utf-8") as out:
            for upto, knots in tables:
                out.write(f"\n[[calibration]]\nletters = {upto}\nprobability = {list(knots)}\n")
        rules = rules_of(model)
        scored = calibrated_again(held, rules)
        long = [a for t, a in zip(held.asked, scored, strict=True) if t.length != DOCUMENT]
        (to / "floors.toml").write_text(floors_toml(floors(long, ours(), recipe.equal), ours()), encoding="utf-8")
        result["rotation"] = findings(held.asked, scored, held.known, recipe)
        folders = [*((source.name, ()) for source in recipe.trials), *((folder.name, (folder,)) for folder in also)]
        result["trials"] = {name: evaluate(data, model, at, only=name, recipe=recipe, say=lambda _: None) for name, at in folders}
        (to / "card.md").write_text(card(result, recipe, rules), encoding="utf-8")
    return result


def calibrated_again(held: Held, rules: IdentifyRules) -> list[Answer]:
    """The held-out answers with the scores that the calibration of the model that ships gives them."""
    raw = np.array([answer.score for answer in held.answered], np.float32)
    scores = calibrated(raw, np.array(held.letters), rules.calibration)
    return [replace(answer, score=float(score)) for answer, score in zip(held.answered, scores, strict=True)]


def names_of(model: Path | None) -> tuple[Names, tuple[str, ...]]:
    """The identifier in a file, with the codes that it can give: one of ours (labels.toml beside it), or a public model by its map."""
    if model is None or model.with_name("labels.toml").is_file():
        rules = default_rules() if model is None else rules_of(model)
        return Identifier(rules), rules.codes
    from roots.filters.public_models import PublicIdentifier, public_rules

    public = public_rules(model)
    return PublicIdentifier(public), public.codes


def evaluate(data: Path, model: Path | None = None, also: Sequence[Path] = (), seen: bool = False, only: str = "",
             most: int = MOST, recipe: Recipe | None = None, say: Say = print) -> dict[str, Any]:
    """The figures of a model on text that it was not trained on; `seen` adds the training sources, to compare other models on.

    `also` names further folders in the same format (data.jsonl.zst), `only` the one source to try. Prints a table through `say`
    and returns the figures.
    """
    recipe = recipe or load_recipe()
    names, codes = names_of(model)
    sources = (*recipe.trials, *(recipe.sources if seen else ()))
    asked = tried(data, [source for source in sources if only in ("", source.name)], recipe, most)
    for folder in also:
        asked += tried(folder.parent, [Source(folder.name, ("data.jsonl.zst",), 1.0, "")], recipe, most)
    result = findings(asked, answers_of(names, asked), codes, recipe)
    say(table_of(result))
    return result


def main() -> None:
    """`python -m roots.models.langid DATA [TO]`: what `roots models train langid` runs."""
    import sys

    train(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)


__all__ = ["answers_of", "evaluate", "findings", "names_of", "rotation", "train", "tried"]

if __name__ == "__main__":
    main()
