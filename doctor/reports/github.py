"""Workflow commands of GitHub Actions: annotations at the lines of a pull request, and nothing else.

Source: GitHub's page "Workflow commands for GitHub Actions": `::error file=F,line=L,title=T::MESSAGE`; in a message
`%`, CR and LF are written as `%25`, `%0D` and `%0A`, in a property `:` and `,` as `%3A` and `%2C` too.
"""

from collections.abc import Iterator, Sequence

from checks.finding import Finding, Quote, Severity
from doctor.report import Report, Verdict
from doctor.reports import Style
from doctor.reports.clean import printable
from doctor.reports.common import arrange, closing, safety

escape = "backslashreplace"

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def write(reports: Sequence[Report], style: Style) -> str:
    """One line an annotation; none for a healthy target."""
    several = len(reports) > 1
    return "".join(f"{line}\n" for report in reports for line in _lines(report, style, several=several))


def _lines(report: Report, style: Style, *, several: bool) -> Iterator[str]:
    whose = f"{report.target.name}: " if several and report.target.kind == "workload" else ""
    arranged = arrange(report)
    explained = {id(symptom) for symptoms in arranged.symptoms.values() for symptom in symptoms}
    for finding in report.findings:
        if style.quiet and finding not in report.causes:
            continue
        if finding.gravity is Severity.INFO and not style.verbose:
            continue
        # A symptom stands beside its cause: it must not look like one more thing to cure.
        symptom = id(finding) in explained
        level = "notice" if symptom else COMMANDS[finding.gravity]
        yield _annotation(level, finding, whose, report.target.kind, symptom=symptom)
    if style.quiet:
        return
    for one in report.checks.crashed:
        words = f"a bug in doctor, not in your service: {one.reason}"
        yield f"::warning title={_property(f'{one.id} crashed')}::{_data(words)}"
    if report.verdict is Verdict.INCONCLUSIVE:
        words = "\n".join([closing(report), *report.notes])
        file = "" if report.target.kind == "workload" else f"file={_property(report.target.name)},"
        yield f"::notice {file}title=inconclusive::{_data(words)}"


def _annotation(command: str, finding: Finding, whose: str, kind: str, *, symptom: bool) -> str:
    quote = next((quote for quote in finding.evidence if quote.line is not None), None)
    place = _place(quote) if quote and not _is_command(quote) else {}
    properties = {**place, "title": f"{whose}{finding.title}"}
    words = [finding.why]
    words += [f"{one.source}: {one.text}" for one in finding.evidence if one.line is None]
    if symptom:
        words.append("A symptom: its cause is another finding of this report.")
    for fix in finding.fixes[:1]:
        words += [f"Fix: {fix.title} ({safety(fix.safety, kind)})", *fix.commands]
        words += [fix.verified] if fix.verified else []
    words.append(f"doctor explain {finding.id}")
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{command} {told}::{_data(chr(10).join(word for word in words if word))}"


def _is_command(quote: Quote) -> bool:
    """True for a log that no file holds: `docker logs score`."""
    return quote.source.startswith(("docker logs ", "kubectl logs "))


def _place(quote: Quote) -> dict[str, object]:
    place: dict[str, object] = {"file": quote.source.replace("\\", "/"), "line": quote.line}
    if quote.column is not None and quote.mark is not None:
        place |= {"col": quote.column + quote.mark[0] + 1, "endColumn": quote.column + quote.mark[1] + 1}
    return place


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
