"""The Content-Type that a request body is sent with: one rule for rehearsals, diagnoses and the bench."""

import json

from checks.evidence import Evidence, Missing
from doctor.probe.probe import content_type_of

LARGEST = 1_000_000  # bytes of text that are parsed to see whether they are JSON


def kind_of_body(body: bytes, source: str = "", takes_raw: bool | None = None) -> str:
    """JSON for every text, also for a broken one, as a client would send it; where `run()` takes raw HTTP, what the
    name of the sample says. `takes_raw` None: nobody knows; then the name counts for what is no JSON.
    """
    if takes_raw is None:
        takes_raw = not _is_json(body)
    kind: str = content_type_of(body, source if takes_raw else None)
    return kind


def takes_raw(evidence: Evidence) -> bool | None:
    """Whether run() takes raw HTTP; None where neither a rehearsal nor the script tells."""
    from checks.entry_script.module import parse

    if not isinstance(evidence.probe, Missing) and evidence.probe.interface is not None:
        return evidence.probe.interface.kind == "rawhttp"
    if isinstance(evidence.script, Missing):
        return None
    module = parse(evidence.script.text)
    return module.is_raw if module.tree is not None else None


def _is_json(body: bytes) -> bool:
    """True for JSON, and for what is too large to say and begins like it."""
    if len(body) > LARGEST:
        return body.lstrip()[:1] in (b"{", b"[")
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return body.lstrip()[:1] in (b"{", b"[")
    return True
