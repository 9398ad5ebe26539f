"""Is the language of a document named, in any script, and without touching what is not its business?"""
from __future__ import annotations

import pickle

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roots.document import batch_of, drop
from roots.errors import RootsError
from roots.filters.identify import Identifier, IdentifyRules, default_rules

GREETINGS = {
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق وقد وهبوا عقلا وضميرا",
    "bn": "সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা এবং অধিকার নিয়ে জন্মগ্রহণ করে",
    "en": "All human beings are born free and equal in dignity and rights, and they are endowed with reason",
    "eu": "Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak dituztela",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits",
    "gu": "પ્રતિષ્ઠા અને અધિકારોની દૃષ્ટિએ સર્વ માનવો જન્મથી સ્વતંત્ર અને સમાન હોય છે",
    "hi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है",
    "ig": "A mụrụ mmadụ nile n'ohere nakwa nha anya ugwu na ikike",
    "sw": "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa, wote wamejaliwa akili na dhamiri",
    "ta": "மனிதப் பிறவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்",
    "vi": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi",
    "yo": "Gbogbo ènìyàn ni a bí ní òmìnira; iyì àti ẹ̀tọ́ kọ̀ọ̀kan sì dọ́gba",
    "zh-Hans": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
    "zh-Hant": "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係的精神相對待。",
    "gl": "Tódolos seres humanos nacen libres e iguais en dignidade e dereitos e, dotados como están de razón",
}


@pytest.fixture(scope="module")
def identifier() -> Identifier:
    return Identifier(default_rules())


def _batch(texts: list[str | None], kind: str = "natural") -> pa.RecordBatch:
    return batch_of({"id": [str(n) for n in range(len(texts))], "text": texts, "kind": [kind] * len(texts)})


def _named(identifier: Identifier, texts: list[str | None]) -> list[str | None]:
    return identifier.identify(_batch(texts)).column("language").to_pylist()


def test_a_sentence_of_each_script_gets_its_language(identifier: Identifier) -> None:
    assert dict(zip(GREETINGS, _named(identifier, list(GREETINGS.values())), strict=True)) == {code: code for code in GREETINGS}


def test_scores_are_probabilities_and_every_row_that_is_in_has_one(identifier: Identifier) -> None:
    done = identifier.identify(_batch([*GREETINGS.values(), "a", "", "1234 !?"]))
    scores = done.column("language_score").to_pylist()
    assert all(0 <= score <= 1 for score in scores)
    assert done.column("language").null_count == 0


@pytest.mark.parametrize("nothing", ["", "   \n\t ", "1234 + 5 = ?", "https://example.org/en/page", "😀😀", "ᎠᏂᎨᏯ"])
def test_without_letters_that_a_label_uses_it_is_undetermined(identifier: Identifier, nothing: str) -> None:
    done = identifier.identify(_batch([nothing]))
    assert done.column("language").to_pylist() == ["und"]
    assert done.column("language_score").to_pylist() == [0.0]


def test_dropped_rows_and_missing_texts_are_left_alone(identifier: Identifier) -> None:
    batch = drop(_batch([GREETINGS["fr"], GREETINGS["sw"], None]), pa.array([True, False, False]), "takedown.x")
    assert identifier.identify(batch).column("language").to_pylist() == [None, "sw", None]


def test_rows_order_ids_and_texts_stay_and_batches_split_freely(identifier: Identifier) -> None:
    batch = _batch(list(GREETINGS.values()))
    whole = identifier.identify(batch)
    parts = pa.Table.from_batches([identifier.identify(batch.slice(start, 4)) for start in range(0, len(batch), 4)])
    assert parts.to_pydict() == whole.to_pydict()
    for untouched in ("id", "text", "kind", "dropped"):
        assert whole.column(untouched).equals(batch.column(untouched))


def _shares(identifier: Identifier, text: str) -> dict[str, float]:
    found = identifier.shares(pa.array([text], pa.large_string()))[0].as_py()
    assert found == sorted(found, key=lambda part: -part["share"])
    return {part["language"]: part["share"] for part in found}


def _of_bytes(code: str, size: int) -> str:
    """Sentences of a language, about `size` bytes."""
    sentence = GREETINGS[code] + ". "
    return sentence * max(1, round(size / len(sentence.encode())))


def test_a_long_document_is_named_by_its_bulk_and_its_shares_are_seen(identifier: Identifier) -> None:
    text = (GREETINGS["fr"] + ". ") * 60 + (GREETINGS["en"] + ". ") * 20
    assert _named(identifier, [text]) == ["fr"]
    shares = _shares(identifier, text)
    assert shares["fr"] == pytest.approx(0.70, abs=0.1)
    assert shares["en"] == pytest.approx(0.30, abs=0.1)


@pytest.mark.parametrize("size", [2_000, 3_500, 20_000])
@pytest.mark.parametrize(("one", "other"), [("fr", "en"), ("sw", "eu"), ("yo", "vi"), ("hi", "en"), ("ar", "fr"), ("bn", "ta"),
                                            ("zh-Hans", "en"), ("gu", "sw")])
def test_half_one_language_and_half_another(identifier: Identifier, one: str, other: str, size: int) -> None:
    first, second = _of_bytes(one, size // 2), _of_bytes(other, size // 2)
    true = len(first.encode()) / len((first + second).encode())
    shares = _shares(identifier, first + second)
    assert set(shares) == {one, other}
    assert shares[one] == pytest.approx(true, abs=0.18)   # half a window of the shortest text, or of six windows
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("one", "other"), [("hi", "en"), ("ar", "fr"), ("ta", "sw"), ("bn", "yo")])
def test_two_writing_systems_sentence_by_sentence(identifier: Identifier, one: str, other: str) -> None:
    text = (GREETINGS[one] + ".\n" + GREETINGS[other] + ".\n") * 8
    true = len(GREETINGS[one].encode()) / len((GREETINGS[one] + GREETINGS[other]).encode())
    shares = _shares(identifier, text)
    assert set(shares) == {one, other}
    assert shares[one] == pytest.approx(true, abs=0.1)


def test_one_language_is_listed_alone_and_what_was_not_read_is_not_listed(identifier: Identifier) -> None:
    assert all(set(_shares(identifier, _of_bytes(code, 5_000))) == {code} for code in GREETINGS)
    batch = drop(_batch([GREETINGS["fr"], GREETINGS["sw"], None, "1234", "ᎠᏂᎨᏯ"]), pa.array([True, *[False] * 4]), "takedown.x")
    assert identifier.identify(batch).column("languages").to_pylist() == [
        None, [{"language": "sw", "share": 1.0}], None, [], [{"language": "und", "share": 1.0}]]
    assert identifier.identify(_batch(["def f(): pass"], "programming")).column("languages").to_pylist() == [None]


def test_a_page_with_foreign_words_and_addresses_keeps_its_language(identifier: Identifier) -> None:
    noisy = GREETINGS["hi"] + " (JavaScript, Python 3.11) https://example.com/some/long/path?with=english&words=1 me@example.com"
    assert _named(identifier, [noisy]) == ["hi"]


def test_rules_travel_and_a_changed_model_is_refused(identifier: Identifier) -> None:
    again = pickle.loads(pickle.dumps(identifier))
    assert _named(again, [GREETINGS["eu"]]) == ["eu"]
    rules = default_rules()
    with pytest.raises(RootsError, match="sha256"):
        Identifier(IdentifyRules(rules.model, "0" * 64, rules.labels)).identify(_batch(["text"]))
    with pytest.raises(RootsError, match="is missing"):
        Identifier(IdentifyRules("nowhere.ftz", "", rules.labels)).identify(_batch(["text"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_any_text_gets_an_answer_and_the_same_one_twice(texts: list[str]) -> None:
    clean = [text.encode("utf-8", "ignore").decode() for text in texts]
    identifier = Identifier(default_rules())
    first = identifier.identify(_batch(clean))
    assert first.column("language").null_count == 0
    assert first.equals(identifier.identify(_batch(clean)))


def test_explain_tells_the_shares_of_a_mixed_document(identifier: Identifier) -> None:
    from roots.pipelines.explain import _language

    texts = [_of_bytes("fr", 1_500) + _of_bytes("sw", 1_500), _of_bytes("fr", 600)]
    mixed, plain = (" ".join(_language({}, row)) for row in identifier.identify(_batch(texts)).to_pylist())
    assert "more than one language" in mixed and "fr " in mixed and "sw " in mixed
    assert "more than one language" not in plain
