"""What comes from the person's files and processes is made harmless before it is told."""

import msgspec

from checks.finding import Edit, Finding, Fix, Quote
from doctor.printable import printable as printable  # told on under this name
from doctor.redact import redact
from doctor.report import NotRun, Report


def harmless(report: Report) -> Report:
    """The report without secrets, and without halves of surrogate pairs, which no encoding can write.

    An edit that would carry a masked secret is left out: applied, it would write the mask into the file.
    """
    checks = msgspec.structs.replace(
        report.checks,
        skipped=tuple(NotRun(id=one.id, reason=_text(one.reason)) for one in report.checks.skipped),
        crashed=tuple(NotRun(id=one.id, reason=_text(one.reason)) for one in report.checks.crashed),
    )
    return msgspec.structs.replace(
        report,
        target=msgspec.structs.replace(report.target, name=_text(report.target.name)),
        causes=tuple(map(_finding, report.causes)),
        findings=tuple(map(_finding, report.findings)),
        checks=checks,
        notes=tuple(map(_text, report.notes)),
        suppressions=tuple(
            msgspec.structs.replace(one, finding=_finding(one.finding), reason=_maybe(one.reason))
            for one in report.suppressions
        ),
    )


def harmless_finding(finding: Finding) -> Finding:
    """The same of one finding."""
    return _finding(finding)


def fitting(text: str, encoding: str, escape: str) -> str:
    """The text with each character that `encoding` lacks written in another way.

    `escape` is an error handler of Python's codecs, or `json`: the surrogate pairs that JSON writes.
    """
    if escape == "json":
        return "".join(c if c.isascii() else _utf16(c) for c in text)
    try:
        return text.encode(encoding, escape).decode(encoding)
    except LookupError:
        return text.encode("ascii", escape).decode("ascii")


def _utf16(c: str) -> str:
    units = c.encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _text(text: str) -> str:
    return redact(text.encode("utf-8", "backslashreplace").decode() if not text.isascii() else text)


def _maybe(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _finding(finding: Finding) -> Finding:
    return msgspec.structs.replace(
        finding,
        title=" ".join(_text(finding.title).splitlines()),
        why=_text(finding.why),
        evidence=tuple(map(_quote, finding.evidence)),
        fixes=tuple(map(_fix, finding.fixes)),
        no_fix=_maybe(finding.no_fix),
        confirm=_maybe(finding.confirm),
        reproduce=tuple(map(_text, finding.reproduce)),
        learn_more=tuple(map(_text, finding.learn_more)),
        about=tuple(map(_text, finding.about)),
    )


def _quote(quote: Quote) -> Quote:
    text = _text(quote.text)
    same = text == quote.text
    return msgspec.structs.replace(quote, source=_text(quote.source), text=text, mark=quote.mark if same else None)


def _fix(fix: Fix) -> Fix:
    return msgspec.structs.replace(
        fix,
        title=_text(fix.title),
        commands=tuple(map(_text, fix.commands)),
        edits=fix.edits if all(map(_is_clean, fix.edits)) and _adds_no_secret(fix.diff or "") else (),
        verified=_maybe(fix.verified),
        diff=_maybe(fix.diff),
    )


def _is_clean(edit: Edit) -> bool:
    return _text(edit.replacement) == edit.replacement


def _adds_no_secret(diff: str) -> bool:
    """Whether the lines that a diff writes hold none: the name that tells a secret may stand before the edit."""
    added = "\n".join(line for line in diff.splitlines() if line.startswith("+"))
    return _text(added) == added


def printable_diff(diff: str) -> str:
    """A unified diff as a terminal may show it. Tabs are seen in lines that change: they may be all that changes."""
    lines = diff.split("\n")
    return printable("\n".join(one.replace("\t", "→   ") if one[:1] in {"+", "-"} else one for one in lines))
