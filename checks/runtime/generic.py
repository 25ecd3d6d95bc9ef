"""Findings of the last resort: an exception told by its headline, its line and its chain."""

from collections.abc import Iterator

from checks.evidence import Evidence, Phase
from checks.finding import Finding
from checks.runtime.failures import Failure, failures, probe_of
from checks.runtime.reading import here_only
from checks.runtime.wording import titled

_SAYS = {Phase.IMPORT: "importing the entry script raises", Phase.INIT: "init() raises", Phase.RUN: "run() raises"}

_BATCH = (
    "The files of the mini batch count as failed, and the driver tries them again as often as `max_retries` says. When "
    "it goes so with all, the job ends with `No succeeded mini batch item returned from run()`."
)


def raised_findings(evidence: Evidence, phase: Phase) -> Iterator[Finding]:
    """One finding for each different exception of a phase that the deployed service would meet too."""
    for failure in failures(evidence):
        if failure.phase is phase and not here_only(failure, evidence):
            yield failure.finding(
                titled(f"{_SAYS[phase]} {failure.headline}", 88),
                why=_BATCH if phase is Phase.RUN and probe_of(evidence).is_batch else "",
                no_fix=f"no check knows more about this exception; read the code from {_place(failure)} upwards",
            )


def _place(failure: Failure) -> str:
    own = failure.own
    if own is None:
        return f"the call of {failure.phase.value}()"
    source = failure.quote(own).source
    return f"line {own.line} of {source}"
