"""What a triage tells: JSON as results come, pages or a table at the end, and the exit code."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from checks.finding import Severity
from doctor.command.exit_codes import ExitCode
from doctor.command.outputs import colored, echo, unwritable, width, write_outputs
from doctor.logs.groups import Groups
from doctor.logs.inputs import Refused
from doctor.logs.many import Result
from doctor.report import Report
from doctor.reports import render

MOST_PAGES = 20  # reports; more are told as a table


class Told:
    """What is told as results come, and what at the end."""

    def __init__(self, flags: dict[str, Any], fail_on: str) -> None:
        self.flags, self.fail_on = flags, fail_on
        wanted: Sequence[tuple[str, str | None]] = flags["output"] or (("text", None),)
        self.streams = [file for name, file in wanted if name == "json"]
        self.text = [file for name, file in wanted if name == "text"]
        self.others = [(name, file) for name, file in wanted if name not in {"json", "text"}]
        self.groups = Groups()
        self.kept: list[Report] = []
        self.found = self.broken = False
        self.refused = 0
        self.files: dict[str, IO[str]] = {}

    def __enter__(self) -> "Told":
        for file in self.streams:
            if file not in {None, "-"}:
                try:
                    self.files[str(file)] = open(str(file), "w", encoding="utf-8", newline="\n")  # noqa: PTH123
                except OSError as error:
                    raise unwritable("json", str(file), error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for file in self.files.values():
            file.close()
        if kind is None:
            self.finish()

    def add(self, result: Result) -> None:
        """Tell a result, or keep what is needed to tell it at the end."""
        if isinstance(result, Refused):
            self.refused += 1
            click.echo(f"doctor: {result.reason}", err=True)
            return
        self.found |= self.fail_on != "never" and bool(result.at_least(Severity(self.fail_on)))
        self.broken |= bool(result.checks.crashed)
        if self.streams:
            line = render("json", [result], encoding="utf-8")
            for file in self.files.values():
                file.write(line)
            if any(file in {None, "-"} for file in self.streams):
                echo(line, escape="json")
                sys.stdout.flush()
        self.groups.add(result)
        pages = self.flags["group"] is False or (self.flags["group"] is None and self.groups.total <= MOST_PAGES)
        if self.others or (self.text and pages):
            self.kept.append(result)
        elif self.kept and not self.others:
            self.kept.clear()

    def finish(self) -> None:
        """Everything that is told at the end."""
        flags = self.flags
        how = {"color": flags["color"], "verbose": flags["verbose"], "quiet": flags["quiet"]}
        if self.others:
            write_outputs(self.kept, self.others, **how)
        total = self.groups.total
        as_table = flags["group"] or (flags["group"] is None and total > MOST_PAGES)
        if not self.text or not (total or not self.refused):
            return
        if not as_table:
            write_outputs(self.kept, [("text", file) for file in self.text], **how)
            return
        from doctor.logs.table import table

        for file in self.text:
            screen = file in {None, "-"}
            color = colored(flags["color"]) if screen else False
            text = table(self.groups, width=width() if screen else 100, color=color)
            if screen:
                echo(text, color=color)
                continue
            try:
                Path(str(file)).write_text(text, encoding="utf-8")
            except OSError as error:
                raise unwritable("text", str(file), error) from error

    def exit_code(self) -> ExitCode:
        """What could not be read counts more than what was found in the rest."""
        if self.refused:
            return ExitCode.UNREACHABLE
        if self.found:
            return ExitCode.FOUND
        return ExitCode.BROKEN if self.broken else ExitCode.CLEAN
