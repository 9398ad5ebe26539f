"""What would this build take? A little of every source goes through the real stages, and the rest is arithmetic."""
from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from roots import document, store
from roots.errors import Problem, Problems, RootsError
from roots.filters.signatures import sign
from roots.pipelines.cost import measuring, text_bytes
from roots.pipelines.judging import declare, stages_of
from roots.pipelines.read import Input, read
from roots.pipelines.stages import Done, chain
from roots.records import Table
from roots.rules import Rules
from roots.store import Place
from roots.workspace import Workspace

HEAD = 192 << 10  # bytes of a raw file that are looked at
BLOCK = 2 << 20   # bytes of text, about: what a receipt is written for
RATES = Path(__file__).with_name("rates.toml")


@dataclass(frozen=True)
class Sample:
    """What a stretch of one raw file came to: raw bytes, documents, bytes of text, of it kept, of Arrow between the passes, CPU seconds."""

    raw: float
    documents: int = 0
    text: int = 0
    kept: int = 0
    arrow: int = 0
    cpu: float = 0.0


@dataclass(frozen=True)
class Estimate:
    """A build foreseen. Times in seconds, sizes in bytes; `error` is the likely error of times and sizes, as a share of them."""

    workers: int
    files: int
    input: float
    documents: float
    text: float
    kept: float
    cpu: float
    seconds: float
    memory_worker: float
    memory_driver: float
    disk_work: float
    disk_run: float
    keys: float
    money: float
    currency: str
    sampled: float
    error: float
    prices: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        def size(bytes: float) -> str:
            units = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1, "bytes"))
            unit, name = next(((unit, name) for unit, name in units if bytes >= unit), units[-1])
            return f"{bytes / unit:.3g} {name}"

        hours = f"{self.cpu / 3600:.3g} core-hours" if self.cpu > 3600 else f"{self.cpu:.0f} core-seconds"
        clock = f"{self.seconds / 3600:.3g} h" if self.seconds > 3600 else f"{self.seconds:.0f} s"
        yield f"Estimate, ± {self.error:.0%}, from {size(self.sampled)} of {self.files} files read through the real stages:"
        yield f"  input      {size(self.input)}: {self.documents:,.0f} documents, {size(self.text)} of text, of it {size(self.kept)} kept"
        yield f"  time       {hours}; with {self.workers} worker{'s' if self.workers > 1 else ''} {clock}"
        yield f"  memory     {size(self.memory_worker)} a worker, {size(self.memory_driver)} the driver"
        yield f"  disk       {size(self.disk_work)} while it is built, {size(self.disk_run)} when it is done"
        yield f"  keys       {size(self.keys)} of it, written once and read once; the runner shuffles names only"
        yield f"  money      {self.money:,.2f} {self.currency} at the prices of {self.prices}"


def estimate(workspace: Workspace, admitted: Sequence[str], data: Place, rules: Rules, workers: int, rates: Path = RATES) -> Estimate:
    """Reads HEAD bytes of the first, the middle and the last file of every source, and no more of any.

    Raises RootsError when a source has no files, Problems when the rates are no TOML.
    """
    through = chain(stages_of(rules.recipe), rules)
    files, total, raw = 0, Sample(0.0), 0.0
    sampled, variance = 0.0, 0.0
    for source in sorted(admitted):
        inputs = _listed(workspace, source, data)
        samples = [_sample(inputs[at], rules, through) for at in sorted({0, len(inputs) // 2, len(inputs) - 1})]
        here = _sum(samples)
        size = sum(input.size for input in inputs)
        factor = size / max(here.raw, 1.0)
        total = _sum([total, Sample(*(value * factor for value in asdict(here).values()))])
        files, raw, sampled = files + len(inputs), raw + size, sampled + here.raw
        variance += (_spread(samples) * here.text * factor) ** 2 * (1 - min(here.raw / max(size, 1), 1.0))
    return _foreseen(total, raw, files, sampled, sqrt(variance) / max(total.text, 1), rules, workers, _rates(rates))


def _foreseen(total: Sample, raw: float, files: int, sampled: float, spread: float, rules: Rules, workers: int,
              rates: Mapping[str, Mapping[str, Any]]) -> Estimate:
    measured, prices = rates["measured"], rates["prices"]
    keys = total.documents * (1 + rules.signatures.bands) * 16 if "deduplicate" in rules.recipe.stages else 0
    cpu = total.cpu + total.documents * (measured["deduplicate_a_document"] + measured["ledger_a_document"])
    cpu += total.kept / 1e6 * measured["write_a_megabyte"]
    once = 0.0
    if rules.tokenizer:
        cpu += total.kept / 1e6 * measured["tokens_a_megabyte"]
        once = measured["learn_a_tokenizer"]
    started = measured["start_of_a_pass"] * 4
    seconds = cpu / workers + once + started
    memory = measured["memory_of_a_worker"] * workers
    hours = seconds / 3600
    money = hours * (workers * prices["vcpu_hour"] + memory / 1e9 * prices["memory_gigabyte_hour"])
    tokens = total.kept * (4 / 3.5 if rules.tokenizer else 0)  # a token is four bytes, and stands for three or four of text
    return Estimate(
        workers, files, raw, total.documents, total.text, total.kept, cpu + once + started * workers, seconds,
        measured["memory_of_a_worker"], measured["memory_of_the_driver"] + measured["memory_a_block"] * ceil(total.text / BLOCK)
        + measured["memory_a_document"] * total.documents,
        total.arrow + keys + total.kept * 1.1 + total.kept + tokens, total.kept * 1.1 + total.documents * 150 + tokens, keys, money,
        prices["currency"], sampled, sqrt(spread ** 2 + measured["likely_error"] ** 2), f"{prices['date']} ({prices['source']})")


def _rates(path: Path) -> Mapping[str, Mapping[str, Any]]:
    problems: list[Problem] = []
    table = Table.parse(str(path), path.read_bytes(), problems)
    if table is None:
        raise Problems(problems)
    return table.data


def _listed(workspace: Workspace, source: str, data: Place) -> list[Input]:
    """The files of a source by name and size; their digests are not taken, for that would be to read them all."""
    how = workspace.sources[source].data
    names = sorted({store.name_in(data / source, file) for pattern in how.files for file in store.files(data / source, pattern)})
    if not names:
        raise RootsError(f"catalogue/sources/{source}.toml · data.files", f"finds nothing in {data / source}",
                         "put the source's files there, or name the folder above it with --data")
    return [Input(source, name, str(data / source / name), "", store.size(data / source / name), how.format, how.text or "text",
                  how.record_id, how.language, how.url, how.html) for name in names]


def _sample(input: Input, rules: Rules, through: Any) -> Sample:
    """The beginning of a file through the stages. What is cut off in its middle is rejected by the reader, and missed."""
    with tempfile.TemporaryDirectory() as folder:
        with store.reading(store.place(input.file)) as file:
            head = file.read(HEAD)
        share = 1.0
        if input.size > HEAD and (input.format in ("parquet", "arrow") or input.path.endswith(".zip")):
            head, share = _rows(input, head)
        elif input.size > HEAD:
            share = HEAD / input.size
        copy = Path(folder) / Path(input.path).name
        copy.write_bytes(head)
        found = [Sample(input.size * share)]
        with measuring("read") as cost:
            blocks = [block.batch for block in read(replace(input, file=str(copy), size=len(head)))]
        found.append(Sample(0.0, cpu=cost.cpu))
        for batch in blocks:
            done: Done = list(through((declare(batch, rules.judge.declared, rules.aliases), stages_of(rules.recipe))))[-1]
            with measuring("sign") as cost:
                signatures = sign(done.batch, rules.signatures)
            kept = done.batch.filter(document.kept(done.batch))
            found.append(Sample(0.0, len(batch), text_bytes(batch), text_bytes(kept), done.batch.nbytes + signatures.nbytes,
                                cost.cpu + sum(one.cpu for one in done.costs)))
    return _sum(found)


def _rows(input: Input, head: bytes) -> tuple[bytes, float]:
    """A Parquet file of the first thousand rows, and what share of the file they are; other files that end in an index, whole."""
    with store.reading(store.place(input.file)) as file:
        if input.format != "parquet":
            return file.read(), 1.0
        parquet = pq.ParquetFile(file)
        batch = next(parquet.iter_batches(1000), None)
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_batches([batch] if batch else [], parquet.schema_arrow), sink)
        return sink.getvalue(), (len(batch) if batch else 0) / max(parquet.metadata.num_rows, 1)


def _sum(samples: Sequence[Sample]) -> Sample:
    return Sample(*(sum(values) for values in zip(*(asdict(sample).values() for sample in samples), strict=True)))


def _spread(samples: Sequence[Sample]) -> float:
    """How far do the files of a source differ in text a raw byte? The standard error of their mean, as a share; a half for one file."""
    ratios = [sample.text / max(sample.raw, 1.0) for sample in samples]
    mean = sum(ratios) / len(ratios)
    if len(ratios) < 2 or not mean:
        return 0.5
    return sqrt(sum((ratio - mean) ** 2 for ratio in ratios) / (len(ratios) - 1) / len(ratios)) / mean


__all__ = ["Estimate", "estimate"]
