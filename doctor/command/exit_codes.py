"""The exit codes of every verb, in one place."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees. Documented in the README; a pipeline may rely on it."""

    CLEAN = 0  # no finding at or above --fail-on
    FOUND = 1  # there is one
    USAGE = 2  # the call is wrong
    UNREACHABLE = 3  # the target could not be examined
    BROKEN = 4  # doctor itself failed
    INTERRUPTED = 130  # Ctrl-C, as shells count it
