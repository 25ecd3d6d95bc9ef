"""The report for a terminal: causes first, each with why, evidence, fix and the command that confirms the cure."""

import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from checks.finding import Finding, Fix, Quote, Severity
from checks.missing import NOT_ASKED
from doctor.marks import ASCII_MARKS, MARKS
from doctor.report import Report, Verdict
from doctor.reports import Style
from doctor.reports.clean import printable, printable_diff
from doctor.reports.common import Arranged, arrange, closing, grouped, place, plural, safety
from doctor.reports.page import INDENT, Page, cells
from doctor.reports.unread import missing_rights
from doctor.reports.whole_title import whole_title

escape = "backslashreplace"

COLORS = {"error": "red", "warning": "yellow", "info": "blue", "passed": "green", "skipped": "", "crashed": "magenta"}
VERDICTS = {Verdict.FAILING: "error", Verdict.HEALTHY: "passed", Verdict.INCONCLUSIVE: "skipped"}

MOST_DIFF_LINES = 16
MOST_SYMPTOMS = 6
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+")


def write(reports: Sequence[Report], style: Style) -> str:
    """All reports, one below the other, and a count of verdicts when there are several."""
    several = len(reports) > 1
    shared = _shared(reports) if several else ()
    pages = [page for report in reports if (page := ReportPage(style, shared).report(report, several=several))]
    if several and not style.quiet:
        pages.append(ReportPage(style).overview(reports, shared))
    return "\n".join(pages)


def _shared(reports: Sequence[Report]) -> tuple[str, ...]:
    """Notes that all reports about workloads have: they speak of the cluster, and are told once."""
    notes = [report.notes for report in reports if report.target.kind in {"workload", "manifest"}]
    return tuple(note for note in (notes[0] if notes else ()) if all(note in others for others in notes))


class ReportPage(Page):
    """One report, line by line."""

    most_diff_lines = MOST_DIFF_LINES
    most_symptoms = MOST_SYMPTOMS

    def __init__(self, style: Style, told: Sequence[str] = ()) -> None:
        super().__init__(style.width, color=style.color)
        self.style = style
        self.told = told  # notes that stand elsewhere
        self.several = False
        self.kind = "script"
        self.marks = ASCII_MARKS if style.ascii else MARKS

    def report(self, report: Report, *, several: bool) -> str:
        """The whole report as text."""
        arranged = arrange(report)
        self.several = several
        self.kind = report.target.kind
        if several and self._is_well(report, arranged):
            return ""
        if several and (report.causes or not self.style.quiet):
            self.line(f"{report.target.name}", "bold underline")
            self.gap()
        self.rights(report)
        for number, cause in enumerate(report.causes):
            following = report.causes[number + 1 : number + 2]
            self.cause(arranged, number, confirm=not following or following[0].confirm != cause.confirm)
        if not self.style.quiet:
            self.rest(report, arranged)
            self.notes(report)
            self.marked(VERDICTS[report.verdict], closing(report), bold=True)
        while self.lines and not self.lines[-1].plain:
            self.lines.pop()
        return self.text()

    def overview(self, reports: Sequence[Report], shared: Sequence[str]) -> str:
        """The end of several reports: of workloads a line for each that is not well, then how many there are."""
        listed = [
            one
            for one in reports
            if (one.target.kind == "workload" and one.verdict is not Verdict.HEALTHY)
            or (one.target.kind == "manifest" and one.causes)
        ]
        for report in listed if len(listed) > 1 else ():
            why = report.causes[0].title if report.causes else "no cause found, and not all of its pods are ready"
            self.marked(VERDICTS[report.verdict], f"{report.target.name}: {why}")
        for note in shared:
            self.wrapped("  ", note, "dim")
        counts = [f"{n} {v.value}" for v in Verdict if (n := sum(r.verdict is v for r in reports))]
        self.line(f"{plural(len(reports), 'target')}: {', '.join(counts)}")
        return self.text()

    def _is_well(self, report: Report, arranged: Arranged) -> bool:
        """True for one of many workloads with nothing to tell: only its number is, unless everything is asked for.

        A manifest is never healthy: nobody has seen it at work.
        """
        usual = {"workload": Verdict.HEALTHY, "manifest": Verdict.INCONCLUSIVE}.get(report.target.kind)
        return report.verdict is usual and not arranged.of(Severity.WARNING) and not self.style.verbose

    def cause(self, arranged: Arranged, number: int, *, confirm: bool) -> None:
        """A root cause in full."""
        cause = arranged.causes[number]
        self.heading(cause)
        self.wrapped("  ", place(arranged, number), "dim")
        self.body(cause)
        self.symptoms(arranged.symptoms.get(number, ()))
        for position, line in enumerate(cause.reproduce):
            self.field("reproduce" if position == 0 else "", line, wrap=False)
        if confirm and cause.confirm:
            self.field("confirm", cause.confirm, wrap=False)
        self.more(cause)
        self.gap()

    def rest(self, report: Report, arranged: Arranged) -> None:
        """Warnings, remarks, and the checks that did not look."""
        verbose = self.style.verbose
        errors, warnings, infos = (arranged.of(gravity) for gravity in Severity)
        for number, finding in [*errors, *warnings, *(infos if verbose else ())]:
            self.heading(finding)
            if verbose:
                self.body(finding)
            else:
                self.brief(finding)
            self.symptoms(arranged.symptoms.get(number, ()))
            if verbose:
                self.more(finding)
            self.gap()
        if infos and not verbose:
            self.marked("info", f"{plural(len(infos), 'info finding')}, shown with -v")
        brief = self.several and not verbose and report.target.kind == "workload"
        for reason, ids in grouped(() if brief else report.checks.skipped):
            if reason.startswith(NOT_ASKED) and not verbose:
                continue
            self.marked("skipped", f"{plural(len(ids), 'check')} skipped: {reason}")
            if verbose:
                self.wrapped("    ", ", ".join(ids), "dim")
        for one in report.checks.crashed:
            self.marked("crashed", f"{one.id} crashed: {one.reason}")
            self.wrapped("    ", f"a bug in doctor, not in your service; --ignore {one.id} mutes the check", "dim")

    def rights(self, report: Report) -> None:
        """What has to be granted before more can be said."""
        for note in missing_rights(report):
            self.marked(VERDICTS[report.verdict], note, bold=True)

    def notes(self, report: Report) -> None:
        """How the result came about."""
        notes = [note for note in report.notes if note not in (*self.told, *missing_rights(report))]
        if self.lines and self.lines[-1].plain and notes:
            self.gap()
        for note in notes:
            self.wrapped("  ", note, "dim")
        if report.timings.engine_calls is not None:
            seconds = report.timings.collect + report.timings.check
            calls = plural(report.timings.engine_calls, "call")
            whom = "the API server" if report.target.kind == "workload" else "the engine"
            self.wrapped("  ", f"examined in {seconds:.1f} s with {calls} to {whom}", "dim")
        if self.style.verbose:
            for one in report.suppressions:
                reason = f": {one.reason}" if one.reason else ""
                self.wrapped("  ", f"suppressed ({one.how}{reason}) {one.finding.id}: {one.finding.title}", "dim")

    def heading(self, finding: Finding) -> None:
        """Mark, word and title; id and confidence at the end, or below where they do not fit."""
        word = finding.gravity.value
        title = Text.assemble(
            (f"{self.marks[word]} {word}: ", f"bold {COLORS[word]}"), (printable(whole_title(finding)), "bold")
        )
        tag = f"[{finding.id}]  {finding.confidence or 'likely'}"
        if title.cell_len + len(tag) + 2 <= self.style.width:
            title.pad_right(self.style.width - title.cell_len - len(tag))
            self.lines.append(title.append(tag, "dim"))
            return
        self.hanging(title)
        self.line(f"  {tag}", "dim")

    def body(self, finding: Finding) -> None:
        """Why, evidence, fixes."""
        self.field("why", finding.why)
        self.quotes(finding.evidence)
        for number, fix in enumerate(finding.fixes):
            self.fix("fix" if number == 0 else "or", fix)
        if finding.no_fix:
            self.field("no fix", finding.no_fix)

    def brief(self, finding: Finding) -> None:
        """First evidence and first fix in as few lines as possible."""
        self.quotes(finding.evidence[:1])
        if len(finding.evidence) > 1:
            self.field("", f"and {len(finding.evidence) - 1} more, shown with -v", "dim")
        if finding.fixes:
            fix = finding.fixes[0]
            self.field("fix", f"{fix.title} ({safety(fix.safety, self.kind)})")

    def quotes(self, quotes: Sequence[Quote]) -> None:
        """`score.py:12 | the line`, with carets below the part that matters; prose is wrapped."""
        space = self.style.width - INDENT
        beside = max((cells(_place(quote)) for quote in quotes if quote.line), default=0)
        narrow = any(beside + 3 + cells(printable(quote.text)) > space for quote in quotes if quote.line)
        for number, quote in enumerate(quotes):
            self.quote("evidence" if number == 0 else "", quote, beside, narrow=narrow)

    def quote(self, label: str, quote: Quote, beside: int, *, narrow: bool) -> None:
        """One quote; the places of all of them take `beside` columns, or a line of their own where it is narrow."""
        if quote.line is None:
            between = ":\n" if "\n" in quote.text else ": "
            self.field(label, f"{quote.source}{between}{quote.text}" if quote.source else quote.text)
        elif narrow:
            self.field(label, _place(quote), wrap=False)
            if _is_told(quote):
                self.field("", printable(quote.text))
            else:
                self.frame("", "  ", quote, self.style.width - INDENT - 2)
        else:
            self.frame(label, f"{_place(quote):<{beside}} | ", quote, self.style.width - INDENT)

    def frame(self, label: str, before: str, quote: Quote, space: int) -> None:
        """The quoted lines behind `before`, and carets below what matters. Lines are cut where they are too long."""
        lines = printable(quote.text).split("\n")
        start = end = 0
        if quote.mark and len(lines) == 1:
            start, end = (len(printable(quote.text[:position])) for position in quote.mark)
        for line in lines:
            shown, shift = window(line, start, end, space)
            self.put(label, Text.assemble((before, "dim"), shown))
            label, before = "", " " * (len(before) - 2) + before[-2:]
            if start < end:
                ahead, below = shown[: start - shift], shown[start - shift : end - shift]
                self.put("", Text.assemble((before, "dim"), " " * cells(ahead), ("^" * max(1, cells(below)), "red")))

    def fix(self, label: str, fix: Fix) -> None:
        """Title and safety, then what to paste, then what would change, then the proof."""
        self.field(label, f"{fix.title} ({safety(fix.safety, self.kind)})")
        for command in fix.commands:
            for line in printable(command).split("\n"):
                self.put("", Text(f"  {line}", "cyan"))
        if fix.diff:
            self.diff(fix.diff)
        if fix.verified:
            self.field("", fix.verified, "green" if fix.is_proved else "dim")

    def diff(self, diff: str) -> None:
        """The lines of a unified diff that change, each group below the place where it stands."""
        lines = list(_placed(printable_diff(diff)))
        for line in lines[: self.most_diff_lines]:
            self.put("", Text(f"  {line}", {"+": "green", "-": "red", " ": ""}.get(line[:1], "dim")))
        if len(lines) > self.most_diff_lines:
            self.field("", f"and {len(lines) - self.most_diff_lines} more lines", "dim")

    def symptoms(self, symptoms: Sequence[Finding]) -> None:
        """What a finding explains, one line each."""
        lines = list(dict.fromkeys(f"{symptom.title} [{symptom.id}]" for symptom in symptoms))
        for number, line in enumerate(lines[: self.most_symptoms]):
            self.field("explains" if number == 0 else "", line)
        if len(lines) > self.most_symptoms:
            self.field("", f"and {len(lines) - self.most_symptoms} more")

    def more(self, finding: Finding) -> None:
        """Where to read on."""
        for number, page in enumerate(finding.learn_more):
            self.field("more" if number == 0 else "", page, wrap=False)

    def marked(self, kind: str, words: str, *, bold: bool = False) -> None:
        """A line that begins with a mark."""
        weight = f"{'bold ' if bold else ''}{COLORS[kind]}".strip()
        text = Text.assemble((f"{self.marks[kind]} ", weight), (printable(words), "bold" if bold else ""))
        self.hanging(text)


def _is_told(quote: Quote) -> bool:
    """True for a quote that says something of a place in a document, by its JSON pointer: it is no line of a file, and
    what is said of it stands at its end.
    """
    return quote.mark is None and quote.text.startswith("/") and ": " in quote.text and "\n" not in quote.text


def _place(quote: Quote) -> str:
    return f"{printable(quote.source)}:{quote.line}"


def window(line: str, start: int, end: int, space: int) -> tuple[str, int]:
    """The part of a line that fits, chosen so that `start` to `end` shows, and how many characters went ahead of it.

    The first character shown stands at that offset; where something was cut, three dots stand in its place.
    """
    if cells(line) <= space:
        return line, 0
    shift = max(0, min(start - space // 4, len(line) - space)) if end > space - 3 else 0
    shown = line[shift : shift + space]
    while cells(shown) > space:
        shown = shown[:-1]
    if shift + len(shown) < len(line):
        shown = shown[:-3] + "..."
    return ("..." + shown[3:] if shift else shown), shift


def _placed(diff: str) -> Iterator[str]:
    """A unified diff with `path:line` of the first change instead of headers."""
    path, number, told = "", 0, True
    for line in diff.rstrip("\n").split("\n"):
        if line.startswith("+++ "):
            path = line[4:].removeprefix("b/")
        elif hunk := _HUNK.match(line):
            number, told = int(hunk[1]), False
            context: list[str] = []
        elif line.startswith(("--- ", "\\ ")):
            continue
        elif line[:1] == " " and not told:
            context.append(line)
            number += 1
        else:
            if not told:
                told = True
                yield f"{path}:{max(number, 1)}"
                yield from context
            yield line
