"""The exceptions that ended a step of the rehearsal, read as an expert reads a traceback.

Of a chain of exceptions one says what happened: `telling` picks it. Of its frames the innermost one of the person's own
code is where to look. All checks of exceptions take both from here, so that they speak of the same place.
"""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checks.entry_script.module import Module, parse
from checks.evidence import Evidence, Frame, Phase, Probe, Raised, Script, Step
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.wording import base_name, few_lines, one_line

RAISED = ("runtime.import-raised", "runtime.init-raised", "runtime.run-raised")
STAGES = {Phase.IMPORT: Stage.LOAD, Phase.INIT: Stage.INIT, Phase.RUN: Stage.RUN}
_PACKAGES = ("/site-packages/", "/dist-packages/")
_WRAPPERS = {"ImportError", "ModuleNotFoundError", "MemoryError", "ConnectionError", "OSError"}


@dataclass(frozen=True)
class Failure:
    """One step that an exception ended.

    `error` is the exception of the chain that says what happened, `outer` the one that arrived. `script` is None when
    its text was not collected.
    """

    step: Step
    outer: Raised
    error: Raised
    script: Script | None

    @property
    def phase(self) -> Phase:
        """Import, init or run."""
        return self.step.phase

    @property
    def stage(self) -> Stage:
        """The moment of the service's life in which this happens."""
        return STAGES.get(self.phase, Stage.RUN)

    @property
    def kind(self) -> str:
        """The exception's class without its module: `JSONDecodeError`."""
        return self.error.type.rsplit(".", 1)[-1]

    @property
    def message(self) -> str:
        """What the exception says."""
        return self.error.message

    @property
    def headline(self) -> str:
        """`KeyError: 'data'`, on one line."""
        return one_line(f"{self.kind}: {self.message}" if self.message else self.kind, 400)

    @property
    def where(self) -> str:
        """What the probe was doing, in words: `init()`."""
        return place(self.step)

    @property
    def own(self) -> Frame | None:
        """The innermost frame of the person's own code."""
        return self.error.own_frame or self.outer.own_frame

    @property
    def innermost(self) -> Frame | None:
        """The frame that raised, in whoever's code it is."""
        return self.error.frames[-1] if self.error.frames else None

    @property
    def chain(self) -> tuple[Raised, ...]:
        """All exceptions of the chain, the one that arrived first."""
        return tuple(chain_of(self.outer))

    @cached_property
    def module(self) -> Module | None:
        """The entry script's syntax tree, when there is one."""
        module = parse(self.script.text) if self.script else None
        return module if module and module.tree else None

    def in_script(self, frame: Frame) -> bool:
        """True when the frame lies in the entry script itself."""
        return self.script is not None and frame.own and same_file(frame.path, self.script.path)

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """Top-level names of the packages whose code the exception passed through, in the order of the calls."""
        frames = [frame for link in reversed(self.chain) for frame in link.frames]
        return tuple(dict.fromkeys(name for name in map(package_of, frames) if name))

    @cached_property
    def statement(self) -> ast.stmt | None:
        """The innermost statement of the entry script that covers the own frame."""
        return statement_at(self.module, self.own.line) if self.own and self.in_script(self.own) else None

    @cached_property
    def calls(self) -> tuple[str, ...]:
        """Dotted names of what the failing statement of the entry script calls: `joblib.load`."""
        if self.module is None or self.statement is None:
            return ()
        calls = (node for node in ast.walk(self.statement) if isinstance(node, ast.Call))
        return tuple(name for name in map(self.module.called, calls) if name)

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """The person's line first, then what was raised, then what it was raised from."""
        quotes = []
        own, entry = self.own, self._entry_frame
        if own:
            quotes.append(self.quote(own))
        if entry and own and not self.in_script(own):
            quotes.append(self.quote(entry))
        quotes.append(Quote(source=f"probe: {self.where}", text=few_lines(self.headline)))
        if self.error is not self.outer:
            quotes.append(
                Quote(source=f"probe: {self.where}", text=f"then raised as {one_line(self.outer.headline, 160)}")
            )
        elif self.error.cause:
            quotes.append(
                Quote(source=f"probe: {self.where}", text=f"raised from {one_line(self.error.cause.headline, 160)}")
            )
        return tuple(quotes)

    def quote(self, frame: Frame) -> Quote:
        """A frame as evidence; the entry script goes by the name the person gave it."""
        source = self.script.path if self.script and self.in_script(frame) else frame.path
        return Quote(source=source, line=frame.line, text=line_of(frame, self.script) or f"in {frame.function}()")

    @cached_property
    def about(self) -> tuple[str, ...]:
        """Subjects by which the ranking ties this exception to what caused it."""
        entries = [f"phase:{self.phase.value}", *(f"exception:{name}" for name in _family_of(self.kind))]
        if self.error is not self.outer:
            entries += [f"exception:{name}" for name in _family_of(self.outer.type.rsplit(".", 1)[-1])]
        entries += [f"line:{line}" for line in self._lines]
        others = (f for link in self.chain for f in link.frames if f.own and not self.in_script(f))
        entries += [f"line:{base_name(frame.path)}:{frame.line}" for frame in others]
        entries += [f"module:{name}" for name in self.packages]
        entries += list(_details(self.error))
        if self.own is None and self.phase in (Phase.INIT, Phase.RUN):
            entries.append(f"name:{self.phase.value}")
        if self.phase is Phase.RUN and self.step.sample:
            entries.append(f"sample:{self.step.sample}")
        return tuple(dict.fromkeys(entries))

    @cached_property
    def _lines(self) -> tuple[int, ...]:
        """Lines of the entry script on the way to the exception, and the first line of each statement among them."""
        lines: list[int] = []
        for link in self.chain:
            for frame in link.frames:
                if self.in_script(frame):
                    lines.append(frame.line)
                    statement = statement_at(self.module, frame.line)
                    lines += [statement.lineno] if statement else []
        if not lines and self.module and self.phase in (Phase.INIT, Phase.RUN):
            function = self.module.functions.get(self.phase.value)
            lines += [function.lineno] if function else []
        return tuple(dict.fromkeys(lines))

    @property
    def _entry_frame(self) -> Frame | None:
        frames = (*self.outer.frames, *self.error.frames)
        return next((frame for frame in reversed(frames) if self.in_script(frame)), None)

    def finding(
        self,
        title: str,
        *,
        why: str = "",
        first: tuple[Quote, ...] = (),
        saw: tuple[Quote, ...] = (),
        about: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        no_fix: str | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        learn_more: tuple[str, ...] = (),
    ) -> Finding:
        """A finding about this exception: its quotes and subjects, then those given; `first` goes before all."""
        return Finding(
            title=title,
            why=why,
            evidence=(*first, *self.quotes, *saw),
            about=tuple(dict.fromkeys((*self.about, *about))),
            fixes=fixes,
            no_fix=no_fix,
            severity=severity,
            confidence=confidence,
            stage=self.stage,
            learn_more=learn_more,
        )


def probe_of(evidence: Evidence) -> Probe:
    """The probe's record. The engine runs a check only when what it needs is there, so it is."""
    assert isinstance(evidence.probe, Probe), "a check of the rehearsal declares needs=('probe',)"
    return evidence.probe


def script_of(evidence: Evidence) -> Script | None:
    """The entry script, when it was collected."""
    return evidence.script if isinstance(evidence.script, Script) else None


def failures(evidence: Evidence) -> tuple[Failure, ...]:
    """Every different exception that ended the import, init() or a first call of run()."""
    script = script_of(evidence)
    found: dict[object, Failure] = {}
    for step in probe_of(evidence).steps:
        if step.raised and step.outcome == "raised" and step.phase in STAGES:
            failure = Failure(step=step, outer=step.raised, error=telling(step.raised), script=script)
            own = failure.own
            key = (step.phase, failure.kind, (own.path, own.line) if own else failure.message)
            found.setdefault(key, failure)
    return tuple(found.values())


def telling(outer: Raised) -> Raised:
    """The exception of a chain that says what happened.

    A `raise` in the person's own code that translates an exception hides it: what it was raised from tells more. When
    a second attempt in an `except` block failed, that attempt tells. A library translates its own exceptions to be
    understood, so its last word counts, unless it wraps a missing module, file, host or memory.
    """
    error = outer
    while error.cause is not None:
        innermost = error.frames[-1] if error.frames else None
        by_hand = innermost is not None and innermost.own and innermost.code.lstrip().startswith("raise")
        wraps = error.explicit_cause and (
            error.cause.own_frame is not None or error.cause.type.rsplit(".", 1)[-1] in _WRAPPERS
        )
        same_kind = error.cause.type == error.type
        if not (by_hand or (wraps and not same_kind)):
            break
        error = error.cause
    return error


def chain_of(raised: Raised | None) -> Iterator[Raised]:
    """An exception, what it was raised from, and so on."""
    while raised is not None:
        yield raised
        raised = raised.cause


def place(step: Step) -> str:
    """What the probe was doing in a step, in words."""
    if step.phase is Phase.IMPORT:
        return "importing the entry script"
    if step.phase is Phase.INIT:
        return "init()"
    sample = f" with {step.sample}" if step.sample else ""
    extra = {Phase.REPEAT: ", second call", Phase.CONCURRENT: ", calls at the same time"}.get(step.phase, "")
    return f"run(){sample}{extra}" if step.phase is not Phase.START else "starting"


def line_of(frame: Frame, script: Script | None) -> str:
    """The source line of a frame, from the script's text where the frame has none."""
    if frame.code:
        return few_lines(frame.code)
    return parse(script.text).line(frame.line).strip() if script and same_file(frame.path, script.path) else ""


def same_file(one: str, other: str) -> bool:
    """True when two paths, one of which may be relative, can name one file."""
    left, right = one.replace("\\", "/"), other.replace("\\", "/")
    shorter, longer = sorted((left.removeprefix("./"), right.removeprefix("./")), key=len)
    return longer == shorter or longer.endswith(f"/{shorter}") or base_name(longer) == shorter


def statement_at(module: Module | None, line: int) -> ast.stmt | None:
    """The innermost statement that covers a line."""
    found: ast.stmt | None = None
    pending: list[ast.AST] = [module.tree] if module and module.tree else []
    while pending:
        for child in ast.iter_child_nodes(pending.pop()):
            decorators: list[ast.expr] = getattr(child, "decorator_list", [])
            first = min([d.lineno for d in decorators], default=getattr(child, "lineno", None))
            last = getattr(child, "end_lineno", None)
            if first is not None and last is not None and not first <= line <= last:
                continue
            if isinstance(child, ast.stmt):
                found = child
            pending.append(child)
    return found


def package_of(frame: Frame) -> str | None:
    """The top-level import name of the installed package that a frame lies in."""
    path = frame.path.replace("\\", "/")
    for folder in _PACKAGES:
        if folder in path:
            return path.rsplit(folder, 1)[1].split("/", 1)[0].removesuffix(".py")
    return None


def _family_of(kind: str) -> tuple[str, ...]:
    """An exception's name and those of the built-in classes that it belongs to."""
    known = getattr(builtins, kind, None)
    if not (isinstance(known, type) and issubclass(known, BaseException)):
        return (kind,)
    return tuple(c.__name__ for c in known.__mro__ if c not in (Exception, BaseException, object))


def name_in(error: Raised) -> str | None:
    """The Python name that a NameError or UnboundLocalError is about; older interpreters say it in the text alone."""
    if error.type.rsplit(".", 1)[-1] not in ("NameError", "UnboundLocalError"):
        return None
    if error.detail.get("name"):
        return str(error.detail["name"])
    said = re.search(r"(?:name|variable) '([^']+)'", error.message)
    return said.group(1) if said else None


def _details(error: Raised) -> Iterator[str]:
    kind = error.type.rsplit(".", 1)[-1]
    name, file = error.detail.get("name"), error.detail.get("filename")
    if variable := name_in(error):
        yield f"name:{variable}"
    if name and kind in ("ImportError", "ModuleNotFoundError"):
        yield f"module:{str(name).split('.', 1)[0]}"
        yield f"module:{name}"
    if file and kind not in ("SyntaxError", "IndentationError", "TabError"):
        yield f"file:{base_name(str(file))}"
        yield f"file:{file}"
