"""What can one ask of models from the command line? Train and evaluate those that ship, and a tokenizer from a run's shards."""
from __future__ import annotations

import json
from pathlib import Path

import click

from roots.errors import RootsError
from roots.terminal import AS_JSON, FOLDER, WORKSPACE, guarded, say, workspace_of

DATA = click.option("--data", type=FOLDER, required=True, help="Real text: one folder a source.")
KIND = click.argument("kind", type=click.Choice(["langid", "perplexity"]))
ALSO = click.option("--also", type=FOLDER, multiple=True, help="A further folder in the same format, for evaluation only (langid only).")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def models() -> None:
    """The models that the package carries: language identification and language models.

    \b
    Example:  roots models list
    """


@models.command(name="list")
@AS_JSON
@guarded
def list_(as_json: bool) -> None:
    """Every model that ships, with its size and its digest.

    \b
    Example:  roots models list
    """
    from roots.digest import file_digest, folder_digest
    from roots.workspace import MODELS
    identifier, language_models = MODELS / "langid" / "model.ftz", sorted((MODELS / "perplexity").glob("*.klm"))
    rows = [{"model": "langid", "files": 1, "bytes": identifier.stat().st_size, "sha256": file_digest(identifier),
             "card": "roots/models/langid/card.md"},
            {"model": "perplexity", "files": len(language_models), "bytes": sum(path.stat().st_size for path in language_models),
             "sha256": folder_digest(MODELS / "perplexity", ["*.klm"]), "card": "roots/models/perplexity/card.md"}]
    say(rows, as_json, [f"{row['model']:<11} {row['files']:>3} files {row['bytes']:>10,} bytes  {str(row['sha256'])[:16]}  {row['card']}"
                        for row in rows])


@models.command()
@KIND
@DATA
@click.option("--to", type=FOLDER, default=None, help="Where to write (default: the package's own folder, which builds use).")
@ALSO
@WORKSPACE
@guarded
def train(kind: str, data: Path, to: Path | None, also: tuple[Path, ...], workspace: Path | None) -> None:
    """Trains a model by the recipe beside it; the same data give the same model.

    \b
    Example:  roots models train langid --data ../shared/data --to /tmp/langid
    """
    from roots.workspace import MODELS
    to = to or MODELS / kind
    to.mkdir(parents=True, exist_ok=True)
    if kind == "langid":
        from roots.models import langid
        langid.train(data, to, also=also, say=click.echo)
    else:
        from roots.models import perplexity
        perplexity.train(data, to, _older(workspace), progress=click.echo)
    click.echo(f"{to}: written")


@models.command()
@KIND
@DATA
@click.option("--model", type=FILE, default=None, help="Another model than the shipped one, such as GlotLID's (langid only).")
@click.option("--seen", is_flag=True, help="On the training sources too: to compare other models (langid only).")
@click.option("--rotation", is_flag=True, help="Hold sources out, train on the others, try: as slow as training (langid only).")
@ALSO
@AS_JSON
@WORKSPACE
@guarded
def evaluate(kind: str, data: Path, model: Path | None, seen: bool, rotation: bool, also: tuple[Path, ...], as_json: bool,
             workspace: Path | None) -> None:
    """Measures a model on text that it was not trained on.

    \b
    Example:  roots models evaluate langid --data ../shared/data
    """
    if kind == "langid":
        from roots.models import langid
        quiet = (lambda line: None) if as_json else click.echo
        figures = langid.rotation(data, say=quiet) if rotation else langid.evaluate(data, model, also, seen, say=quiet)
        say(figures, as_json, [])
        return
    from roots.models import perplexity_card, perplexity_evaluate
    from roots.models.perplexity_text import shipped_recipe
    from roots.workspace import MODELS
    folder = MODELS / "perplexity"
    report = json.loads((folder / "models.json").read_text("utf-8"))
    figures = perplexity_evaluate.evaluate(data, report, _older(workspace), progress=click.echo)
    card = perplexity_card.render_card(data, shipped_recipe(), report, figures)
    (folder / "card.md").write_text(card, "utf-8")
    say(figures, as_json, [card])


def _older(workspace: Path | None) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every language, with the letters that an older orthography of it wrote otherwise."""
    return {code: one.older for code, one in workspace_of(workspace).languages.items()}


@click.group()
def tokenizer() -> None:
    """A tokenizer from the shards of a run, and what a word costs in each language.

    \b
    Example:  roots tokenizer train bloom --run runs/open46 --to tokenizer.json
    """


@tokenizer.command(name="train")
@click.argument("name")
@click.option("--run", type=FOLDER, required=True, help="A finished run.")
@click.option("--to", type=FILE, required=True, help="The tokenizer.json to write.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the choice of documents.")
@AS_JSON
@WORKSPACE
@guarded
def train_tokenizer(name: str, run: Path, to: Path, seed: int, as_json: bool, workspace: Path | None) -> None:
    """Learns a vocabulary from a run's documents by tokenizer/NAME.toml.

    \b
    Example:  roots tokenizer train bloom --run runs/open46 --to tokenizer.json
    """
    from roots.records import suggestion
    from roots.tokenizer.train import train
    known = workspace_of(workspace).tokenizers
    if name not in known:
        raise RootsError(f"tokenizer/{name}.toml", "is not there or has problems (roots check)", suggestion(name, known))
    result = train(_shards(run), known[name], seed, to)
    say(result, as_json, [f"{to}: {result['vocabulary']} entries, sha256 {result['tokenizer']}"])


@tokenizer.command(name="evaluate")
@click.option("--run", type=FOLDER, required=True, help="A finished run.")
@click.option("--tokenizer", "path", type=FILE, default=None, help="Another tokenizer.json than the run's own.")
@click.option("--held-out", is_flag=True, help="Only of the validation documents, from which the run's own tokenizer learned nothing.")
@AS_JSON
@guarded
def evaluate_tokenizer(run: Path, path: Path | None, held_out: bool, as_json: bool) -> None:
    """Tokens per word, character and byte in each language of a run.

    \b
    Example:  roots tokenizer evaluate --run runs/open46
    """
    from roots import manifest
    from roots.tokenizer.card import fertility_table
    from roots.tokenizer.evaluate import evaluate, fertility
    recipe = manifest.read(run)["recipe"]
    counts = evaluate(path or run / "tokenizer" / "tokenizer.json", _shards(run), recipe["seed"],
                      recipe["writing"]["validation_share"] if held_out else None)
    say(fertility(counts), as_json, [fertility_table(counts)])


def _shards(run: Path) -> list[Path]:
    from roots import manifest
    return [run / shard["path"] for shard in manifest.read(run)["shards"]]
