"""Signs that somebody, and no fault, ended a container: one reading for all checks."""

import re

from checks.container.seen import Told, all_lines, container_of, last_that
from checks.evidence import Evidence

_ASKED = re.compile(
    r"Handling signal: (?:term|int|quit)|Received SIGTERM|received SIGTERM|Got signal SIGTERM|caught SIGTERM"
    r"|Shutting down: Master|signal 15 \(SIGTERM\) received|WARN received SIGTERM indicating exit request"
    r"|Finished server process|Stopping reloader process"
)
_FAILED = re.compile(r"Worker failed to boot|App failed to load|HaltServer|exited with code [1-9]|FATAL state")
GRACE = 10  # seconds that `docker stop` waits, unless told otherwise
AGAIN = frozenset({"always", "unless-stopped"})


def asked_to_end(evidence: Evidence) -> Told | None:
    """The line of the log by which the server says that it was asked to end; None when it failed by itself."""
    lines = all_lines(evidence)[-15:]
    found = last_that(lines, _ASKED)
    return found[0] if found and not last_that(lines, _FAILED) else None


def was_stopped(evidence: Evidence) -> bool:
    """True when the container stands still because it was told to.

    Exit code 143 is SIGTERM itself; a policy that always starts again leaves a container alone only after `docker stop`
    or `docker kill`. Source: moby `daemon/monitor.go`, `restartmanager`.
    """
    seen = container_of(evidence)
    if seen.state.status != "exited" or seen.state.oom_killed or seen.state.error:
        return False
    by_hand = seen.restart_policy in AGAIN and seen.state.exit_code in {0, 137, 143}
    return (
        seen.state.exit_code == 143
        or by_hand
        or (seen.state.exit_code in {0, 137} and asked_to_end(evidence) is not None)
    )
