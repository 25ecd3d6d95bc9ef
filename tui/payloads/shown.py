"""How faults and answers read on the screen."""

import contextlib
import difflib

from textual.content import Content

from doctor.payloads.layout import laid_out
from doctor.payloads.places import nowhere
from doctor.payloads.records import Disagreement, Fault, Judgement, Logged, Place, Sent
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


def severity_of(fault: Fault) -> str:
    """The kind of its mark."""
    return fault.finding.gravity.value


def fault(one: Fault) -> Content:
    """Two lines of the list: place and title; why, and what cures it."""
    sign, word, color = mark(severity_of(one))
    fixes = one.finding.fixes
    cure = f" Fix: {_line(fixes[0].title)}" if fixes else ""
    at = f"{one.at}  " if one.at else ""
    return Content.assemble(
        (f"{sign} {word} ", color),
        (printable(at), "$text-muted"),
        (_line(one.finding.title), "bold"),
        (f"\n  {_line(one.finding.why)}{cure}", "$text-muted"),
    )


def headline(judgement: Judgement) -> str:
    """The faults in one line, for the border of their list."""
    wrong, others = len(judgement.wrong), len(judgement.faults) - len(judgement.wrong)
    told = [plural(wrong, "fault")] if wrong else []
    told += [plural(others, "note")] if others else []
    if judgement.syntax and not wrong:
        told = ["no JSON"]
    return ", ".join(told) or ("no fault" if judgement.contract else "no fault seen")


def syntax(judgement: Judgement) -> Content | None:
    """The parser's message, where no check says more of it."""
    if not judgement.syntax or any(severity_of(one) == "error" for one in judgement.faults):
        return None
    line, column = judgement.syntax_line, judgement.syntax_column
    at = f"{line}:{(column or 0) + 1}  " if line else ""
    sign, word, color = mark("info")
    return Content.assemble((f"{sign} {word} ", color), (at, "$text-muted"), f"no JSON: {_line(judgement.syntax)}")


def contract(judgement: Judgement) -> Content:
    """Who says what is taken, and what is foretold."""
    lines: list[str | tuple[str, str]] = []
    if judgement.contract:
        lines.append((f"contract: {_line(judgement.contract)}", "$text-muted"))
    else:
        lines.append((f"no contract: {_line(judgement.advice)}", "$text-muted"))
    if judgement.contract and judgement.advice:
        lines.append((f"\n{_line(judgement.advice)}", "$text-warning"))
    lines += [(f"\na check crashed, a bug in doctor: {_line(one)}", "$text-error") for one in judgement.crashed]
    return Content.assemble(*lines)


def foretold(judgement: Judgement) -> str:
    """The prediction in a few words; empty without one."""
    if judgement.prediction is None:
        return ""
    status = judgement.prediction.status
    return f"foretold: {status}" if judgement.prediction.sure else f"foretold: run() decides ({status} if it does well)"


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
    why = f"\n  {_line(one.finding.why)}" if one.finding and one.finding.why else ""
    cure = f"\n  fix: {_line(one.finding.fixes[0].title)}" if one.finding and one.finding.fixes else ""
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
    return _line(sent.headline or sent.problem)


def pretty(body: str, size: int | None = None) -> str:
    """A body for the screen: JSON laid out, all else as it came; cut. `size` bytes came."""
    if len(body) <= MOST_BODY:
        with contextlib.suppress(ValueError):
            body = laid_out(body)
    lines = body[:MOST_BODY].split("\n")
    cut = len(body) > MOST_BODY or len(lines) > MOST_LINES
    came = f"{size:,} bytes" if size is not None else f"{len(body):,} characters"
    return "\n".join(lines[:MOST_LINES]) + (f"\n... cut; {came} came" if cut else "")


def _line(text: str) -> str:
    return " ".join(printable(text).split())
