"""Whether anybody saw a service score: what a verdict `healthy` rests on."""

import re

from checks.containers import Answers
from checks.evidence import Evidence, Logs, Missing, Probe

NOT_CALLED = "run() was never called: give a sample with --sample FILE"
_SCORED = re.compile(r'\b(?:POST|GET) \S*/(?:score|invocations)\b[^\s"]*(?: HTTP/\d(?:\.\d)?")? 2\d\d\b')


def seen_to_score(evidence: Evidence) -> bool:
    """True where a scoring request was answered with success: now, in the rehearsal, or by what a log tells."""
    answers, probe = evidence.answers, evidence.probe
    if isinstance(answers, Answers):
        posts = [one for one in answers.items if one.method == "POST"]
        if posts:
            return all(one.status is not None and one.status < 400 for one in posts)
    if isinstance(probe, Probe) and probe.answered:
        return True
    logs = evidence.logs.items if isinstance(evidence.logs, Logs) else ()
    return any(_SCORED.search(log.text) for log in logs)


def not_called(evidence: Evidence) -> tuple[str, ...]:
    """What to do where nobody saw it score, and no sample was given."""
    asked = not isinstance(evidence.samples, Missing)
    return () if asked or seen_to_score(evidence) else (NOT_CALLED,)
