"""Typing into a filter, the whole app on a terminal: from each letter to the repaint with what it leaves."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Ratio, show
from benchmarks.screens import FINDINGS, LINES, PROMISED, TUI, log_lines, report
from benchmarks.terminal import SILENCE, Terminal, percentile

ROUNDS = 2
QUIET = 0.06  # seconds without output after which nothing more comes; a caret blinks eight times as slowly
SETTLED = 0.3
BACK = "\x7f"


def ratios() -> Iterator[Ratio]:
    """The promises about filters."""
    with tempfile.TemporaryDirectory() as name:
        for measured in (_findings, _table, _log):
            yield measured(Path(name))


def _findings(folder: Path) -> Ratio:
    record = folder / "many.json"
    record.write_text(json.dumps(report(FINDINGS)))
    with Terminal((*TUI, "--record", str(record)), folder) as terminal:
        terminal.wait("finding00000")
        terminal.settle(SETTLED)
        terminal.press("/", QUIET)
        return _typed(terminal, "finding0123", f"{FINDINGS:,} findings")


def _table(folder: Path) -> Ratio:
    """Packages of which nobody asked for any."""
    bundle = folder / "many.zip"
    write_packages(bundle, FINDINGS)
    with Terminal((*TUI, "--record", str(bundle)), folder) as terminal:
        terminal.wait("score.py")
        terminal.settle(SETTLED)
        terminal.press("3")
        terminal.press("A")
        terminal.wait("package-00000")
        terminal.press("/", QUIET)
        return _typed(terminal, "package-0123", f"{FINDINGS:,} table rows")


def _log(folder: Path) -> Ratio:
    """To the letter and the first hits; the search of all lines goes on beside the screen, and into the next letter."""
    log = folder / "long.log"
    with log.open("w") as file:
        file.writelines(log_lines(LINES))
    with Terminal((*TUI, str(log)), folder) as terminal:
        terminal.wait("inconclusive")
        terminal.press("3")
        terminal.settle(SETTLED)
        terminal.press("/")
        terminal.press("r", sees="hit")
        return _typed(terminal, "equest 9999", f"{LINES:,} log lines", sees="hit")


def _typed(terminal: Terminal, words: str, what: str, sees: str = "") -> Ratio:
    keys = (words + BACK * len(words)) * ROUNDS
    times = [terminal.press(key, SILENCE if sees else QUIET, sees) for key in keys]
    slow, usual = percentile(times, 0.95), percentile(times, 0.5)
    measured = f"{slow * 1e3:.0f} ms (half below {usual * 1e3:.0f})"
    return Ratio(f"filter letter to repaint, {what}, 95 %", measured, f"< {PROMISED * 1e3:.0f} ms", slow < PROMISED)


def write_packages(path: Path, number: int) -> None:
    """A bundle of a target in which so many packages are installed."""
    import msgspec

    from checks.evidence import Evidence, Installed, Target
    from doctor.bundle.writing import write
    from doctor.diagnosis.call import Call
    from doctor.diagnosis.result import Diagnosis, Done
    from doctor.report import Report

    told = msgspec.convert(report(1), Report)
    installed = Installed(distributions={f"package-{n:05}": "1.0" for n in range(number)})
    evidence = Evidence(target=Target(kind="script", name="score.py"), installed=installed)
    one = Diagnosis(call=Call(kind="script", name="score.py"), report=told, evidence=evidence)
    write(path, Done(diagnosed=(one,)))


if __name__ == "__main__":
    show(ratios())
