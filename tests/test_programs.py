"""Is a program named by what it says, not by what it is called?"""
from __future__ import annotations

import pyarrow as pa
import pytest

from roots.document import batch_of
from roots.filters.identify import Identifier, default_rules
from roots.filters.programs import identify_programs, program_signs, suffix_of

C = '#include <stdio.h>\n#include "list.h"\n\nstruct node {\n    struct node *next;\n};\n\nint main(void)\n{\n    struct node *n = malloc(sizeof(*n));\n    printf("%p", n->next);\n    return 0;\n}\n'
CPP_HEADER = "#pragma once\n#include <vector>\n\nnamespace shapes {\nclass Square : public Shape {\npublic:\n    explicit Square(double side);\n    std::vector<double> sides() const;\n};\n}  // namespace shapes\n"
C_HEADER = "#ifndef LIST_H\n#define LIST_H\n\n#include <stddef.h>\n\ntypedef struct list {\n    struct list *next;\n    size_t length;\n} list;\n\nlist *list_new(void);\nvoid list_free(list *l);\n\n#endif\n"
TS = 'import { Injectable } from "@angular/core";\n\nexport interface User {\n  id: number;\n  name?: string;\n}\n\nexport class Users {\n  private users: User[] = [];\n  find(id: number): User | undefined {\n    return this.users.find(u => u.id === id);\n  }\n}\n'
QT = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" language="eu">\n<context>\n    <name>Window</name>\n    <message>\n        <source>Open</source>\n        <translation>Ireki</translation>\n    </message>\n</context>\n</TS>\n'
PHP = "<!DOCTYPE html>\n<html>\n<body>\n<ul>\n<?php foreach ($items as $item): ?>\n  <li><?= htmlspecialchars($item->name) ?></li>\n<?php endforeach; ?>\n</ul>\n</body>\n</html>\n"
HTML = "<!DOCTYPE html>\n<html>\n<head><title>Items</title></head>\n<body>\n<ul>\n  <li>One</li>\n</ul>\n</body>\n</html>\n"
SAMPLES = {
    "csharp": 'using System;\nusing System.Linq;\n\nnamespace Shapes\n{\n    public class Square : IShape\n    {\n        public double Side { get; set; }\n        public override string ToString() => $"{Side}";\n    }\n}\n',
    "go": 'package main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc main() {\n\tf, err := os.Open("x")\n\tif err != nil {\n\t\tfmt.Println(err)\n\t}\n\tdefer f.Close()\n}\n',
    "java": "package org.example.shapes;\n\nimport java.util.List;\n\npublic class Square implements Shape {\n    private final double side;\n\n    @Override\n    public double area() {\n        return side * side;\n    }\n}\n",
    "javascript": "'use strict';\n\nconst fs = require('fs');\n\nmodule.exports = function read(path, done) {\n  fs.readFile(path, (err, data) => {\n    if (err !== null) return done(err);\n    done(null, JSON.parse(data));\n  });\n};\n",
    "lua": "local M = {}\n\nfunction M.each(list, f)\n  for i, v in ipairs(list) do\n    if v ~= nil then\n      f(v)\n    end\n  end\nend\n\nreturn M\n",
    "python": "from __future__ import annotations\n\nimport os\n\n\nclass Square:\n    def __init__(self, side: float) -> None:\n        self.side = side\n\n    def area(self) -> float:\n        return self.side ** 2\n",
    "ruby": "require 'json'\n\nmodule Shapes\n  class Square < Shape\n    attr_reader :side\n\n    def initialize(side)\n      @side = side\n    end\n\n    def to_s\n      sides.each do |side|\n        puts side\n      end\n    end\n  end\nend\n",
    "rust": "use std::collections::HashMap;\n\n#[derive(Debug, Clone)]\npub struct Square {\n    side: f64,\n}\n\nimpl Square {\n    pub fn area(&self) -> f64 {\n        let mut m = HashMap::new();\n        m.insert(1, self.side);\n        self.side * self.side\n    }\n}\n",
    "scala": "package org.example\n\nimport scala.collection.mutable\n\nsealed trait Shape\ncase class Square(side: Double) extends Shape\n\nobject Main {\n  def area(s: Shape): Double = s match {\n    case Square(x) => x * x\n  }\n  val shapes = List(Square(1))\n}\n",
    "c": C, "cpp": CPP_HEADER, "typescript": TS, "php": PHP,
}


def _named(texts: list[str], paths: list[str | None]) -> list[str]:
    codes, scores = identify_programs(pa.array(texts, pa.large_string()), pa.array(paths, pa.string()), pa.array([True] * len(texts)))
    assert all(0 < score <= 1 for score in scores.to_pylist())
    return codes.to_pylist()


def test_content_alone_names_each_of_the_thirteen() -> None:
    assert dict(zip(SAMPLES, _named(list(SAMPLES.values()), [None] * len(SAMPLES)), strict=True)) == {code: code for code in SAMPLES}


@pytest.mark.parametrize(("text", "path", "code"), [
    (C_HEADER, "a.zip#src/list.h", "c"),
    (CPP_HEADER, "a.zip#src/square.h", "cpp"),
    (TS, "app/users.ts", "typescript"),
    (QT, "translations/app_eu.ts", "other-code"),
    (PHP, "templates/list.php", "php"),
    (PHP, "templates/list.html", "php"),
    (HTML, "templates/list.html", "other-code"),
    (SAMPLES["python"], "tool.txt", "python"),
    (SAMPLES["java"], "wrong.cs", "java"),
    ("#import <Foundation/Foundation.h>\n\n@interface Square : NSObject\n@property double side;\n@end\n", "Square.h", "other-code"),
])
def test_the_path_is_one_witness_and_the_text_another(text: str, path: str, code: str) -> None:
    assert _named([text], [path]) == [code]


def test_a_file_that_shows_nothing_is_named_by_its_path_or_not_at_all() -> None:
    assert _named(["x\n", "x\n", ""], ["a.rb", "notes", None]) == ["ruby", "other-code", "other-code"]


def test_suffixes_keep_the_case_that_matters() -> None:
    assert (suffix_of("a.tar#src/x.C"), suffix_of("x.PY"), suffix_of("dir.d/Makefile"), suffix_of(None)) == ("C", "py", "", "")


def test_rows_elsewhere_are_left_alone_and_both_kinds_share_a_batch() -> None:
    batch = batch_of({"id": ["1", "2", "3"], "text": [C, "Tous les êtres humains naissent libres et égaux en dignité", C],
                      "kind": ["programming", "natural", "programming"], "locator": ["x.c", "y", "z.c"],
                      "dropped": [None, None, "takedown.x"]})
    done = Identifier(default_rules()).identify(batch)
    assert done.column("language").to_pylist() == ["c", "fr", None]
    assert done.column("language_score")[2].as_py() is None


def test_every_code_of_a_suffix_has_signs_and_every_pattern_compiles() -> None:
    table = program_signs()
    assert {code for codes in table.suffixes.values() for code in codes} <= set(table.codes)
    assert len(table.codes) == 14
    _named(["\n".join(SAMPLES.values())], [None])
