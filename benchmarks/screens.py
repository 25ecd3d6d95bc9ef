"""The screens: from the start to the first paint beside a bare Textual app, and from a key to its repaint."""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import Ratio, in_turn, show
from benchmarks.terminal import Terminal, percentile

ROUNDS = 9
KEYS = 200
LINES = 1_000_000
FINDINGS = 10_000
PROMISED = 0.050  # seconds from a key to its repaint, at the 95th percentile
TUI = (sys.executable, "-m", "doctor", "tui")
UP, DOWN, PAGE_DOWN, PAGE_UP = "\x1b[A", "\x1b[B", "\x1b[6~", "\x1b[5~"
BARE = """
from textual.app import App
from textual.widgets import Footer, Static
class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Static("1 targets")
        yield Footer()
Bare().run()
"""


def ratios() -> list[Ratio]:
    """The promises about screens."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return [_first_paint(folder), *_findings(folder), *_log(folder)]


def _first_paint(folder: Path) -> Ratio:
    ours, bare = in_turn(ROUNDS, _painted(TUI, folder), _painted((sys.executable, "-c", BARE), folder))
    measured = f"{ours / bare:.2f}x ({ours * 1e3:.0f} / {bare * 1e3:.0f} ms)"
    return Ratio("doctor tui, first paint / bare Textual app", measured, "< 1.5x", ours < 1.5 * bare)


def _painted(words: Sequence[str], folder: Path) -> Callable[[], None]:
    """A job that starts a program and waits until the screen is there."""

    def job() -> None:
        with Terminal(words, folder) as terminal:
            terminal.wait("1 targets")

    return job


def _findings(folder: Path) -> list[Ratio]:
    """Up and down a list of many findings."""
    record = folder / "many.json"
    record.write_text(json.dumps(report(FINDINGS)))
    with Terminal((*TUI, "--record", str(record)), folder) as terminal:
        terminal.wait("finding00000")
        terminal.settle()
        return [_repaint(terminal, f"{FINDINGS:,} findings")]


def _log(folder: Path) -> list[Ratio]:
    """Up and down a long log, and what it holds of memory."""
    short, long = folder / "short.log", folder / "long.log"
    short.write_text("".join(log_lines(1000)))
    with long.open("w") as file:
        file.writelines(log_lines(LINES))
    with _opened(short, folder) as terminal:
        base = terminal.memory
    with _opened(long, folder) as terminal:
        repaint = _repaint(terminal, f"{LINES:,} log lines")
        more = terminal.memory - base
    text = long.stat().st_size
    held = f"{more / 1e6:.0f} MB ({text / 1e6:.0f} MB of text)"
    return [repaint, Ratio(f"memory for {LINES:,} log lines", held, "< the text", more < text)]


def _opened(log: Path, folder: Path) -> Terminal:
    terminal = Terminal((*TUI, str(log)), folder)
    terminal.wait("inconclusive")
    terminal.press("3")
    terminal.settle()
    return terminal


def _repaint(terminal: Terminal, what: str) -> Ratio:
    keys = [(DOWN, DOWN, PAGE_DOWN, PAGE_DOWN, PAGE_UP, UP)[number % 6] for number in range(KEYS)]
    times = [terminal.press(key) for key in keys]
    slow, usual = percentile(times, 0.95), percentile(times, 0.5)
    measured = f"{slow * 1e3:.0f} ms (half below {usual * 1e3:.0f})"
    return Ratio(f"key to repaint, {what}, 95 %", measured, f"< {PROMISED * 1e3:.0f} ms", slow < PROMISED)


def log_lines(number: int) -> list[str]:
    """A log of so many lines."""
    return [f"2026-11-20 18:07:02,113 I [{n % 97}] azmlinfsrv - request {n} took {n % 300} ms\n" for n in range(number)]


def report(number: int) -> dict[str, object]:
    """A report of many findings, a tenth of them causes."""
    findings = [
        {
            "title": f"finding{n:05} of many",
            "id": f"entry-script.finding-{n}",
            "family": "entry-script",
            "why": "It stands here to be scrolled past.",
            "severity": "error" if n < number // 10 else "warning",
            "confidence": "certain",
            "stage": "init",
            "about": [f"line:{n}"],
            "evidence": [{"source": "score.py", "line": n + 1, "text": f"line {n + 1} of the script"}],
        }
        for n in range(number)
    ]
    return {
        "schema": "doctor.report/1",
        "version": "0",
        "target": {"kind": "script", "name": "score.py"},
        "verdict": "failing",
        "causes": findings[: number // 10],
        "findings": findings,
        "checks": {"passed": 0, "found": number},
    }


if __name__ == "__main__":
    show(ratios())
