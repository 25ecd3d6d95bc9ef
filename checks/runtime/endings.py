"""How the probe's process ended, when it did not end by itself."""

from dataclasses import dataclass

from checks.evidence import Evidence, Exit, Frame, Phase, Script, Step
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.failures import STAGES, line_of, place, probe_of, same_file, script_of, statement_at
from checks.runtime.wording import base_name, few_lines

SAYS = {
    Phase.START: "the start",
    Phase.IMPORT: "the import of the script",
    Phase.INIT: "init()",
    Phase.RUN: "run()",
    Phase.REPEAT: "the second call of run()",
    Phase.CONCURRENT: "run(), called several times at once,",
}


@dataclass(frozen=True)
class Ending:
    """The exit of the process, and the step that it cut off."""

    exit: Exit
    step: Step | None
    script: Script | None

    @property
    def who(self) -> str:
        """What was running, as the subject of a sentence."""
        return SAYS[self.exit.phase]

    @property
    def stage(self) -> Stage:
        """The moment of the service's life."""
        return STAGES.get(self.exit.phase, Stage.RUN)

    @property
    def stack(self) -> tuple[Frame, ...]:
        """The stack at that moment, outermost frame first."""
        return self.exit.stack or (self.step.stack if self.step else ())

    @property
    def own(self) -> Frame | None:
        """The innermost frame of the person's own code."""
        return next((frame for frame in reversed(self.stack) if frame.own), None)

    @property
    def innermost(self) -> Frame | None:
        """The frame that was running, in whoever's code it is."""
        return self.stack[-1] if self.stack else None

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The person's line, the one of the entry script that led there, and the library's that was running."""
        quotes = []
        entry = next((f for f in reversed(self.stack) if self._in_script(f)), None)
        for frame in (self.own, entry):
            if frame and (quote := self._quote(frame)) not in quotes:
                quotes.append(quote)
        inner = self.innermost
        if inner and not inner.own:
            text = line_of(inner, None) or f"in {inner.function}()"
            quotes.append(Quote(source=_short(inner.path), line=inner.line, text=few_lines(text, 1)))
        return tuple(quotes)

    @property
    def about(self) -> tuple[str, ...]:
        """Subjects by which the ranking ties this end to what caused it."""
        entries = [f"phase:{self.exit.phase.value}"]
        from checks.entry_script.module import parse

        module = parse(self.script.text) if self.script else None
        for frame in self.stack:
            if self._in_script(frame):
                entries.append(f"line:{frame.line}")
                statement = statement_at(module, frame.line)
                entries += [f"line:{statement.lineno}"] if statement else []
        return tuple(dict.fromkeys(entries))

    def finding(
        self,
        title: str,
        *,
        saw: tuple[Quote, ...] = (),
        why: str = "",
        about: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        no_fix: str | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """A finding about this end. Several calls at once are what workers of Linux images never get: a warning."""
        told = place(self.step) if self.step else self.who
        evidence = (*self.quotes, *saw)
        return Finding(
            title=title,
            why=why,
            evidence=evidence or (Quote(source=f"probe: {told}", text="no line of the script was seen running"),),
            about=tuple(dict.fromkeys((*self.about, *about))),
            fixes=fixes,
            no_fix=no_fix,
            severity=severity or (Severity.WARNING if self.exit.phase is Phase.CONCURRENT else None),
            stage=self.stage,
        )

    def _in_script(self, frame: Frame) -> bool:
        return frame.own and self.script is not None and same_file(frame.path, self.script.path)

    def _quote(self, frame: Frame) -> Quote:
        source = self.script.path if self.script and self._in_script(frame) else frame.path
        return Quote(source=source, line=frame.line, text=line_of(frame, self.script) or f"in {frame.function}()")


def ending_of(evidence: Evidence) -> Ending | None:
    """How the process ended, None when it ended by itself."""
    probe = probe_of(evidence)
    if probe.exit is None:
        return None
    step = next((s for s in reversed(probe.steps) if s.outcome in ("timeout", "died")), None)
    return Ending(exit=probe.exit, step=step, script=script_of(evidence))


def _short(path: str) -> str:
    """The path of a library's file without the folders before the package."""
    for folder in ("/site-packages/", "/dist-packages/"):
        if folder in path:
            return path.rsplit(folder, 1)[1]
    return base_name(path)
