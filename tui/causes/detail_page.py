"""The detail of one row, in the words of the text report: lines, and where a click or Enter on one leads."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from rich.text import Text

from checks.finding import Finding, Quote
from doctor.redact import redact
from doctor.reports import Style
from doctor.reports.clean import harmless_finding, printable
from doctor.reports.common import place
from doctor.reports.text import VERDICTS, ReportPage, window
from tui.causes.capping import capped, capped_fix, shortened
from tui.causes.rows import Listing, Row

ROWS = 4  # of the screen, for one quoted line
NARROWEST, WIDEST = 28, 110  # columns: prose beyond is hard to read
MARKED = "bold underline yellow"


@dataclass(frozen=True)
class Explain:
    """Leads to what `doctor explain` says of a check."""

    check: str


Link = Quote | Finding | Explain


@dataclass
class Document:
    """Lines of a detail; `links` by the number of a line."""

    lines: list[Text] = field(default_factory=list)
    links: dict[int, Link] = field(default_factory=dict)


def document(row: Row, listing: Listing, width: int) -> Document:
    """What there is to say of a row."""
    page = _DetailPage(Style(width=max(NARROWEST, min(width, WIDEST)), verbose=1), listing)
    page.of(row)
    while page.lines and not page.lines[-1].plain.strip():
        page.lines.pop()
    return Document(page.lines, page.links)


class _DetailPage(ReportPage):
    """The text report's page, with everything told and with links."""

    most_diff_lines = 400
    most_symptoms = 50

    def __init__(self, style: Style, listing: Listing) -> None:
        super().__init__(style)
        self.listing = listing
        self.kind = listing.report.target.kind
        self.links: dict[int, Link] = {}
        self._originals: dict[int, Quote] = {}  # quotes as the evidence has them, by the id of those shown

    def of(self, row: Row) -> None:
        """Everything about a row."""
        if row.suppressed is not None:
            one = row.suppressed
            self.field("", f"suppressed ({one.how}{f': {one.reason}' if one.reason else ''})")
            self.gap()
        if row.finding is not None:
            self._finding(row, row.finding)
        elif row.kind == "verdict":
            self.verdict()
        elif row.kind == "crashed":
            self.marked("crashed", f"crashed {redact(row.title)}")
            self.wrapped("    ", f"a bug in doctor, not in your service; --ignore {row.ids[0]} mutes the check", "dim")
            self._explained(row.ids[0])
        elif row.kind == "check":
            self.marked(row.sign, f"{row.sign}: {row.title}")
            self.gap()
            self._explained(row.title)
        else:
            self._group(row)

    def verdict(self) -> None:
        """The verdict and what it is worth, and how it came about."""
        report = msgspec.structs.replace(
            self.listing.report, notes=tuple(map(redact, self.listing.report.notes)), suppressions=()
        )
        self.rights(report)
        self.marked(VERDICTS[report.verdict], self.listing.closing, bold=True)
        self.gap()
        for line in self.listing.told:
            self.wrapped("  ", line, "")
        self.notes(report)

    def _group(self, row: Row) -> None:
        words = f"{row.sign} {redact(row.title)}".strip()
        if row.sign:
            self.marked(row.sign, words, bold=True)
        else:
            self.line(words, "bold")
        if row.ids:
            self.gap()
            self.wrapped("    ", ", ".join(row.ids[:1000]), "dim")
        if row.key == "section skipped":
            self.gap()
            self.wrapped(
                "    ", "A check that was skipped has not passed: what it looks for was not looked for.", "dim"
            )

    # ---- one finding

    def _finding(self, row: Row, finding: Finding) -> None:
        clean = harmless_finding(finding)
        shown = [capped(quote) for quote in clean.evidence]
        self._originals = {id(new): old for new, old in zip(shown, finding.evidence, strict=True)}
        clean = msgspec.structs.replace(
            clean, evidence=tuple(shown), why=shortened(clean.why), fixes=tuple(map(capped_fix, clean.fixes))
        )
        self.heading(clean)
        if row.is_new:
            self.line("  new: the diagnosis before did not find it", "dim")
        if row.kind == "cause" and row.number is not None:
            self.wrapped("  ", place(self.listing.arranged, row.number), "dim")
        if row.above is not None:
            start = len(self.lines)
            self.wrapped("  ", f"a symptom of: {redact(row.above.title)}", "dim")
            self._link(start, row.above)
        self.body(clean)
        if row.number is not None:
            self.symptoms(self.listing.arranged.symptoms.get(row.number, ()))
        for position, line in enumerate(clean.reproduce):
            self.field("reproduce" if position == 0 else "", line, wrap=False)
        if clean.confirm:
            self.field("confirm", clean.confirm, wrap=False)
        self.more(clean)

    def more(self, finding: Finding) -> None:
        """Where to read on; what doctor itself has to say opens here."""
        pages = finding.learn_more or (f"doctor explain {finding.id}",)
        for number, page in enumerate(pages):
            if page.startswith("doctor explain "):
                self._explained(page.removeprefix("doctor explain "), "more" if number == 0 else "")
            else:
                self.field("more" if number == 0 else "", page, wrap=False)

    def _explained(self, check: str, label: str = "more") -> None:
        start = len(self.lines)
        self.field(label, f"doctor explain {check}", "cyan", wrap=False)
        self._link(start, Explain(check))

    def _link(self, start: int, link: Link) -> None:
        self.links |= dict.fromkeys(range(start, len(self.lines)), link)

    def quote(self, label: str, quote: Quote, beside: int, *, narrow: bool) -> None:
        """A quote leads to where it stands."""
        start = len(self.lines)
        super().quote(label, quote, beside, narrow=narrow)
        if quote.source:
            self._link(start, self._originals.get(id(quote), quote))

    def frame(self, label: str, before: str, quote: Quote, space: int) -> None:
        """The quoted lines, the part that matters in another colour and underlined."""
        lines = printable(quote.text).split("\n")
        start = end = 0
        if quote.mark and len(lines) == 1:
            start, end = (len(printable(quote.text[:position])) for position in quote.mark)
        for line in lines:
            shown, shift = window(line, start, end, ROWS * space)
            text = Text(shown)
            if start < end:
                text.stylize(MARKED, max(0, start - shift), max(start - shift + 1, end - shift))
            self.put(label, Text.assemble((before, "dim"), text))
            label, before = "", " " * (len(before) - 2) + before[-2:]

    def symptoms(self, symptoms: Sequence[Finding]) -> None:
        """What a finding explains; each leads to itself."""
        for number, symptom in enumerate(symptoms[: self.most_symptoms]):
            start = len(self.lines)
            self.field("explains" if number == 0 else "", f"{redact(symptom.title)} [{symptom.id}]")
            self._link(start, symptom)
        if len(symptoms) > self.most_symptoms:
            self.field("", f"and {len(symptoms) - self.most_symptoms} more")


def weight(row: Row) -> int:
    """About how many characters the detail of a row is made from."""
    finding = row.finding
    if finding is None:
        return sum(map(len, row.ids))
    diffs = sum(len(fix.diff or "") + sum(map(len, fix.commands)) for fix in finding.fixes)
    return len(finding.why) + sum(len(quote.text) for quote in finding.evidence) + diffs
