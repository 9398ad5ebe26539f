"""Does a process of a build load what it needs, and nothing of what only happens to be installed?"""
from __future__ import annotations

import subprocess
import sys

LOADED = "print(*sorted(sys.modules.keys() & {'apache_beam', 'bson', 'pandas', 'scipy', 'spacy'}))"


def said_by(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", f"import sys\n{program}"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_a_build_and_its_child_load_nothing_that_they_do_not_need() -> None:
    work = """
import pyarrow as pa
from roots.filters.normal_form import form_of
form_of("one")
pa.array([1]), pa.table({"a": ["one"]}).to_pylist()
"""
    begun = "from roots.pipelines import lean\n"
    assert said_by(f"{begun}lean.load()\nimport roots.pipelines.stages\n{work}{LOADED}") == [""]
    assert said_by(f"{begun}lean.load('apache_beam')\nimport roots.pipelines.build\n{work}{LOADED}") == ["apache_beam"]


def test_who_needs_it_afterwards_gets_it() -> None:
    assert said_by("from roots.pipelines import lean\nlean.load()\nimport pandas, pyarrow as pa\n"
                   "print(len(pa.table({'a': [1, 2]}).to_pandas()), len(pa.array(pandas.Series([1, 2, 3]))))") == ["2 3"]


def test_addresses_are_found_without_spacy_and_its_engines_are_there_afterwards() -> None:
    assert said_by("from roots.governance.recognisers import presidio\npresidio('IpRecognizer')\n" + LOADED +
                   "\nfrom presidio_analyzer.nlp_engine import SpacyNlpEngine\nprint(SpacyNlpEngine.__module__)") == [
        "", "presidio_analyzer.nlp_engine.spacy_nlp_engine"]
