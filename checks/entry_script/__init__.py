"""Checks that read the entry script without running it."""

from checks.entry_script.no_run import no_run

CHECKS = (no_run,)
