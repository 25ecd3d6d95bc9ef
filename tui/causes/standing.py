"""Lines around a result: what it is worth, what changed since the diagnosis before, what could not be examined."""

from textual.content import Content

from checks.finding import Finding
from doctor.diagnosis.result import Diagnosis, Done
from doctor.redact import redact
from doctor.report import Report
from doctor.reports.clean import printable
from doctor.reports.common import closing, plural
from tui.causes.marks import verdict_mark
from tui.causes.rows import Listing, listing
from tui.comparing import compare, told
from tui.shortened import one_line

MANY = 500  # findings from which on rows are made in a thread


def listed(diagnosis: Diagnosis, before: Diagnosis | None, done: Done | None) -> Listing:
    """The rows of a diagnosis, with what is new, and all that is to be told of the result as a whole."""
    report = diagnosis.report
    lines: list[str] = []
    new: tuple[Finding, ...] = ()
    if before is not None:
        changes = compare(before.report, report)
        new = changes.new
        lines.append(f"since the diagnosis before: {told(before.report, report)}")
        lines += _gone(changes.gone, before.report)
    if done is not None:
        lines += [f"could not be examined: {reason}" for reason in done.refused]
        lines += done.notes
    clean = tuple(one_line(redact(line)) for line in lines)
    return listing(report, new, told=clean, closing=_closed(report))


def _gone(gone: tuple[Finding, ...], before: Report) -> list[str]:
    """What is gone, causes first; what they explained went with them."""
    were = set(before.causes)
    causes = [finding for finding in gone if finding in were]
    others = [finding for finding in gone if finding not in were]
    word = "gone with it" if causes else "gone"
    return [*(f"gone: {one.title}" for one in causes), *(f"{word}: {one.title}" for one in others)]


def _closed(report: Report) -> str:
    return one_line(redact(closing(report)))


def standing(shown: Listing) -> Content:
    """The verdict in one line, with what it is worth."""
    sign, _, color = verdict_mark(shown.report.verdict)
    return Content.assemble((f" {sign} ", f"bold {color}"), (shown.closing, "bold"))


def news(shown: Listing) -> Content:
    """What changed and what is missing, in one line; the verdict's row tells it in full."""
    since = next((line for line in shown.told if line.startswith("since ")), "")
    gone = "; ".join(line.removeprefix("gone: ") for line in shown.told if line.startswith("gone: "))
    if gone:
        since += f": {gone}" if since.endswith(" gone") else f"; gone: {gone}"
    refused = sum(line.startswith("could not be examined: ") for line in shown.told)
    parts = [f"{plural(refused, 'target')} could not be examined"] if refused else []
    parts += [since] if since else []
    return Content(f" {', '.join(parts)}" if parts else "")


def nothing(done: Done) -> Content:
    """A result without a single target."""
    lines = [" nothing to diagnose was found there", *(f"   {line}" for line in (*done.refused, *done.notes))]
    text = "\n".join(printable(redact(line)) for line in lines)
    return Content(f"{text}\n\n 1 chooses another target")
