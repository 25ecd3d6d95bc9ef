"""Builders of what a probe may have observed, for cases and tests.

A script is written once, as text; frames point into it by a piece of the line, so that cases stay true when lines move:

    SCRIPT = "def init():\\n    open('a.txt')\\n"
    seen(SCRIPT, raised_in(Phase.INIT, "FileNotFoundError", "...", at(SCRIPT, "open(")))
"""

from typing import Literal

from checks.cases import script
from checks.evidence import (
    EnvironmentFile,
    Evidence,
    Exit,
    Frame,
    Installed,
    ModelFile,
    ModelFolder,
    Phase,
    Probe,
    Raised,
    Requirement,
    Returned,
    Sample,
    Samples,
    Step,
)

PACKAGES = "/opt/miniconda/lib/python3.11/site-packages"
SAMPLE = "sample.json"


def seen(
    text: str,
    *steps: Step,
    beside: tuple[str, ...] = (),
    body: str | None = None,
    models: ModelFolder | None = None,
    environment: EnvironmentFile | None = None,
    installed: Installed | None = None,
    **record: object,
) -> Evidence:
    """Evidence of a rehearsal of `text`. `body` is the one request sent; `record` sets fields of the probe's record."""
    probe: dict[str, object] = {"interpreter": "/usr/bin/python3", "python": "3.11.7", "steps": steps, **record}
    more: dict[str, object] = {"probe": Probe(**probe)}  # type: ignore[arg-type]
    if body is not None:
        more["samples"] = Samples(items=(Sample(source=SAMPLE, text=body, size=len(body)),))
    given = (("models", models), ("environment", environment), ("installed", installed))
    more |= {name: value for name, value in given if value is not None}
    return script(text, beside=beside).replace(**more)


def at(text: str, needle: str, function: str | None = None, path: str = "score.py") -> Frame:
    """The frame of the person's line that holds `needle`; its function is the nearest `def` above."""
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if needle in line)
    above = [line.split("(", 1)[0][4:] for line in lines[:number] if line.startswith("def ")]
    code = lines[number - 1].strip()
    return Frame(path=path, line=number, function=function or (above or ["<module>"])[-1], code=code, own=True)


def library(path: str, line: int = 1, function: str = "call", code: str = "") -> Frame:
    """A frame inside an installed package (`sklearn/base.py`), or of the standard library (`/usr/lib/.../os.py`)."""
    return Frame(path=path if path.startswith("/") else f"{PACKAGES}/{path}", line=line, function=function, code=code)


def raised(
    type: str,
    message: str = "",
    *frames: Frame,
    cause: Raised | None = None,
    explicit: bool = False,
    **detail: str | int | None,
) -> Raised:
    """An exception; `explicit` for `raise ... from ...`."""
    return Raised(type=type, message=message, frames=frames, cause=cause, explicit_cause=explicit, detail=dict(detail))


def raised_in(
    phase: Phase,
    type: str,
    message: str = "",
    *frames: Frame,
    cause: Raised | None = None,
    explicit: bool = False,
    **detail: str | int | None,
) -> Step:
    """A step that an exception ended; run() is given the sample."""
    return failed(phase, raised(type, message, *frames, cause=cause, explicit=explicit, **detail))


def failed(phase: Phase, error: Raised) -> Step:
    """A step that this exception ended."""
    return Step(phase=phase, outcome="raised", raised=error, sample=_sample(phase))


def passed(phase: Phase, returned: Returned | None = None, *, seconds: float = 0.01, memory: int | None = None) -> Step:
    """A step that went well."""
    return Step(phase=phase, outcome="passed", returned=returned, seconds=seconds, memory=memory, sample=_sample(phase))


def answered(text: str, type: str = "dict", phase: Phase = Phase.RUN, digest: str = "") -> Step:
    """A call of run() whose answer is `text`."""
    returned = Returned(type=type, text=text, size=len(text), digest=digest or f"digest of {text}")
    return passed(phase, returned)


def started(*more: Step) -> tuple[Step, ...]:
    """Import and init() passed, then `more`."""
    return (passed(Phase.IMPORT), passed(Phase.INIT), *more)


def stopped(
    phase: Phase,
    reason: Literal["timeout", "memory", "signal", "exited", "lost"],
    *stack: Frame,
    code: int | None = None,
    signal: str | None = None,
    call: str | None = None,
    seconds: float = 5.0,
    memory_limit: int | None = None,
) -> tuple[Step, Exit]:
    """The step that the process did not survive, and how it ended."""
    outcome: Literal["timeout", "died"] = "timeout" if reason == "timeout" else "died"
    return (
        Step(phase=phase, outcome=outcome, stack=stack, seconds=seconds, sample=_sample(phase)),
        Exit(
            reason=reason,
            phase=phase,
            stack=stack,
            code=code,
            signal=signal,
            call=call,
            seconds=seconds,
            memory_limit=memory_limit,
        ),
    )


def model_folder(*files: str | ModelFile, path: str = "models") -> ModelFolder:
    """A model folder that holds these files."""
    return ModelFolder(
        path=path,
        files=tuple(file if isinstance(file, ModelFile) else ModelFile(path=file, size=1000) for file in files),
    )


def conda_file(*names: str) -> EnvironmentFile:
    """An environment file that lists these distributions."""
    return EnvironmentFile(
        path="conda.yml",
        kind="conda",
        requirements=tuple(
            Requirement(name=name, specifier="", channel="pip", line=number, text=f"- {name}")
            for number, name in enumerate(names, 5)
        ),
    )


def _sample(phase: Phase) -> str | None:
    return SAMPLE if phase in (Phase.RUN, Phase.REPEAT, Phase.CONCURRENT) else None
