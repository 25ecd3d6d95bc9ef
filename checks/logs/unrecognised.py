"""What is said where no signature matches: what was found, marked as not recognised, and what to collect next."""

import re

from checks.evidence import Log
from checks.finding import Confidence, Finding, Stage
from checks.logs.analysis import Analysis
from checks.logs.index import signature
from checks.logs.proof import FAMILY, common, confirm, frame_line, quotes
from checks.logs.runs import phase_of
from checks.logs.signature import Phase, Strength
from checks.logs.template import fill
from checks.logs.tracebacks import Block

LONGEST_TITLE = 100
_BUILD = re.compile(
    r"(?m)^(?:Step \d+/\d+ |#\d+ |Collecting |Solving environment|Installing pip dep|ERROR: failed to solve)"
)
_POD = re.compile(r"\bkubectl\b|\bpod/|^Events:|CrashLoopBackOff|Restart Count:", re.MULTILINE)
_CLIENT = re.compile(r"azure\.core\.exceptions|azureml\._restclient|HttpResponseError|WebserviceException|\baz ml ")
_FIELD = re.compile(r"(?m)^\s*\"?(?:details|message|error_description)\"? ?[=:] ?\"([^\"{}]{4,300})\"")
_LABEL = re.compile(r"^(?:(?:ERROR|Error|error|FATAL|fatal|##\[error\])(?:: ?| +))+")
NEXT = (
    (
        _BUILD,
        "the whole build log: `az acr task logs --registry <registry> --run-id <run>`, or the log of the image build",
    ),
    (_POD, "the log of the container that died: `kubectl logs <pod> --previous`, and `kubectl describe pod <pod>`"),
    (_CLIENT, "the container's log: `az ml online-deployment get-logs --name <deployment> --endpoint-name <endpoint>`"),
)


def unrecognised(analysis: Analysis, log: Log) -> tuple[Finding, ...]:
    """The finding for what no signature explains; empty where a cause, or a symptom alone, says more."""
    firm = any(group.signature.strength is not Strength.WEAK for group in analysis.causes)
    if analysis.unexplained and not firm:
        return (_exception(analysis, log),)
    if analysis.causes:
        return ()
    if analysis.error is not None:
        return (_error(analysis, log, analysis.error),)
    if analysis.unfinished is not None:
        state = analysis.unfinished
        fields = common(None, analysis, state.position) | {"busy": state.signature.busy}
        return (_finding("log-ends-early", analysis, log, fields, [state.position]),)
    if analysis.symptoms or analysis.healthy:
        return ()
    if not any(line.text.strip() for line in analysis.lines):
        return (_finding("log-empty", analysis, log, {}, []),)
    return (_finding("no-failure-shown", analysis, log, {}, []),)


def _exception(analysis: Analysis, log: Log) -> Finding:
    traceback = analysis.unexplained[0]
    block = traceback.root
    met = traceback.met(block)
    fields = common(block, analysis, block.headline, traceback)
    if not block.type:
        fields |= {"exception": "exception", "message": "the log is cut off before the name of the exception"}
    fields["next"] = _next(log, phase_of(traceback))
    told = f"unrecognised {fields['exception']} at {fields['where']}: "
    fields["short"] = _short(_told_inside(fields["message"]), LONGEST_TITLE - len(told))
    positions = [block.headline, *frame_line(met, analysis)]
    if len(traceback.blocks) > 1:
        positions.append(traceback.blocks[-1].headline)
    phase = phase_of(traceback)
    stage = Stage(phase) if phase else Stage.OPERATE  # the words of phases are words of stages
    return _finding("unrecognised-exception", analysis, log, fields, positions, met, stage)


def _error(analysis: Analysis, log: Log, position: int) -> Finding:
    fields = common(None, analysis, position)
    fields["short"] = _short(fields["message"], LONGEST_TITLE - len("unrecognised error: "))
    fields["next"] = _next(log, None)
    return _finding("unrecognised-error", analysis, log, fields, [position])


def _finding(
    id: str,
    analysis: Analysis,
    log: Log,
    fields: dict[str, str],
    positions: list[int],
    block: Block | None = None,
    stage: Stage | None = None,
) -> Finding:
    one = signature(id)
    assert one is not None
    fields = {"next": _next(log, None), **fields}
    return Finding(
        id=f"{FAMILY}.{one.id}",
        family=FAMILY,
        title=fill(one.title, fields),
        why=fill(one.why, fields),
        evidence=tuple(quotes(positions, analysis, log)),
        severity=one.severity,
        confidence=Confidence.POSSIBLE,
        stage=stage or one.stage,
        explains=tuple(f"{FAMILY}.{group.signature.id}" for group in (*analysis.causes, *analysis.symptoms)),
        no_fix=fill(one.no_fix or "", fields),
        confirm=confirm(one, block),
        learn_more=(f"doctor explain {FAMILY}.{one.id}",),
    )


def _next(log: Log, phase: Phase | None) -> str:
    """Which evidence to collect next."""
    if phase is Phase.RUN:
        return "the request that was sent, without its secrets, to repeat it with `doctor check --sample <file>`"
    if phase in {Phase.INIT, Phase.LOAD}:
        return "the script at that place, the files that it reads, and the versions of its packages (`pip freeze`)"
    head = log.text[:200_000]
    return next(
        (what for form, what in NEXT if form.search(head)), "the log of the container from its start to its end"
    )


def _told_inside(message: str) -> str:
    """What a message says in its fields, where its first line only opens them."""
    opens = message.split("\n", 1)[0].rstrip().endswith(("{", "[", ":")) and "\n" in message
    said = _FIELD.findall(message) if opens else []
    return max(said, key=len) if said else message


def _short(message: str, room: int) -> str:
    """The first line of a message, cut to fit a title, without a stop at its end."""
    first = _LABEL.sub("", " ".join(message.strip().split("\n", 1)[0].split()))
    if len(first) > room:
        first = first[: max(room - 2, 0)].rpartition(" ")[0] or first[: max(room - 2, 0)]
        return f"{first.rstrip(' .,:;?')} …"
    return first.rstrip(" .,:;?")
