"""What stands in a bundle for whoever opens it without doctor."""

from doctor.bundle.form import Bundle

_TEXT = """A support bundle of doctor {version}, saved {saved} (UTC): {command}

{targets}

report.md       the diagnosis, to be read
report.json     the same for programs, a report a line
logs/           the logs, a file each; where lines are left out, a line says how many
marks/          for each line of a log one digit: 1 is standard error, 2 a new start, 3 both
logs.json       which file is which log, and how its lines are numbered in the original
doctor.json     everything that was seen (evidence) and what was found in it
redactions.txt  how many secrets were masked, and where

All of it is plain text and JSON in UTF-8. With doctor:

    doctor tui BUNDLE.zip       explore it: causes, logs, files, packages, events
    doctor triage BUNDLE.zip    judge the evidence anew, with the checks of the doctor that is installed
"""


def text(bundle: Bundle) -> str:
    """The text for this bundle."""
    told = [f"{one.report.target.name}: {one.report.verdict}" for one in bundle.done.diagnosed[:20]]
    told += [f"and {len(bundle.done.diagnosed) - 20} more"] if len(bundle.done.diagnosed) > 20 else []
    targets = "\n".join(told) or "no target could be examined"
    return _TEXT.format(version=bundle.version, saved=bundle.saved, command=bundle.command, targets=targets)
