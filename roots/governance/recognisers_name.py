"""Is it somebody's name or address? Only if asked: a model of spaCy or transformers, given by path for each language.

Off by default (`replace = "keep"` in `name.toml` and `address.toml`): names are most of history and literature, models for most of
the 46 languages do not exist, and those that do cost a thousand times the rest of the scrub. The models' licences and the languages
that they know are their makers'; none ships with this project. Presidio reads them.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from roots.errors import RootsError
from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Span, Window

Finder = Callable[[str], list[tuple[int, int]]]


class Name:
    """Finds a kind's entities in whole documents. models: language → folder of a spaCy pipeline or of a token classifier of transformers.

    Raises RootsError for a folder that is absent: nothing is fetched.
    """

    def __init__(self, kind: PersonalData, models: Mapping[str, str]) -> None:
        self.kind = kind
        self.languages = frozenset(models)
        self._models = dict(models)
        self._finders: dict[str, Finder] = {}
        for language, path in sorted(self._models.items()):
            if not Path(path).is_dir():
                raise RootsError(f"model of names for {language!r}", f"there is no folder {path}", "give the folder of a spaCy pipeline")

    def _finder(self, language: str) -> Finder:
        if language not in self._finders:
            path = self._models[language]
            make = _transformers if (Path(path) / "config.json").is_file() else _spacy
            self._finders[language] = make(path, language, list(self.kind.entities))
        return self._finders[language]

    def __call__(self, window: Window) -> Iterable[Span]:
        """The entities of a window that is a whole document."""
        if window.language in self.languages:
            yield from (Span(self.kind.kind, start, end) for start, end in self._finder(window.language)(window.text))


def _spacy(path: str, language: str, entities: list[str]) -> Finder:
    from presidio_analyzer.nlp_engine import SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import SpacyRecognizer

    engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": path}])
    try:
        engine.load()
    except OSError as error:
        raise RootsError(f"model of names for {language!r}", f"spaCy cannot read {path}: {error}",
                         "give the folder that holds config.cfg and meta.json") from None
    recogniser = SpacyRecognizer(supported_language=language, supported_entities=entities)
    return lambda text: [(one.start, one.end) for one in recogniser.analyze(text, entities, engine.process_text(text, language))]


def _transformers(path: str, language: str, entities: list[str]) -> Finder:
    from presidio_analyzer.predefined_recognizers.ner.huggingface_ner_recognizer import HuggingFaceNerRecognizer

    if find_spec("transformers") is None or find_spec("torch") is None:
        raise RootsError(f"model of names for {language!r}", "is one of transformers, which are not installed",
                         "pip install transformers torch, or give the folder of a spaCy pipeline")
    recogniser = HuggingFaceNerRecognizer(supported_entities=entities, supported_language=language, model_name=path)
    recogniser.load()
    return lambda text: [(one.start, one.end) for one in recogniser.analyze(text, entities)]
