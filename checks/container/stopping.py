"""Signs that somebody, and no fault, ended a container: one reading for all checks."""

import re

from checks.container.seen import Told, all_lines, container_of, last_that, logs_of
from checks.evidence import Evidence
from checks.logs.analysis import analyse

_ASKED = re.compile(
    r"Handling signal: (?:term|int|quit)|Received SIGTERM|received SIGTERM|Got signal SIGTERM|caught SIGTERM"
    r"|Shutting down: Master|signal 15 \(SIGTERM\) received|WARN received SIGTERM indicating exit request"
    r"|Finished server process|Stopping reloader process"
)
_FAILED = re.compile(r"Worker failed to boot|App failed to load|HaltServer|exited with code [1-9]|FATAL state")
SIGTERM = 143
AGAIN = frozenset({"always", "unless-stopped"})


def asked_to_end(evidence: Evidence) -> Told | None:
    """The line of the log by which the server says that it was asked to end; None when it failed by itself."""
    lines = all_lines(evidence)[-15:]
    found = last_that(lines, _ASKED)
    return found[0] if found and not last_that(lines, _FAILED) else None


def was_stopped(evidence: Evidence) -> bool:
    """True when the container stands still because it was told to.

    Exit code 143 is SIGTERM itself; a policy that always starts again leaves a container alone only after `docker stop`
    or `docker kill`. A server that was at work and ended with 0 did not fail; some supervisors end so when told to.
    Source: moby `daemon/monitor.go`, `restartmanager`.
    """
    seen = container_of(evidence)
    if seen.state.status != "exited" or seen.state.oom_killed or seen.state.error:
        return False
    by_hand = seen.restart_policy in AGAIN and seen.state.exit_code in {0, 137, 143}
    told = seen.state.exit_code in {0, 137} and asked_to_end(evidence) is not None
    return seen.state.exit_code == SIGTERM or by_hand or told or (seen.state.exit_code == 0 and served(evidence))


def served(evidence: Evidence) -> bool:
    """True when the log shows a service at work, and no failure after that."""
    return any(analyse(log).healthy and not analyse(log).causes for log in logs_of(evidence))
