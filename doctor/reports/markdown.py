"""Markdown for a ticket or a pull request: readable where it is rendered, and safe where strangers wrote the script."""

import re
from collections.abc import Sequence

from checks.finding import Finding, Fix, Quote, Severity
from doctor.report import Report, Verdict
from doctor.reports import Style
from doctor.reports.clean import printable
from doctor.reports.common import Arranged, arrange, closing, grouped, place, plural, safety
from doctor.reports.unread import missing_rights
from doctor.reports.whole_title import whole_title

escape = "backslashreplace"

VERDICTS = {Verdict.FAILING: "❌", Verdict.HEALTHY: "✅", Verdict.INCONCLUSIVE: "❔"}
WORDS = {"error": "Error", "warning": "Warning", "info": "Info"}

_SPECIAL = re.compile(r"([\\*_\[\]|~])")
_LINE_START = re.compile(r"(?m)^(\s*\d*)([-+#>.)])(?=\s)")
_MENTION = re.compile(r"(?<![\w`])([@#])(?=\w)")


def write(reports: Sequence[Report], style: Style) -> str:
    """All reports below each other."""
    return "\n".join(page for report in reports if (page := _report(report, style)))


def escaped(text: str) -> str:
    """Prose that shows as it is: no HTML, no table cells, no mentions. Whole pairs of back quotes remain code."""
    parts = re.split(r"(`[^`\n]+`)", printable(text))
    return "".join(part if index % 2 else _escaped(part) for index, part in enumerate(parts))


def code(text: str) -> str:
    """Inline code that may itself hold back quotes."""
    text = printable(text).replace("\n", " ")
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def fenced(text: str, language: str) -> str:
    """A code block that no line of the text can close."""
    text = printable(text).rstrip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "\\`")
    text = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
    return _MENTION.sub(r"\1<!-- -->", text)


def _report(report: Report, style: Style) -> str:
    arranged = arrange(report)
    blocks: list[str] = []
    if not style.quiet or report.causes:
        blocks.append(f"## {VERDICTS[report.verdict]} {escaped(closing(report))}")
    rights = missing_rights(report)
    blocks += [f"**{escaped(note)}**" for note in rights]
    for number, cause in enumerate(report.causes):
        blocks += _finding(cause, arranged, number, report.target.kind)
    if style.quiet:
        return "".join(f"{block}\n\n" for block in blocks).rstrip("\n") + "\n" if blocks else ""
    for gravity in Severity:
        if gravity is not Severity.INFO or style.verbose:
            for number, finding in arranged.of(gravity):
                blocks += _finding(finding, arranged, number, report.target.kind)
    infos = arranged.of(Severity.INFO)
    if infos and not style.verbose:
        rows = [f"- {escaped(finding.title)} ({code(finding.id)})" for _, finding in infos]
        blocks.append("\n".join([f"**{plural(len(infos), 'info finding')}**", "", *rows]))
    blocks += _not_run(report)
    notes = [*(note for note in report.notes if note not in rights), f"doctor {report.version}"]
    blocks.append("\n".join(f"- {escaped(note)}" for note in notes))
    return "\n\n".join(blocks) + "\n"


def _finding(finding: Finding, arranged: Arranged, number: int, kind: str) -> list[str]:
    word = WORDS[finding.gravity.value]
    blocks = [f"### {word}: {escaped(whole_title(finding))}"]
    facts = [code(finding.id), f"{finding.confidence or 'likely'}"]
    if number < len(arranged.causes):
        facts.append(escaped(place(arranged, number)))
    blocks.append(" · ".join(facts))
    if finding.why:
        blocks.append(escaped(finding.why))
    blocks.append(_evidence(finding.evidence))
    for position, fix in enumerate(finding.fixes):
        blocks += _fix("Fix" if position == 0 else "Or", fix, kind)
    if finding.no_fix:
        blocks.append(f"**No fix:** {escaped(finding.no_fix)}")
    if symptoms := arranged.symptoms.get(number):
        rows = [f"- {escaped(symptom.title)} ({code(symptom.id)})" for symptom in symptoms]
        blocks.append("\n".join(["**Explains**", "", *rows]))
    if finding.reproduce:
        blocks.append(f"**Reproduce:**\n\n{fenced(chr(10).join(finding.reproduce), 'sh')}")
    if finding.confirm and number < len(arranged.causes):
        blocks.append(f"**Confirm:** {code(finding.confirm)}")
    if finding.learn_more:
        blocks.append(f"**More:** {', '.join(map(_page, finding.learn_more))}")
    return [block for block in blocks if block]


def _page(page: str) -> str:
    return f"<{page}>" if re.fullmatch(r"https?://[^\s<>]+", page) else code(page)


def _evidence(quotes: Sequence[Quote]) -> str:
    """Lines of code as a block, prose as a list."""
    lines = [quote for quote in quotes if quote.line is not None]
    prose = [f"- {code(quote.source)}: {escaped(quote.text)}" for quote in quotes if quote.line is None]
    prose = [line.replace("\n", "\n  ") for line in prose]
    width = max((len(f"{quote.source}:{quote.line}") for quote in lines), default=0)
    shown: list[str] = []
    for quote in lines:
        first, *rest = printable(quote.text).split("\n")
        shown.append(f"{f'{quote.source}:{quote.line}':<{width}} | {first}")
        shown += [f"{'':<{width}} | {line}" for line in rest]
    block = [fenced("\n".join(shown), "text")] if shown else []
    return "\n\n".join([*block, *(["\n".join(prose)] if prose else [])])


def _fix(label: str, fix: Fix, kind: str) -> list[str]:
    blocks = [f"**{label}:** {escaped(fix.title)} ({escaped(safety(fix.safety, kind))})"]
    if fix.commands:
        blocks.append(fenced("\n".join(fix.commands), "text"))
    if fix.diff:
        blocks.append(fenced(fix.diff, "diff"))
    if fix.verified:
        blocks.append(f"{'✓' if fix.is_proved else '–'} {escaped(fix.verified)}")
    return blocks


def _not_run(report: Report) -> list[str]:
    rows = [
        f"- {plural(len(ids), 'check')} skipped: {escaped(reason)}" for reason, ids in grouped(report.checks.skipped)
    ]
    rows += [
        f"- {code(one.id)} crashed (a bug in doctor, not in your service): {escaped(one.reason)}"
        for one in report.checks.crashed
    ]
    return ["\n".join(["**Not checked**", "", *rows])] if rows else []
