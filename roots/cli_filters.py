"""What can a linguist ask from the command line? Every measure of one text, and limits proposed from clean text."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from roots.errors import Problems, RootsError
from roots.terminal import AS_JSON, FINDINGS, FOLDER, OK, WORKSPACE, guarded, say, workspace_of

if TYPE_CHECKING:
    from roots.filters.calibration import Calibration
    from roots.workspace import Workspace

LARGEST = 32 << 20  # bytes of a text that one tries


@click.group()
def filters() -> None:
    """What good text looks like in each language: try a text, or calibrate the limits.

    \b
    Example:  roots filters try sw letter.txt
    """


@filters.command(name="try")
@click.argument("language")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--models", type=FOLDER, help="Language models to use: <language>.klm, or CCNet's <language>.arpa.bin and .sp.model.")
@WORKSPACE
@AS_JSON
@guarded
def try_(language: str, file: Path, models: Path | None, workspace: Path | None, as_json: bool) -> int:
    """Shows every measure of one text, its limit, where the limit is written, and the verdict. `-` reads standard input.

    Behind them stands what could not be measured, and why: a list that nobody has written (flagged words), a text too short for it.

    Exits with 1 when a limit is broken.

    \b
    Example:  roots filters try sw letter.txt
    """
    from roots.filters.judge import Judge
    from roots.filters.limits import bounds
    from roots.filters.trial import try_text
    from roots.rules import judge_rules
    found = workspace_of(workspace)
    code = found.codes.get(language, language)
    rules = judge_rules(found, ())
    findings = try_text(Judge(replace(rules, perplexity=str(models)) if models else rules), code, _text(file))
    broken = [finding for finding in findings if finding.reason]
    width = max(len(finding.measure) for finding in findings)
    lines = []
    for finding in findings:
        if finding.value is None:
            lines.append(f"  {finding.measure:<{width}} {'–':>10}  {finding.why}")
            continue
        mark, allowed = "BROKEN" if finding.reason else "", bounds(finding.at_least, finding.at_most)
        lines.append(f"  {finding.measure:<{width}} {finding.value:>10.4g}  {allowed:<20} {mark:<7}{finding.where}".rstrip())
    verdict = f"It would be dropped: {broken[0].reason}. {broken[0].why}" if broken else "It would be kept: no limit is broken."
    say([finding.as_json() for finding in findings], as_json, [*lines, "", verdict])
    return FINDINGS if broken else OK


def _text(file: Path) -> str:
    from roots.filters.normalise import normal
    try:
        with click.open_file(str(file), "rb") as stream:
            raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise RootsError(str(file), "is larger than 32 MB", "try a part of it")
        return normal(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RootsError(str(file), f"byte {error.start} is not UTF-8", "save the text as UTF-8") from None
    except OSError as error:
        raise RootsError(str(file), f"cannot be read: {error.strerror}", "look at the path and at the file's permissions") from None


@filters.command()
@click.option("--data", type=FOLDER, help="Real text: one folder a source, as filters/clean.toml names them.")
@click.option("--code", type=FOLDER, help="Real source code instead: one folder a source, such as an unpacked package.")
@click.option("--each", type=click.IntRange(1), default=200, show_default=True, help="With --code: files of each language and source.")
@click.option("--write", is_flag=True, help="Write the files (default: only say what each limit would be and would drop).")
@click.option("--lists", is_flag=True, help="Compute the lists of small words and of spellings instead of the limits.")
@WORKSPACE
@AS_JSON
@guarded
def calibrate(data: Path | None, code: Path | None, each: int, write: bool, lists: bool, workspace: Path | None, as_json: bool) -> None:
    """Proposes each limit from clean text, or from real source code, of the language; what people agreed to stays as it is.

    \b
    Example:  roots filters calibrate --data ../shared/data
              roots filters calibrate --code ../packages
    """
    found = workspace_of(workspace)
    if data and not code:
        made, report, plain = _of_text(found, data, lists)
    elif code and not data and not lists:
        made, report, plain = _of_code(found, code, each)
    else:
        raise click.UsageError("Give --data, or --code without --lists: natural languages and programming languages are set apart.")
    for name, text in made.items() if write else ():
        (found.folder / "filters" / name).write_text(text, "utf-8")
    say(plain, as_json, [*report, f"{len(made)} files {'written' if write else 'would change; --write writes them'}"])


Made = tuple[Mapping[str, str], list[str], dict[str, Any]]  # files, what people read, what programs read


def _of_text(found: Workspace, data: Path, lists: bool) -> Made:
    from roots.filters import calibration
    from roots.filters.clean import clean_texts
    from roots.rules import judge_rules
    rules = judge_rules(found, ())
    sources, policies = found.clean_sources, found.policies
    if found.problems:
        raise Problems(found.problems)
    if not sources or not policies:
        raise RootsError(str(found.folder / "filters"), "has no clean.toml or no calibration.toml", "copy the reference ones")
    texts = clean_texts(data, sources, list(found.languages))
    if lists:
        made = {found.languages[code].closed_class: text for code, (text, _) in calibration.word_lists(texts, sources, rules).items()}
        spellings = calibration.spelling_lists(texts, sources, rules.languages)
        made.update({name: text for code, text in spellings.items() if (name := found.languages[code].spelling)})
        return made, [f"  {name}: {len(text.splitlines())} lines" for name, text in sorted(made.items())], {"files": sorted(made)}
    files = {code: (found.folder / one.file).read_text("utf-8") for code, one in found.languages.items()}
    return _limits(calibration.calibrate(rules, texts, found.policies, files))


def _of_code(found: Workspace, folder: Path, each: int) -> Made:
    from roots.filters.calibrate_code import calibrate, measured
    from roots.filters.code_files import CodeFolder
    from roots.filters.identify import Identifier, default_rules
    from roots.rules import judge_rules
    rules, policies = judge_rules(found, ()), found.code_policies
    if found.problems:
        raise Problems(found.problems)
    if not policies:
        raise RootsError(str(found.folder / "filters"), "has no code_calibration.toml", "copy the reference one")
    sources = [CodeFolder(one.name, one) for one in sorted(folder.iterdir()) if one.is_dir()]
    values = measured(rules, Identifier(default_rules()), sources, each)
    if not values:
        raise RootsError(str(folder), "holds no source code in a folder of its own", "give each source a folder in it")
    files = {code: (found.folder / one.file).read_text("utf-8") for code, one in found.code_languages.items()}
    return _limits(calibrate(rules, values, policies, files))


def _limits(result: Calibration) -> Made:
    report = [f"  {code:<10} {one.measure:<32} {one.side:<9} {one.value:<10g} would drop {one.drops:.2%} of {one.documents}"
              for code, proposals in result.proposals.items() for one in proposals] + list(result.warnings)
    return result.files, report, {"limits": {code: [[one.measure, one.side, one.value, one.drops, one.documents] for one in proposals]
                                             for code, proposals in result.proposals.items()}, "warnings": list(result.warnings)}
