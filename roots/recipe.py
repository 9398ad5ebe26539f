"""What does a build do? A recipe: sources, ordered stages, seed, profile; no paths and no secrets, those are flags."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from roots.recipe_duplicates import (
    Decontamination,
    Deduplication,
    Repetitions,
    decontamination_from,
    deduplication_from,
    repetitions_from,
)
from roots.records import Table

# What may stand in a recipe, in the only order that makes sense (a stage may be left out; law 1 wants `sift` last).
# What drops a document comes before `deduplicate`, so that nothing goes for the sake of a document that goes itself.
ALONE = ("normalise", "takedowns", "identify", "lines", "judge", "decontaminate", "scrub")  # stages that look at a document by itself
STAGES = (*ALONE, "deduplicate", "repetitions", "sift")
REQUIRED = ("normalise", "takedowns", "sift")  # text in one form, withdrawals honoured, kept and dropped set apart: always
REPLACE = ("tag", "fake", "drop")


@dataclass(frozen=True)
class Replacing:
    """What stands where personal data stood, where a build wants it otherwise than governance/personal_data says?

    Kinds that are looked for cannot be left out here: what stays is for governance to say.
    """

    replace: Mapping[str, str] = field(default_factory=dict)     # kind → tag | fake | drop
    drop_above: Mapping[str, int] = field(default_factory=dict)  # kind → a document that holds more is dropped


@dataclass(frozen=True)
class Reading:
    """How large may one document be? A larger one is rejected with its true size; a worker holds a few copies of the largest."""

    record_megabytes: int = 64


@dataclass(frozen=True)
class Writing:
    """What size are the shards and the token sequences?"""

    shard_megabytes: int = 256
    sequence_length: int = 2048
    validation_share: float = 0.05


@dataclass(frozen=True)
class Recipe:
    """The whole of a build's intent, from pipelines/<name>.toml."""

    id: str
    name: str
    purpose: str
    seed: int
    sources: tuple[str, ...]
    profile: str
    stages: tuple[str, ...]
    decontamination: Decontamination = field(default_factory=Decontamination)
    deduplication: Deduplication = field(default_factory=Deduplication)
    repetitions: Repetitions = field(default_factory=Repetitions)
    replacing: Replacing = field(default_factory=Replacing)
    tokenizer: str = ""              # name of a file in tokenizer/; empty = no tokenizer, no tokens
    vocabulary: int | None = None    # None = as the tokenizer's own recipe says
    reading: Reading = field(default_factory=Reading)
    writing: Writing = field(default_factory=Writing)
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)  # key → line in the file


def recipe_from(table: Table, id: str) -> Recipe | None:
    """A recipe from its file, or None with the problems noted in the table."""
    before = len(table.problems)
    stages: list[str] = []
    deduplication, replacing, decontamination, repetitions = Deduplication(), Replacing(), Decontamination(), Repetitions()
    for stage in table.tables("stage", required=True):
        name = stage.choice("do", STAGES, required=True)
        if name == "deduplicate":
            deduplication = deduplication_from(stage)
        if name == "decontaminate":
            decontamination = decontamination_from(stage)
        if name == "repetitions":
            repetitions = repetitions_from(stage)
        if name == "scrub":
            replacing = _replacing(stage)
        if name:
            if name in stages:
                stage.problem("do", f"{name!r} stands twice", "keep one of them")
            stages.append(name)
        stage.done()
    if stages != sorted(stages, key=STAGES.index):
        table.problem("stage", "the stages stand in an order that does not work", "order them: " + ", ".join(STAGES))
    for name in REQUIRED:
        if stages and name not in stages:
            table.problem("stage", f"{name!r} is missing", f'add [[stage]] do = "{name}"')
    tokenizer, reading, write = table.table("tokenizer"), table.table("read"), table.table("write")
    sources = table.texts("sources", required=True)
    for source in sorted({source for source in sources if sources.count(source) > 1}):
        table.problem("sources", f"{source!r} stands twice", "keep one of them")
    for source in sorted(set(deduplication.by_url) - set(sources)):
        table.problem("stage", f"by_url names {source!r}", "name sources of this recipe")
    recipe = Recipe(
        id=id,
        name=table.text("name", required=True),
        purpose=table.text("purpose", required=True),
        seed=table.whole("seed", required=True) or 0,
        sources=sources,
        profile=table.text("profile", required=True),
        stages=tuple(stages),
        decontamination=decontamination,
        deduplication=deduplication,
        repetitions=repetitions,
        replacing=replacing,
        tokenizer=tokenizer.text("train"),
        vocabulary=tokenizer.whole("vocabulary"),
        reading=_reading(reading),
        writing=_writing(write),
        file=table.file,
        lines={key: table.line(key) for key in ("sources", "profile", "stage", "tokenizer", "read", "write")},
    )
    tokenizer.done()
    table.done()
    return recipe if len(table.problems) == before else None


def _replacing(stage: Table) -> Replacing:
    rules, limits = stage.mapping("replace"), stage.mapping("drop_above")
    for kind, rule in sorted(rules.items()):
        if rule not in REPLACE:
            stage.problem("replace", f"is {rule!r} for {kind!r}", f"write one of {', '.join(REPLACE)}; what stays, governance says")
        if rule == "drop" and kind not in limits:
            stage.problem("drop_above", f"says nothing of {kind!r}", f"write drop_above = {{ {kind} = 3 }}: more than that drop a document")
    for kind, limit in sorted(limits.items()):
        if rules.get(kind) != "drop":
            stage.problem("drop_above", f"names {kind!r}, which is not dropped", f'write replace = {{ {kind} = "drop" }} too')
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
            stage.problem("drop_above", f"is {limit!r} for {kind!r}", "write a whole number, 0 or more")
    return Replacing(rules, limits)


def _reading(read: Table) -> Reading:
    plain = Reading()
    found = Reading(read.whole("record_megabytes", default=plain.record_megabytes) or 0)
    if not 1 <= found.record_megabytes <= 1024:
        read.problem("record_megabytes", f"is {found.record_megabytes}", "write a number from 1 to 1024")
    read.done()
    return found


def _writing(write: Table) -> Writing:
    plain = Writing()
    share = write.number("validation_share", default=plain.validation_share)
    found = Writing(
        shard_megabytes=write.whole("shard_megabytes", default=plain.shard_megabytes) or 0,
        sequence_length=write.whole("sequence_length", default=plain.sequence_length) or 0,
        validation_share=plain.validation_share if share is None else share,
    )
    if found.shard_megabytes < 1:
        write.problem("shard_megabytes", f"is {found.shard_megabytes}", "write 1 or more")
    if not 16 <= found.sequence_length <= 1 << 20:
        write.problem("sequence_length", f"is {found.sequence_length}", "write a number from 16 to 1048576")
    if not 0 <= found.validation_share < 1:
        write.problem("validation_share", f"is {found.validation_share}", "write a share from 0 to below 1")
    write.done()
    return found


def as_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data, for digests and for the manifest: what it says, not where it lies."""
    return {
        "id": recipe.id, "name": recipe.name, "purpose": recipe.purpose, "seed": recipe.seed,
        "sources": list(recipe.sources), "profile": recipe.profile, "stages": list(recipe.stages),
        "decontamination": asdict(recipe.decontamination), "deduplication": asdict(recipe.deduplication),
        "repetitions": asdict(recipe.repetitions),
        "scrub": {"replace": dict(recipe.replacing.replace), "drop_above": dict(recipe.replacing.drop_above)},
        "tokenizer": recipe.tokenizer, "vocabulary": recipe.vocabulary,
        "reading": asdict(recipe.reading),
        "writing": {"shard_megabytes": recipe.writing.shard_megabytes, "sequence_length": recipe.writing.sequence_length,
                    "validation_share": recipe.writing.validation_share},
    }
