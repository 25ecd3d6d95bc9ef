"""What journeys through logs share: an app with nothing but the explorer, logs of any length, diagnoses of them."""

from pathlib import Path

from screens.scenes import report_of
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer

from checks.evidence import Evidence, Log, Logs, Target
from checks.finding import Finding, Quote, Severity
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from tui.evidence.log_pane import LogPane


class LogApp(App[None]):
    """The explorer alone."""

    def __init__(self, diagnosis: Diagnosis | None = None) -> None:
        super().__init__()
        self.diagnosis = diagnosis

    def compose(self) -> ComposeResult:
        yield LogPane()
        yield Footer()

    def on_mount(self) -> None:
        self.pane.show(self.diagnosis)
        self.pane.view.focus()

    @property
    def pane(self) -> LogPane:
        return self.query_one(LogPane)

    def survive(self, error: Exception) -> None:
        raise error


def written(path: Path, lines: int, every: int = 1000) -> Path:
    """A log of many lines, of which some are errors."""
    with path.open("w") as file:
        file.writelines(
            f"2026-11-20 18:17:07,123 {'E' if at % every == 0 else 'I'} [70] azmlinfsrv - line {at} of it\n"
            for at in range(1, lines + 1)
        )
    return path


def diagnosis_of(*logs: Log, call: Call | None = None, proofs: dict[str, int] | None = None) -> Diagnosis:
    """A diagnosis with these logs; `proofs` are lines of the first one that prove a finding, by its title."""
    source = logs[0].source if logs else ""
    findings = tuple(
        Finding(
            id=f"logs.{title}", title=title, severity=Severity.ERROR, evidence=(Quote(source=source, text="", line=at),)
        )
        for title, at in (proofs or {}).items()
    )
    target = Target(kind="log", name=source)
    evidence = Evidence(target=target, logs=Logs(items=logs)) if logs else Evidence(target=target)
    return Diagnosis(
        call=call or Call(kind="report", name="saved.json"), report=report_of(target, *findings), evidence=evidence
    )


def of_file(path: Path, **proofs: int) -> Diagnosis:
    """The diagnosis of a log file, of which evidence has kept nothing but its name."""
    log = Log(source=str(path), text="")
    return diagnosis_of(log, call=Call(kind="log", name=str(path)), proofs=proofs)


def shown(pilot: Pilot[None]) -> list[str]:
    """The rows of the log on the screen."""
    app = pilot.app
    assert isinstance(app, LogApp)
    view = app.pane.view
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def said(pilot: Pilot[None]) -> str:
    """The line below the log."""
    return str(pilot.app.query_one("#log-status").render())
