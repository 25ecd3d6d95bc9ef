"""The report for programs: one JSON object a line, as docs/report.schema.json describes it."""

from collections.abc import Sequence

import msgspec

from doctor.report import Report
from doctor.reports import Style

escape = "json"


def write(reports: Sequence[Report], style: Style) -> str:  # noqa: ARG001 # a machine format is the same in every style
    """One line a report."""
    return "".join(f"{msgspec.json.encode(report).decode()}\n" for report in reports)
