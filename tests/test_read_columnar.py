"""Does every row of Parquet and Arrow become a document or a rejection?"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from roots.digest import document_id
from tests.reading import PACK, WORDS, blocks, column, given_file, reasons, texts


def table(**columns: object) -> pa.Table:
    return pa.table({"text": WORDS, "n": list(range(len(WORDS))), "lang": ["sw"] * len(WORDS), **columns})


@pytest.mark.parametrize("form", ["parquet", "parquet.zst", "stream", "file", "stream.gz"])
def test_columnar_files(tmp_path: Path, form: str) -> None:
    sink = pa.BufferOutputStream()
    if form.startswith("parquet"):
        pq.write_table(table(), sink, row_group_size=3)
    else:
        with (pa.ipc.new_file if form == "file" else pa.ipc.new_stream)(sink, table().schema) as writer:
            writer.write_table(table(), max_chunksize=5)
    data = sink.getvalue().to_pybytes()
    suffix = "." + form.split(".")[1] if "." in form else ""
    input = given_file(
        tmp_path, "a" + suffix, PACK[suffix](data), "parquet" if "parquet" in form else "arrow", record_id="n", language="lang"
    )
    found = blocks(input, 2, block_records=2)
    assert texts(found) == WORDS and column(found, "id") == [document_id("src", str(i)) for i in range(len(WORDS))]
    assert column(found, "locator")[-1] == f"a{suffix}#{len(WORDS) - 1}" and set(column(found, "declared")) == {"sw"}
    cut = blocks(given_file(tmp_path, "cut", data[: len(data) * 2 // 3], input.format))
    assert set(reasons(cut).values()) <= {"format.wrong", "format.corrupt"} and reasons(cut)


def test_cells_that_are_no_text(tmp_path: Path) -> None:
    cells = pa.table({"text": pa.array([b"sound", b"\xff", None], pa.binary())})
    sink = pa.BufferOutputStream()
    pq.write_table(cells, sink)
    found = blocks(given_file(tmp_path, "a.parquet", sink.getvalue().to_pybytes(), "parquet"))
    assert texts(found) == ["sound"] and reasons(found) == {"a.parquet#1": "utf8.invalid", "a.parquet#2": "field.missing"}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"content": ["x"]}), sink)
    assert reasons(blocks(given_file(tmp_path, "b.parquet", sink.getvalue().to_pybytes(), "parquet"))) == {"b.parquet": "field.missing"}
