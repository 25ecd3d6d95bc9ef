"""The log explorer: from a key to its repaint with a million lines, memory for each million, opening a large log."""

import asyncio
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer

from benchmarks.measure import Ratio, show
from checks.evidence import Evidence, Log, Logs, Target
from doctor.diagnosis.call import Call
from doctor.diagnosis.result import Diagnosis
from doctor.logs.line_index import Held
from doctor.logs.lines import FileLines
from doctor.report import CheckSummary, Report, Verdict
from tui.evidence.log_pane import LogPane

MILLION = 1_000_000
KEYS = ("down", "pagedown", "up", "pageup", "G", "g", "pagedown", "right", "left", "p")
ROUNDS = 20
AIM = 0.050
LARGE = 2 << 30


class _Painted(App[None]):
    """The explorer alone; `painted` is when the last cells were made for the terminal."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.painted = path, 0.0

    def compose(self) -> ComposeResult:
        yield LogPane()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(LogPane).show(_diagnosis(self.path))
        self.query_one(LogPane).view.focus()

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if hasattr(renderable, "render_segments"):
            renderable.render_segments(self.console)
        self.painted = time.perf_counter()


def ratios() -> list[Ratio]:
    """The promises about long logs."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(Path(folder, "million.log"), MILLION)
        plain, searched = asyncio.run(_keys(path, "")), asyncio.run(_keys(path, "line"))
        memory = _memory(path)
        large = _large(Path(folder, "large.log"), path)
        opened, counted = asyncio.run(_opened(large))
    return [
        _of_keys("key to repaint, a million lines, 95th percentile", plain),
        _of_keys("the same with a million hits of a search", searched),
        Ratio("memory for a million lines", f"{memory / 1e6:.2f} MB", "below 10 MB", memory < 10e6),
        Ratio("first lines of a 2 GB log", f"{opened * 1000:.0f} ms", "below 500 ms", opened < 0.5),
        Ratio("all its lines counted", f"{counted:.1f} s", "below 20 s", counted < 20),
    ]


def _of_keys(what: str, taken: list[float]) -> Ratio:
    at = sorted(taken)[int(len(taken) * 0.95)]
    middle = sorted(taken)[len(taken) // 2]
    return Ratio(what, f"{at * 1000:.0f} ms (median {middle * 1000:.0f} ms)", "below 50 ms", at < AIM)


def _written(path: Path, lines: int) -> Path:
    with path.open("w") as file:
        file.writelines(
            f"2026-11-20 18:17:07,{at % 1000:03} {'E' if at % 1000 == 0 else 'I'} [70] azmlinfsrv - line {at}, "
            "token checked, all is well\n"
            for at in range(lines)
        )
    return path


def _large(path: Path, piece: Path) -> Path:
    data = piece.read_bytes()
    with path.open("wb") as file:
        while file.tell() < LARGE:
            file.write(data)
    return path


def _diagnosis(path: Path) -> Diagnosis:
    target = Target(kind="log", name=str(path))
    report = Report(
        schema="doctor.report/1",
        version="0",
        target=target,
        verdict=Verdict.HEALTHY,
        causes=(),
        findings=(),
        checks=CheckSummary(passed=0, found=0),
    )
    evidence = Evidence(target=target, logs=Logs(items=(Log(source=str(path), text=""),)))
    return Diagnosis(call=Call(kind="log", name=str(path)), report=report, evidence=evidence)


async def _until(pilot: Pilot[None], seen: Callable[[], object]) -> None:
    while not seen():
        await asyncio.sleep(0.001)
    await pilot.pause()


async def _keys(path: Path, text: str) -> list[float]:
    """Seconds from each key to the last cells of what it changed."""
    app = _Painted(path)
    taken: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.query_one(LogPane)
        await _until(pilot, lambda: pane.lines and pane.lines.count == MILLION and pane.coming.share is None)
        if text:
            pane.start_search(text)
            await _until(pilot, lambda: not pane.search.running)
        for key in KEYS * ROUNDS:
            before = app.painted
            began = time.perf_counter()
            app.simulate_key(key)
            give_up = began + 1
            while app.painted == before and time.perf_counter() < give_up:
                await asyncio.sleep(0)
                if (
                    not app._message_queue.qsize()  # noqa: SLF001
                    and key in {"p", "left", "up", "g"}
                    and time.perf_counter() > began + 0.1
                ):
                    break  # nothing changed: there is nothing to paint
            if app.painted != before:
                await asyncio.sleep(0.002)
                taken.append(app.painted - began)
    return taken


def _memory(path: Path) -> int:
    tracemalloc.start()
    try:
        lines = FileLines(Held.of(str(path)))
        while lines.index.count():
            pass
        for at in range(0, MILLION, MILLION // 100):
            lines.read(at, 50)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


async def _opened(path: Path) -> tuple[float, float]:
    """Seconds until the first lines are painted, and until all are counted."""
    began = time.perf_counter()
    app = _Painted(path)
    async with app.run_test(size=(120, 40)) as pilot:
        pane = app.query_one(LogPane)
        await _until(pilot, lambda: "line 0" in pane.view.render_line(0).text)
        opened = app.painted - began
        await _until(pilot, lambda: pane.coming.share is None)
        return opened, time.perf_counter() - began


if __name__ == "__main__":
    show(ratios())
