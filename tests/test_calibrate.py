"""Are proposed limits wide enough for clean text, never drastic and never empty? And do word lists hold small words?"""
from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import measuring
import numpy as np
import pytest

from roots.errors import Problem
from roots.filters.calibrate import Policy, limits_toml, longest_gap, policies_from, propose, with_limits
from roots.filters.calibration import calibrate
from roots.filters.clean import CleanSource, clean_sources_from, clean_texts, ends
from roots.filters.closed_class import closed_class, deviation, words_of
from roots.filters.judge import Judge
from roots.filters.languages import language_from
from roots.filters.measures import names
from roots.filters.trial import told, try_text
from roots.records import Table

SWAHILI = next(one for one in measuring.records()[0] if one.code == "sw")
POLICY = Policy("digit_share", "at_most", 0.1, 0.5, True, (), "Because.")


def table(file: str) -> Table:
    problems: list[Problem] = []
    made = Table.parse(file, (measuring.ROOT / file).read_bytes(), problems)
    assert made is not None and not problems
    return made


def values(*sources: list[float]) -> dict[str, np.ndarray]:
    made = {}
    for number, of in enumerate(sources):
        rows = np.full((len(of), len(names())), np.nan, np.float32)
        rows[:, names().index("digit_share")] = of
        made[f"source{number}"] = rows
    return made


def test_the_policies_are_about_measures_and_say_why() -> None:
    policies = policies_from(table("filters/calibration.toml"))
    assert len(policies) > 20 and all(policy.why for policy in policies.values())
    for policy in policies.values():
        assert (policy.strictest <= policy.laxest) == (policy.side == "at_most") or policy.strictest == policy.laxest, policy


@pytest.mark.parametrize(("spread", "limit"), [(0.01, 0.1), (0.2, 0.25), (0.9, 0.5)])
def test_a_limit_goes_past_the_text_and_stays_within_its_bounds(spread: float, limit: float) -> None:
    chance = np.random.default_rng(3)
    text = list(chance.uniform(0, spread, 2_000))
    found = propose(SWAHILI, POLICY, {"sw": values(text, text)}, {"sw": "Bantu"})
    assert found is not None and found.value == pytest.approx(limit, abs=0.02)
    assert found.drops <= 0.002 or limit == 0.5


def test_the_most_generous_source_decides_and_single_texts_do_not() -> None:
    calm, wild, one = [0.01] * 500, [0.2] * 300, [0.45]
    found = propose(SWAHILI, POLICY, {"sw": values(calm, wild, one)}, {"sw": "Bantu"})
    assert found is not None and found.value == pytest.approx(0.2)


def test_relatives_are_heard_where_there_is_one_kind_of_text_only() -> None:
    families = {"sw": "Bantu", "zu": "Bantu", "fr": "Romance"}
    everything = {"sw": values([0.01] * 500), "zu": values([0.3] * 400), "fr": values([0.49] * 400)}
    found = propose(SWAHILI, POLICY, everything, families)
    assert found is not None and found.value == pytest.approx(0.3) and "pooled with zu" in found.origin
    alone = propose(SWAHILI, replace(POLICY, pooled=False), everything, families)
    assert alone is not None and alone.value == pytest.approx(0.1)


def test_what_is_written_is_read_back_and_the_head_of_the_file_stays() -> None:
    proposal = propose(SWAHILI, POLICY, {"sw": values([0.2] * 400, [0.2] * 400)}, {"sw": "Bantu"})
    assert proposal is not None
    path = measuring.ROOT / SWAHILI.file
    text = with_limits(path.read_text(), limits_toml([proposal], {("digit_share", "at_most"): 'N. "N" N.'}), 33)
    assert text.startswith('name     = "Swahili"\nown_name = "Kiswahili"\n') and text.count("longest_gap") == 1
    problems: list[Problem] = []
    made = Table.parse(SWAHILI.file, text, problems)
    assert made is not None
    language = language_from(made)
    assert not problems and language is not None and language.longest_gap == 33
    assert [(limit.measure, limit.at_most, limit.agreed) for limit in language.limits] == [("digit_share", proposal.value, 'N. "N" N.')]


def test_the_rarer_small_words_are_the_longer_a_gap_may_be() -> None:
    gaps = [longest_gap(share) for share in (0.6, 0.4, 0.2, 0.1, 0.0)]
    assert gaps == sorted(gaps) and gaps[0] >= 20 and gaps[-1] <= 400


def test_evenness() -> None:
    assert deviation(np.array([5, 5, 5, 5])) == 0
    assert deviation(np.array([20, 0, 0, 0])) == 1
    assert deviation(np.zeros(4)) == 1


def test_small_words_are_found_and_topics_and_loans_are_not() -> None:
    chance = np.random.default_rng(5)
    texts, letters = [], "abcdefghijklmnopqrstuvwxyz"
    for topic in range(60):
        words = [f"noun{letters[topic % 26]}{letters[topic // 26]}{letters[n]}" for n in range(6)]
        texts.append(" ".join(f"na {chance.choice(words)} ya {chance.choice(words)} {chance.choice(words)} {'moja' if n % 5 else 'the'}"
                              for n in range(60)))
    found = closed_class({"one": texts}, {"en": {"the": 0.9}})
    assert set(found.words) == {"na", "ya", "moja"}
    assert found.foreign == ("the",)


def test_words_keep_their_marks_and_numbers_are_none() -> None:
    assert list(words_of(["Ọ̀nà 23 n'ilé w0rd क्षत्रिय"])) == [["ọ̀nà", "n'ilé", "क्षत्रिय"]]


def test_calibrating_keeps_what_people_agreed_to(data_dir: Path) -> None:
    sources = [one for one in clean_sources_from(table("filters/clean.toml")) if one.id == "flores_sib200"]
    texts = {code: {name: of[:200] for name, of in by.items()} for code, by in clean_texts(data_dir, sources, {"sw", "zu"}).items()}
    agreed = replace(SWAHILI.limits[1], at_most=99.0, agreed="N. N., 2026")
    language = replace(SWAHILI, limits=(agreed, *SWAHILI.limits[2:]))
    rules = measuring.rules()
    rules = replace(rules, languages=tuple(language if one.code == "sw" else one for one in rules.languages))
    made = calibrate(rules, texts, policies_from(table("filters/calibration.toml")), {"sw": (measuring.ROOT / SWAHILI.file).read_text()})
    assert list(made.files) == ["languages/sw.toml"]
    problems: list[Problem] = []
    again = Table.parse(SWAHILI.file, made.files["languages/sw.toml"], problems)
    assert again is not None
    read = language_from(again)
    assert not problems and read is not None
    assert next(limit for limit in read.limits if limit.measure == agreed.measure).at_most == 99.0
    assert len(read.limits) > 20


def test_trying_a_text_shows_values_limits_and_the_verdict() -> None:
    judge = Judge(measuring.rules())
    found = {one.measure: one for one in try_text(judge, "sw", "Habari za asubuhi\n" * 30)}
    assert found["duplicate_lines"].reason == "duplicate_lines.high" and found["duplicate_lines"].value == pytest.approx(29 / 30)
    assert found["duplicate_lines"].where.startswith("filters/languages/sw.toml:")
    assert found["letter_share"].reason == ""
    said = told(SWAHILI, "duplicate_lines.high", 29 / 30)
    assert "0.9667" in said and "filters/languages/sw.toml:" in said and told(SWAHILI, "duplicate.exact", 1) == ""


def test_what_needs_unseen_text_is_not_set_from_text_that_was_learned_from() -> None:
    problems: list[Problem] = []
    table = Table.parse("filters/calibration.toml", (measuring.ROOT / "filters/calibration.toml").read_bytes(), problems)
    assert table is not None
    policies = policies_from(table)
    assert not problems and {name for name, one in policies.items() if one.unseen} == {"strange_spelling", "word_order", "perplexity"}


def test_sources_together_are_one_voice() -> None:
    language = measuring.records()[0][0]
    column = names().index("word_order")
    values = {source: np.full((size, len(names())), np.nan, np.float32) for source, size in (("many", 2000), ("few", 40))}
    values["many"][:, column] = 0.2
    values["few"][:, column] = -0.4
    alone = Policy("word_order", "at_least", -0.05, -1.0, False, (), "…", tail=0.05, further=0)
    found = [propose(language, replace(alone, together=together), {language.code: values}, {}) for together in (False, True)]
    assert [one.value for one in found if one is not None] == pytest.approx([-0.4, -0.05])


def test_sentences_are_joined_and_fragments_are_not(tmp_path: Path) -> None:
    (tmp_path / "asp").mkdir()
    rows = [{"lang": "sw", "text": f"Sentensi {n}.", "type": "sentence"} for n in range(13)]
    rows += [{"lang": "sw", "text": "na homa", "type": "sentence"}] * 12
    rows.append({"lang": "sw", "text": "![Hadithi](a_(b).png \"c\") [ndefu](http://a)", "type": "document"})
    (tmp_path / "asp" / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    source = CleanSource("asp", "data.jsonl", "CC0-1.0", "", lists=True, varied=False, markdown=True)
    texts = clean_texts(tmp_path, [source], {"sw"})["sw"]
    assert len(texts["asp"]) == 26
    documents = [" ".join(f"Sentensi {n}." for n in range(at, at + 6)) for at in (0, 6)]
    assert texts["asp joined"] == ["![Hadithi] [ndefu]", documents[0].replace(". ", ".\n"), documents[1]]
    assert ends("“Ndiyo!” (ndiyo.) ") and ends("क्या है।") and not ends("na homa,") and not ends("»")
