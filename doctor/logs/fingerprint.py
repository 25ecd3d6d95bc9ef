"""What is equal in equal diagnoses."""

import hashlib
import re

from doctor.report import Report
from doctor.reports.fingerprint import steady

_VARYING = (
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "ID"),
    (re.compile(r"\d+"), "N"),
)


def fingerprint(report: Report) -> str:
    """Twelve hexadecimal digits of what was diagnosed: the first cause and its subject, or the verdict.

    Numbers, ids, folders and places do not count, so that the same fault of two services, or of two days, is one group.
    """
    if not report.causes:
        return f"{report.verdict.value}"
    title = steady(report.causes[0].title)
    for pattern, instead in _VARYING:
        title = pattern.sub(instead, title)
    return hashlib.sha256(f"{report.causes[0].id}\0{title}".encode(errors="backslashreplace")).hexdigest()[:12]
