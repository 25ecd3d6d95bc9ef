"""A diagnosis under way, or one that came to nothing, in words: steps, what may hang, what happened, what helps."""

from textwrap import wrap

from textual.content import Content

from doctor.diagnosis.call import Kind
from doctor.diagnosis.result import Failed
from doctor.redact import redact, redact_lines
from doctor.reports.clean import printable
from doctor.reports.common import plural
from tui.causes.marks import mark
from tui.shortened import one_line
from tui.state import State, Step
from tui.waiting import SOON, whom

PATIENCE = 10.0  # seconds of one step after which a hint is due
MOST_TRACE = 200  # lines

_HANGS: dict[Kind, str] = {
    "script": "code at the top of the script or in init() may wait for a host, a lock or an input",
    "document": "the service may not answer",
    "manifest": "a script that the manifest names may wait for a host, a lock or an input",
    "folder": "one of the scripts may wait for a host, a lock or an input",
    "container": "the engine may be busy, or the service inside may not answer",
    "workload": "the API server may be slow or out of reach, or a log may be long",
    "url": "the endpoint may be slow or may not answer",
    "log": "the log may be long",
    "report": "the file may be large",
}
_FAILED = {
    "target": "the target could not be examined",
    "call": "the call is wrong",
    "doctor": "doctor itself failed; that is a bug in doctor, not in your service",
    "cancelled": "cancelled",
    "lost": "the diagnosis ended without a word",
}


def hint(state: State, *, cancelling: bool) -> str:
    """What to know while it lasts: that it is ending, what may hang, how to cancel."""
    if cancelling:
        return "cancelling ... what was made is removed first; that may take up to 8 s"
    step = state.steps[-1] if state.steps else None
    if step is None or step.ended is not None or state.call is None:
        return "esc cancels"
    if step.seconds >= SOON and (asked := whom(state.call, step.what)):
        return f"{asked}; esc cancels"
    if step.seconds >= PATIENCE:
        return f"this takes long: {_HANGS[state.call.kind]}; esc cancels"
    return "esc cancels"


def now(state: State, *, cancelling: bool) -> Content:
    """The step under way in one line."""
    step = state.steps[-1] if state.steps else None
    told = f"{_words(step)} {step.seconds:.0f} s" if step else "starting"
    return Content.assemble((f" … {told}", "bold"), (f"  {hint(state, cancelling=cancelling)}", "dim"))


def progress(state: State, width: int, most: int, *, cancelling: bool = False) -> Content:
    """All steps with their seconds, the last `most` of them, and the hint while it is running."""
    title = printable(redact(state.call.title)) if state.call else ""
    verb = "looking at" if state.running else "looked at"
    lines = [Content.assemble(f" {verb} ", (title, "bold")), Content("")]
    steps = state.steps[-max(1, most) :]
    if len(steps) < len(state.steps):
        lines.append(Content(f"   {plural(len(state.steps) - len(steps), 'step')} before").stylize("dim"))
    longest = max((len(_words(step)) for step in steps), default=0)
    column = max(8, min(longest, width - 16))
    lines += [_line(step, column) for step in steps]
    if state.running:
        lines += [Content(""), Content(f" {hint(state, cancelling=cancelling)}").stylize("dim")]
    return Content("\n").join(lines)


def _line(step: Step, column: int) -> Content:
    words = _words(step)
    words = words if len(words) <= column else words[: column - 3] + "..."
    sign, _, color = mark("passed")
    ahead = (f"   {sign} ", color) if step.ended is not None else ("   … ", "bold")
    return Content.assemble(ahead, f"{words:<{column}}", (f" {step.seconds:7.1f} s", "dim"))


def _words(step: Step | None) -> str:
    return one_line(redact(step.what)) if step else ""


def failure(failed: Failed, *, trace_open: bool, has_result: bool, width: int = 80) -> Content:
    """What happened, where and what to do, and which keys help, in lines of `width`."""
    sign, word, color = mark("skipped" if failed.why == "cancelled" else "error")
    text = printable(redact_lines(failed.text))
    head = _FAILED[failed.why] if failed.why == "cancelled" else f"{word}: {_FAILED[failed.why]}"
    lines = [Content.assemble((f" {sign} ", f"bold {color}"), (head, "bold"))]
    if text and not text.startswith(head):
        room = max(12, width - 4)
        lines += [
            Content(f"   {part}")
            for line in text.split("\n")
            for part in wrap(line, room, break_on_hyphens=False) or [""]
        ]
    elif text != head:
        lines[0] = Content.assemble((f" {sign} ", f"bold {color}"), (text, "bold"))
    if failed.trace:
        trace = printable(redact_lines(failed.trace)).rstrip().split("\n")
        lines.append(
            Content(f"   {'▾' if trace_open else '▸'} trace, {plural(len(trace), 'line')} (t)").stylize("$text-accent")
        )
        lines += [Content(f"     {line}").stylize("dim") for line in (trace[-MOST_TRACE:] if trace_open else ())]
    keys = "1 chooses another target" if failed.why == "call" else "r runs it again; 1 chooses another target"
    below = "; below is the result before" if has_result else ""
    lines.append(Content(f"   {keys}{below}").stylize("dim"))
    return Content("\n").join(lines)
