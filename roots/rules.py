"""What does a worker need? Rules: the records of one build as plain data, picklable and digestible, built once from the workspace."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from roots.governance import takedowns as withdrawals
from roots.governance.scrub_rules import Keeping, ScrubRules, scrub_rules
from roots.recipe import Recipe
from roots.tokenizer.recipe import TokenizerRecipe
from roots.workspace import MODELS, Workspace

if TYPE_CHECKING:
    from roots.filters.decontaminate import DecontaminationRules
    from roots.filters.duplicates import DedupRules
    from roots.filters.identify import IdentifyRules
    from roots.filters.judge import JudgeRules
    from roots.filters.lines import LineRule
    from roots.filters.passages import PassageRules
    from roots.filters.signatures import SignatureRules


@dataclass(frozen=True)
class Rules:
    """Everything that a worker needs, loaded and checked once: workers open no people's folder."""

    recipe: Recipe
    licences: Mapping[str, str]      # source → the licence concluded for it
    aliases: Mapping[str, str]       # every known code of a language → ours
    takedowns: withdrawals.Takedowns
    identify: IdentifyRules
    lines: tuple[LineRule, ...]      # which lines are furniture
    judge: JudgeRules
    signatures: SignatureRules
    dedup: DedupRules
    scrub: ScrubRules
    tokenizer: TokenizerRecipe | None
    decontamination: DecontaminationRules  # without test items: those lie with the data, see pipelines/benchmark_items.py
    passages: PassageRules


def rules_of(workspace: Workspace, recipe: Recipe, admitted: Sequence[str], keeping: Keeping = Keeping()) -> Rules:  # noqa: B008  frozen
    """What the workers of this build need. Raises Problems where a file that matters is faulty."""
    from roots.filters.decontaminate import DecontaminationRules
    from roots.filters.duplicates import DedupRules
    from roots.filters.identify import default_rules
    from roots.filters.passages import PassageRules
    from roots.filters.signatures import Comments, SignatureRules
    asked = recipe.deduplication
    comments = {one.code: Comments(one.line_comments, one.block_comments, one.opening) for one in workspace.code_languages.values()}
    tokens = {one.code: "characters" if one.words == "characters" else "words" for one in workspace.languages.values()}
    signatures = SignatureRules.at(asked.threshold, asked.permutations, size=asked.shingle, tokens=tokens, comments=comments)
    licence = {source: -workspace.licences.openness(workspace.licence_of(source)) for source in admitted}
    trust = {source: rank for rank, source in enumerate(asked.trust)}
    rules = Rules(
        recipe=recipe,
        licences={source: workspace.licence_of(source) for source in admitted},
        aliases=dict(workspace.codes),
        takedowns=withdrawals.rules(workspace.takedowns),
        identify=default_rules(),
        lines=workspace.line_rules,
        judge=judge_rules(workspace, admitted),
        signatures=signatures,
        dedup=DedupRules(
            signatures=signatures, threshold=asked.threshold, containment=asked.containment, keep=asked.keep, by_url=asked.by_url,
            licence=licence, trust=trust,
        ),
        scrub=scrub_rules(workspace.personal_data, recipe.replacing, keeping),
        tokenizer=workspace.tokenizers.get(recipe.tokenizer),
        decontamination=DecontaminationRules(),
        passages=PassageRules(**asdict(recipe.repetitions), rank=_ranks(admitted, asked.keep, {"licence": licence, "trust": trust})),
    )
    workspace.sound(recipe)
    return rules


def _ranks(sources: Sequence[str], keep: Sequence[str], by: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The place of each source in the order of licence and trust, as far as `keep` names them before the id."""
    last = 1 << 30
    named = [by[name] for name in takewhile(lambda name: name != "id", keep) if name in by]
    order = {source: [ranks.get(source, last) for ranks in named] for source in sources}
    places = sorted({tuple(one) for one in order.values()})
    return {source: places.index(tuple(one)) for source, one in order.items()}


def judge_rules(workspace: Workspace, admitted: Sequence[str]) -> JudgeRules:
    """What judging needs: the languages with their limits and lists, and what the admitted sources say of themselves."""
    from roots.filters.judge import JudgeRules
    models = MODELS / "perplexity"
    return JudgeRules(
        languages=tuple(workspace.languages.values()),
        code=tuple(workspace.code_languages.values()),
        words={list_file: workspace.words(list_file) for list_file in workspace.lists()},
        declared={source: workspace.sources[source].languages for source in admitted},
        licences={source: workspace.licences.ids(workspace.licence_of(source)) for source in admitted},
        headers=workspace.licence_headers,
        paths=workspace.path_signs,
        perplexity=str(models) if any(models.glob("*.klm")) else None,
    )
