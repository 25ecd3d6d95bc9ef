"""A report in the six formats in which doctor tells it. Each format is a module of its own, imported when asked for."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from doctor.near import nearest
from doctor.report import Report

FORMATS = {
    "text": "doctor.reports.text",
    "json": "doctor.reports.json_lines",
    "sarif": "doctor.reports.sarif",
    "junit": "doctor.reports.junit",
    "markdown": "doctor.reports.markdown",
    "github": "doctor.reports.github",
}


@dataclass(frozen=True)
class Style:
    """How to print: columns, colour, how much, and whether marks have to be ASCII."""

    width: int = 80
    color: bool = False
    verbose: int = 0
    quiet: bool = False
    ascii: bool = False


class Format(Protocol):
    """What every module of FORMATS offers. `escape` is how it writes a character that the encoding lacks."""

    escape: str

    def write(self, reports: Sequence[Report], style: Style) -> str:
        """All reports as one text that ends in a line end, or is empty."""
        ...


def render(
    format: str,
    reports: Sequence[Report],
    *,
    color: bool = False,
    width: int = 80,
    verbose: int = 0,
    quiet: bool = False,
    encoding: str | None = None,
) -> str:
    """Write reports in one format.

    `encoding` is that of the place the text goes to, by default standard output's; the text holds nothing that it
    cannot hold. Secrets are masked. Raises ValueError, with the nearest name, for an unknown format.
    """
    if format not in FORMATS:
        raise ValueError(f"no format is called `{format}`{near_format(format)}; there are {', '.join(FORMATS)}")
    from doctor.reports.clean import fitting, harmless

    into = encoding or getattr(sys.stdout, "encoding", None) or "utf-8"
    unicode = into.lower().replace("_", "-").startswith("utf")
    module: Format = import_module(FORMATS[format])
    style = Style(width=max(width, 40), color=color, verbose=verbose, quiet=quiet, ascii=not unicode)
    text = module.write([harmless(report) for report in reports], style)
    return text if unicode else fitting(text, into, module.escape)


def near_format(name: str) -> str:
    """`, the nearest is X` (in back quotes) for a format that does not exist; empty when nothing is near."""
    near = nearest(name, FORMATS)
    return f", the nearest is `{near[0]}`" if near else ""
