"""Is it somebody's name? Only if asked: a model of spaCy, given by path for each language, read through Presidio.

Off by default (`replace = "keep"` in `name.toml`): names are most of history and literature, models for most of the 46 languages do
not exist, and those that do cost a thousand times the rest of the scrub. The models' licences and the languages that they know are
their makers'; none ships with this project.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from roots.errors import RootsError
from roots.governance.personal_data import PersonalData
from roots.governance.recognisers import Span, Window


class Name:
    """Finds a kind's entities in whole documents. models: language → folder of a spaCy pipeline.

    Raises RootsError for a folder that is absent: nothing is fetched.
    """

    def __init__(self, kind: PersonalData, models: Mapping[str, str]) -> None:
        self.kind = kind
        self.languages = frozenset(models)
        self._models = dict(models)
        self._engines: dict[str, Any] = {}
        for language, path in sorted(self._models.items()):
            if not Path(path).is_dir():
                raise RootsError(f"model of names for {language!r}", f"there is no folder {path}", "give the folder of a spaCy pipeline")

    def _engine(self, language: str) -> Any:
        if language not in self._engines:
            from presidio_analyzer.nlp_engine import SpacyNlpEngine

            engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": self._models[language]}])
            engine.load()
            self._engines[language] = engine
        return self._engines[language]

    def __call__(self, window: Window) -> Iterable[Span]:
        """The entities of a window that is a whole document."""
        if window.language not in self.languages:
            return
        from presidio_analyzer.predefined_recognizers import SpacyRecognizer

        artifacts = self._engine(window.language).process_text(window.text, window.language)
        recogniser = SpacyRecognizer(supported_language=window.language, supported_entities=list(self.kind.entities))
        for result in recogniser.analyze(window.text, list(self.kind.entities), artifacts):
            yield Span(self.kind.kind, result.start, result.end)
