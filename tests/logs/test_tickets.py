"""Tickets with a known truth: the first cause, the line that proves it, and silence about what is well."""

from pathlib import Path

import pytest

from benchmarks.tickets import main, mentions, score

FOLDER = Path(__file__).parents[1] / "tickets"
TICKETS = sorted(path.parent for path in FOLDER.glob("*/truth.json"))


@pytest.mark.parametrize("folder", TICKETS, ids=lambda folder: folder.name)
def test_ticket(folder: Path) -> None:
    found = score(folder)
    assert found.cause, found.said
    assert found.proof, found.said


def test_every_group_must_be_mentioned() -> None:
    assert mentions("The package Torch is missing", [["torch"], ["missing", "lack"]])
    assert not mentions("The package is missing", [["torch"], ["missing", "lack"]])
    assert mentions("anything", [])


def test_the_table_tells_families_and_origins(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(TICKETS[0]), "--least=100"]) == 0
    out = capsys.readouterr().out
    assert "\nfamily\n" in out
    assert "\nlog origin\n" in out
    assert out.rstrip().endswith("1      1      1      1")
    assert main([str(FOLDER / "nothing-here")]) == 2
