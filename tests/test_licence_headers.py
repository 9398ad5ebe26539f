"""Is a file that stands under another licence than its source seen, and no other?"""
from __future__ import annotations

import measuring
import pyarrow as pa
import pytest

from roots.filters.licence_headers import conflicts

GPL = "/* This file is part of x, distributed under the GNU GPL v2 with a\n * Linking Exception. */"
LGPL = "# You can redistribute it under the terms of the GNU Lesser\n# General Public License as published by"
CHOICE = "// This source code is licensed under both the BSD-style license and the GPLv2. You may select one."


@pytest.mark.parametrize(("text", "licence", "named"), [
    (GPL, "MIT", "GPL"), (GPL, "GPL-2.0-or-later", None), (LGPL, "MIT", "LGPL"), (LGPL, "GPL-3.0-only", None),
    (LGPL, "LGPL-2.1-only", None),
    (CHOICE, "MIT", None), ("// SPDX-License-Identifier: MIT OR GPL-2.0-only", "MIT", None),
    ("/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */", "MIT", "GPL"), ("int gnu;", "MIT", None),
])
def test_what_a_header_forbids(text: str, licence: str, named: str | None) -> None:
    assert conflicts(pa.array([text], pa.large_string()), ["s"], {"s": (licence,)}, measuring.rules().headers) == [named]
