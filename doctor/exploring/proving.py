"""Where a quote of a finding can be seen: in which part of the evidence."""

import re
from typing import Literal

from checks.evidence import EnvironmentFile, Evidence, Logs, Script
from checks.finding import Quote
from doctor.exploring.calls import has_calls

Part = Literal["log", "files", "packages", "environment", "timeline", "probe", "calls"]
_REHEARSED = re.compile(r"(?:probe|rehearsal|stdout|stderr|run\(\)|the server will answer|seconds|the same)\b")
_CALLED = re.compile(
    r"(?:GET|POST|OPTIONS|HEAD|PUT) |(?:headers|certificate|URL|series|length|redirected to|name of )\b"
)
_HAPPENED = re.compile(r"(?:events?|pods?|replicaset|deployment|job|statefulset|daemonset)(?:/|\b)")
_INSTALLED = re.compile(r"(?:packages|installed|inside)\b")


def part_of(evidence: Evidence, quote: Quote) -> Part:
    """The part that shows the quote best."""
    source = quote.source
    if isinstance(evidence.logs, Logs) and any(log.source == source for log in evidence.logs.items):
        return "log"
    if any(getattr(one, "path", None) == source for one in (*evidence.code, evidence.environment)):
        return "files"
    if quote.line is not None and evidence.target.kind == "log":
        return "log"
    if _REHEARSED.match(source):
        return "probe"
    if _CALLED.match(source) and has_calls(evidence):
        return "calls"
    if _is_path(evidence, source) or quote.line is not None:
        return "files"
    if _HAPPENED.match(source) and evidence.target.kind == "workload":
        return "timeline"
    if _INSTALLED.match(source):
        return "packages"
    return "calls" if evidence.target.kind == "url" else "environment"


def _is_path(evidence: Evidence, source: str) -> bool:
    """True for a file that was seen, and for what looks like one."""
    from checks.containers import Inside

    if isinstance(evidence.inside, Inside) and (evidence.inside.file(source) or source in evidence.inside.texts):
        return True
    known = [one.path for one in (evidence.script, evidence.environment) if isinstance(one, (Script, EnvironmentFile))]
    is_named = any(path.endswith(f"/{source}") for path in known)
    return is_named or bool(re.fullmatch(r"(?:[./\w-]+/)?[\w.-]+\.[A-Za-z]\w{0,9}", source))
