"""How places and answers read on the screen."""

import contextlib
import difflib

from textual.content import Content

from doctor.payloads.layout import laid_out
from doctor.payloads.places import nowhere
from doctor.payloads.records import Disagreement, Logged, Place, Sent
from doctor.reports.clean import printable
from doctor.reports.common import plural
from tui.causes.marks import mark
from tui.state import State

AT_WORK = "the target is being looked at; then it can be sent to from here"
MOST_BODY = 20_000  # characters of an answer on the screen
MOST_LINES = 400
MOST_DIFF = 12
MOST_LOGGED = 30  # lines beside those that tell most
_HEADERS = (
    *("content-type", "x-ms-run-function-failed", "x-ms-server-version", "x-ms-run-fn-exec-ms", "x-request-id"),
    *("ms-azureml-model-error-statuscode", "ms-azureml-model-error-reason", "retry-after", "www-authenticate"),
    *("azureml-model-deployment", "location", "server"),
)
REFUSED = 400


def nowhere_now(state: State) -> str:
    """Why there is no place to send to, and what to do."""
    return AT_WORK if state.running and state.diagnosis is None else nowhere(state.diagnosis)


def place(one: Place) -> Content:
    """One row of the list of places."""
    live = (" live", "$text-warning") if one.live else (" here", "$text-muted")
    return Content.assemble((one.title, "bold"), live, f"  {printable(one.where)}")


def status(sent: Sent) -> tuple[str, str]:
    """The status in words, and its colour."""
    if sent.status is None:
        return "no answer", "$text-error"
    return f"{sent.status}", "$text-success" if sent.status < REFUSED else "$text-error"


def row(number: int, sent: Sent, edited: bool, odd: str = "") -> Content:
    """One row of the history; `odd` says why it stands out."""
    said, color = status(sent)
    name = sent.source.replace("\\", "/").rsplit("/", 1)[-1]
    return Content.assemble(
        (f"{number:>2} ", "$text-muted"),
        (f"{said} ", color),
        f"{seconds(sent.seconds):>7}  ",
        (f"{mark('warning')[0]} {odd}  " if odd else "", "$text-warning"),
        printable(name) + ("*" if edited else ""),
        (f"  {sent.way} {sent.at}", "$text-muted"),
    )


def seconds(value: float | None) -> str:
    """A duration as people say it."""
    if value is None:
        return "-"
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def answer(sent: Sent, against: tuple[Disagreement, ...], before: Sent | None) -> Content:
    """The answer: status, times, what disagrees, where run() failed, the difference to the last, body, headers."""
    said, color = status(sent)
    parts: list[Content | str | tuple[str, str]] = [(said, f"bold {color}"), ("  " + _times(sent), "$text-muted"), "\n"]
    if sent.problem:
        parts.append((f"{printable(sent.problem)}\n", "$text-error"))
    for one in against:
        parts += _disagreement(one)
    if sent.cut:
        parts.append(("the answer is too large to be judged; what is shown is its beginning\n", "$text-warning"))
    if sent.headline:
        place_ = f"line {sent.line}: " if sent.line else ""
        parts.append((f"{printable(sent.headline)}\n", "$text-error"))
        parts += [(f"  {place_}{printable(sent.code)}\n", "$text-muted")] if sent.code or sent.line else []
    if sent.logged is not None:
        parts += _logged(sent.logged)
    if sent.ended:
        parts.append(("the service did not survive it; it is loaded anew for the next\n", "$text-warning"))
    if before is not None:
        parts += _difference(before, sent)
    body = pretty(sent.body, sent.size)
    parts += ["\n", printable(body), "\n"] if body else []
    headers = [name for name in _HEADERS if name in sent.headers]
    parts += ["\n"] if headers else []
    for name in headers:  # below the body: there are many, and the body is what one looks for
        parts += [(f"{name}: ", "$text-muted"), f"{printable(sent.headers[name])}\n"]
    return Content.assemble(*parts)


def _logged(logged: Logged) -> list[Content | str | tuple[str, str]]:
    """What was written about the request: the line of the script and the exception first, then the end of it all."""
    first = [at for at in (logged.where, logged.said) if at is not None]
    first += [logged.where + 1] if logged.where is not None and _is_code(logged, logged.where + 1) else []
    of = "for this request" if logged.named or not logged.source else "meanwhile, perhaps for others too"
    source = f" ({printable(logged.source)}; F4 goes there)" if logged.source else ""
    parts: list[Content | str | tuple[str, str]] = [(f"\nlogged {of}{source}\n", "$text-muted")]
    parts += [(f"› {printable(logged.lines[at]).strip()}\n", "bold $text-error") for at in sorted(set(first))]
    rest = [line for at, line in enumerate(logged.lines) if at not in first]
    if len(rest) > MOST_LOGGED:
        parts.append((f"  ... {plural(len(rest) - MOST_LOGGED, 'line')} before\n", "$text-muted"))
    return [*parts, *((f"  {printable(line)}\n", "$text-muted") for line in rest[-MOST_LOGGED:])]


def _is_code(logged: Logged, at: int) -> bool:
    """True for the line of code below that of its place."""
    return at < len(logged.lines) and at != logged.said and logged.lines[at].startswith("    ")


def _times(sent: Sent) -> str:
    named = {
        "total": sent.seconds,
        "connect": sent.connect,
        "first byte": sent.first_byte,
        "import and init()": sent.started,
    }
    told = [f"{name} {seconds(value)}" for name, value in named.items() if value is not None]
    return " · ".join([*told, plural(sent.size, "byte")] if sent.size else told)


def _disagreement(one: Disagreement) -> list[Content | str | tuple[str, str]]:
    kind, label = ("error", "cause") if one.kind == "cause" else ("warning", "disagreement")
    sign, _, color = mark(kind)
    why = f"\n  {line_of(one.finding.why)}" if one.finding and one.finding.why else ""
    cure = f"\n  fix: {line_of(one.finding.fixes[0].title)}" if one.finding and one.finding.fixes else ""
    return [(f"{sign} {label}: ", color), printable(one.text), (f"{why}{cure}\n", "$text-muted")]


def _difference(before: Sent, sent: Sent) -> list[Content | str | tuple[str, str]]:
    if before.status != sent.status:
        return [(f"before: {status(before)[0]}\n", "$text-muted")]
    if (said := _failure(before)) != _failure(sent):
        return [(f"before: {said or 'it was answered'}\n", "$text-muted")]
    if before.body == sent.body:
        return [("same answer as before\n", "$text-muted")]
    old, new = (pretty(one.body).splitlines()[:MOST_LINES] for one in (before, sent))
    lines = [one for one in difflib.unified_diff(old, new, lineterm="", n=0) if one[:3] not in ("---", "+++")]
    lines = [one for one in lines if not one.startswith("@@")]
    parts: list[Content | str | tuple[str, str]] = [("differs from the answer before:\n", "$text-warning")]
    parts += [
        (f"{printable(one[:200])}\n", "$text-success" if one[0] == "+" else "$text-error") for one in lines[:MOST_DIFF]
    ]
    return [*parts, f"and {plural(len(lines) - MOST_DIFF, 'line')} more\n"] if len(lines) > MOST_DIFF else parts


def _failure(sent: Sent) -> str:
    """Why there is no answer, in one line; of two failures without a body it is all that tells them apart."""
    return line_of(sent.headline or sent.problem)


def pretty(body: str, size: int | None = None) -> str:
    """A body for the screen: JSON laid out, all else as it came; cut. `size` bytes came."""
    if len(body) <= MOST_BODY:
        with contextlib.suppress(ValueError):
            body = laid_out(body)
    lines = body[:MOST_BODY].split("\n")
    cut = len(body) > MOST_BODY or len(lines) > MOST_LINES
    came = f"{size:,} bytes" if size is not None else f"{len(body):,} characters"
    return "\n".join(lines[:MOST_LINES]) + (f"\n... cut; {came} came" if cut else "")


def line_of(text: str) -> str:
    """A text of many lines in one."""
    return " ".join(printable(text).split())
