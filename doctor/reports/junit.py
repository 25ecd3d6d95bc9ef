"""JUnit XML, which every build server shows: a suite for each target, a case for each check.

Source: the form that Jenkins' xunit plugin validates (`junit-10.xsd`): testsuites, testsuite, properties, testcase with
at most one of failure, error and skipped, system-out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from checks.finding import Finding, Severity
from doctor.report import Report
from doctor.reports import Style
from doctor.reports.clean import printable
from doctor.reports.common import closing, safety

escape = "xmlcharrefreplace"

# What XML 1.0 has no way to write, not even as a reference (section 2.2, Char).
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(reports: Sequence[Report], style: Style) -> str:  # noqa: ARG001 # a machine format is the same in every style
    """One document, whatever was found."""
    root = ET.Element("testsuites", name="doctor")
    for report in reports:
        root.append(_suite(report))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, 0)) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(report: Report) -> ET.Element:
    cases = list(_cases(report))
    kinds = Counter(child.tag for case in cases for child in case)
    seconds = report.timings.collect + report.timings.check + report.timings.verify
    suite = ET.Element(
        "testsuite",
        name=_legal(report.target.name),
        tests=str(len(cases)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"]),
        skipped=str(kinds["skipped"]),
        time=f"{seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    ET.SubElement(properties, "property", name="verdict", value=report.verdict.value)
    suite.extend(cases)
    words = "\n".join([closing(report), *report.notes])
    ET.SubElement(suite, "system-out").text = _legal(words)
    return suite


def _cases(report: Report) -> Iterator[ET.Element]:
    """Findings first; further findings of the same check are cases of their own, so that none is lost."""
    seen: Counter[str] = Counter()
    for finding in report.findings:
        seen[finding.id] += 1
        number = seen[finding.id]
        case = _case(finding.id if number == 1 else f"{finding.id} ({number})")
        if finding.gravity is Severity.ERROR:
            failure = ET.SubElement(case, "failure", type=finding.gravity.value, message=_legal(finding.title))
            failure.text = _legal(_told(finding, report.target.kind))
        else:
            # JUnit knows no warning: the case passes, and says what there is to say.
            words = f"{finding.gravity.value}: {finding.title}\n{_told(finding, report.target.kind)}"
            ET.SubElement(case, "system-out").text = _legal(words)
        yield case
    for one in report.suppressions:
        if one.finding.id not in seen:
            seen[one.finding.id] += 1
            reason = f"{one.finding.title} (suppressed, {one.how}{f': {one.reason}' if one.reason else ''})"
            yield _case(one.finding.id, "skipped", reason)
    for not_run in report.checks.crashed:
        yield _case(not_run.id, "error", f"this check crashed, a bug in doctor: {not_run.reason}")
    for not_run in report.checks.skipped:
        if not_run.id not in seen:
            yield _case(not_run.id, "skipped", not_run.reason)
    for passed in report.checks.passed_ids:
        if passed not in seen:
            yield _case(passed)


def _case(name: str, tag: str = "", message: str = "") -> ET.Element:
    case = ET.Element("testcase", classname=f"doctor.{name.split('.', 1)[0]}", name=name, time="0")
    if tag:
        ET.SubElement(case, tag, message=_legal(message))
    return case


def _told(finding: Finding, kind: str) -> str:
    """Why, evidence and fix as plain lines."""
    lines = [finding.why]
    for quote in finding.evidence:
        where = f"{quote.source}:{quote.line}" if quote.line is not None else quote.source
        lines.append(f"evidence: {where}: {quote.text}")
    for fix in finding.fixes:
        lines += [f"fix: {fix.title} ({safety(fix.safety, kind)})", *(f"  {command}" for command in fix.commands)]
        lines += [f"  {fix.verified}"] if fix.verified else []
    if finding.no_fix:
        lines.append(f"no fix: {finding.no_fix}")
    lines.append(f"more: doctor explain {finding.id}")
    return "\n".join(lines)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", printable(text))
