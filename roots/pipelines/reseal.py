"""How is a report written anew without touching what it reports on?"""
from __future__ import annotations

from roots import manifest
from roots.errors import RootsError
from roots.pipelines.report import write_report
from roots.store import Place


def report_again(run: Place) -> None:
    """Writes RUN/report anew and seals the run again. Raises RootsError when anything but the report is not as it was sealed."""
    record = manifest.read(run)
    fault = manifest.first_fault(run, beside=("report",))
    if fault:
        raise RootsError(str(run), fault, "a report on files that were changed would mislead: build the run again")
    write_report(run)
    manifest.write(run, {key: value for key, value in record.items() if key not in manifest.DERIVED},
                   {name: digest for name, digest in record["files"].items() if not name.startswith("report/")})
