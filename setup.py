"""How does the wheel carry the reference workspace? A copy of the five folders goes in as roots/workspace_copy."""
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

FOLDERS = ("catalogue", "governance", "filters", "pipelines", "tokenizer")


class BuildWithWorkspace(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # a checkout has the folders beside the package
        here = Path(__file__).parent
        copy = Path(self.build_lib) / "roots" / "workspace_copy"
        shutil.rmtree(copy, ignore_errors=True)
        for name in FOLDERS:
            shutil.copytree(here / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"))


setup(cmdclass={"build_py": BuildWithWorkspace})
