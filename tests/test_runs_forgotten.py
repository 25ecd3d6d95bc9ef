"""Runs that the engine has forgotten are found in the log by how every run begins, or left out."""

from dataclasses import dataclass

import pytest

from doctor.containers.container_logs import _forgotten
from doctor.containers.unweaving import Line


@dataclass(frozen=True)
class Told:
    """A log of `runs` runs; the last `known` are remembered by the engine."""

    runs: int
    known: int
    body: tuple[bytes, ...] = (b"loading", b"Traceback")

    def starts(self) -> tuple[list[Line], list[int]]:
        lines, starts = [], []
        for run in range(self.runs):
            starts.append(len(lines) + 1)
            texts = (b"2026-11-20 18:17:%02d started with pid %d" % (run, 70 + run), *self.body)
            lines += [Line(1, float(run), text) for text in texts]
        return lines, starts


@pytest.mark.parametrize(("runs", "known"), [(12, 6), (12, 1), (3, 2)])
def test_runs_that_begin_alike_are_counted(runs: int, known: int) -> None:
    lines, starts = Told(runs, known).starts()
    assert _forgotten(lines, starts[-known:], runs - 1) == tuple(starts[1:-known])


def test_a_line_that_comes_more_often_than_runs_is_no_beginning() -> None:
    lines, starts = Told(12, 6, (b"2026-11-20 18:17:00 started with pid 7",)).starts()
    assert _forgotten(lines, starts[-6:], 11) == ()


def test_runs_that_begin_in_several_ways_tell_nothing() -> None:
    lines, starts = Told(12, 6).starts()
    lines[starts[-1] - 1] = Line(1, 11.0, b"another beginning")
    assert _forgotten(lines, starts[-6:], 11) == ()


def test_where_all_are_known_nothing_is_looked_for() -> None:
    lines, starts = Told(7, 6).starts()
    assert _forgotten(lines, starts[1:], 6) == ()
    assert _forgotten(lines, [], 6) == ()
