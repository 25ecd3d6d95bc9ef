"""What is said of a log in words: where one is, what was found, what is shown of it, and how it comes."""

from typing import TYPE_CHECKING

from checks.containers import Container
from checks.evidence import Probe
from checks.missing import Missing
from doctor.diagnosis.result import Diagnosis
from doctor.reports.clean import printable
from tui.evidence.log_bar import LogBar

if TYPE_CHECKING:
    from tui.evidence.log_base import LogBase


def empty(diagnosis: Diagnosis | None) -> str:
    """What to do where there is no log."""
    if diagnosis is None:
        return "No diagnosis yet. Choose a target (1): its logs are shown here."
    evidence = diagnosis.evidence
    if evidence and isinstance(evidence.probe, Probe):
        return (
            "The rehearsal wrote nothing: no print(), no log line, no warning.\n\nO shows what it did step by step. "
            "What a service writes where it runs is in the log of its container or pod (1 chooses one)."
        )
    why = (
        evidence.logs.reason if evidence and isinstance(evidence.logs, Missing) else "the report came without evidence"
    )
    return printable(
        f"No log: {why}.\n\nA running container and a pod bring their logs (1 chooses one); a log file is read with "
        "doctor tui FILE."
    )


def failed(pane: "LogBase") -> str:
    """Why not a line of the chosen log could be read; empty where one was, or may yet be."""
    loading, evidence = pane.coming, pane.diagnosis.evidence if pane.diagnosis else None
    if loading is None or loading.moving or not loading.failed or (pane.lines is not None and pane.lines.count):
        return ""
    known = evidence.logs.reason if evidence and isinstance(evidence.logs, Missing) else ""
    return printable(f"No log: {known or loading.note}")


def chips(pane: "LogBase") -> None:
    """How the chips stand."""
    bar, lines, wish = pane.query_one(LogBar), pane.lines, pane.wish
    there = lines is not None
    level = {"": "all levels", "warning": "warnings and up", "error": "errors"}[wish.level]
    bar.chip("level").tell(level, on=bool(wish.level), there=there)
    stream = {"": "both streams", "stderr": "stderr only", "stdout": "stdout only"}[wish.stream]
    bar.chip("stream").tell(stream, on=bool(wish.stream), there=lines is not None and lines.has_streams)
    runs = len(lines.starts) + 1 if lines is not None else 1
    were = _runs_there_were(pane)
    every = "all runs" if were <= runs else f"{runs} of {were} runs seen"
    run = every if wish.run is None else f"run {min(wish.run, runs - 1) + 1} of {runs}{' seen' if were > runs else ''}"
    bar.chip("run").tell(run, on=wish.run is not None, there=runs > 1)
    bar.chip("wrap").tell("wrapped" if pane.view.wrap else "wrap", on=pane.view.wrap, there=there)
    follow = "following" if pane.following else "follow"
    bar.chip("follow").tell(follow, on=pane.following, there=there)


def _runs_there_were(pane: "LogBase") -> int:
    """How often the engine says that the container ran; the log may hold fewer. 0 where nobody counted."""
    evidence = pane.diagnosis.evidence if pane.diagnosis else None
    container = evidence.container if evidence else None
    return container.state.restarts + 1 if isinstance(container, Container) and not container.is_pod else 0


def status(pane: "LogBase") -> str:
    """One line, the most wanted first."""
    view, loading, search = pane.view, pane.coming, pane.search
    if loading is None:
        return ""
    parts: list[str] = []
    rows = view.rows
    if len(rows):
        shown = f", {len(rows):,} shown" if rows.kept is not None else ""
        parts.append(f"line {rows.number(view.cursor):,} of {rows.last_number:,}{shown}")
        low, high = sorted((view.begin, view.cursor))
        parts += [f"{high - low + 1:,} selected (c copies)"] if high > low else []
    elif pane.choice is not None:
        parts.append("looking" if pane.choice.running else "no line fits the filter; escape shows all")
    elif not loading.moving and not loading.failed:
        parts.append("the log is empty")
    if search is not None:
        place = rows.place(view.cursor) if len(rows) else 0
        number = len(search.hits)
        at = f"{search.hits.rank(place) + 1:,} of " if place in search.hits else ""
        going = ", searching" if search.running else ""
        parts.append(
            f"{at}{number:,} {'hit' if number == 1 else 'hits'}{going}" if number or search.running else "no hit"
        )
        if place in search.hits and not view.shows_hit:
            parts.append("behind what is shown of this long line")
    proof = next((one for one in pane.proofs if len(rows) and pane.is_at(one.number)), None)
    if proof is not None:
        parts.append(f"proves: {proof.title}")
    if loading.share is not None:
        parts.append(f"counting lines, {loading.share:.0%}")
    elif loading.moving and loading.whole is None and loading.offer.whole:
        parts.append("reading the whole log")
    if loading.note and not failed(pane):
        parts.append(loading.note)
    return printable(" · ".join(parts))
