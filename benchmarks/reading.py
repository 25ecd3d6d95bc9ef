"""The checks that read: 500 scripts, all cores."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Ratio, command, in_turn

SCRIPTS = 500


def ratios() -> list[Ratio]:
    """Milliseconds a script, start-up of the command taken off, over scripts of 20 to 120 lines."""
    corpus = sorted((Path(__file__).parents[1] / "tests" / "scripts" / "correct").rglob("*.py"))
    assert corpus, "the corpus of correct scripts is missing"
    with tempfile.TemporaryDirectory() as name:
        one, many = Path(name, "one"), Path(name, "many")
        for folder, number in ((one, 1), (many, SCRIPTS)):
            folder.mkdir()
            for index in range(number):
                text = corpus[index % len(corpus)].read_text(encoding="utf-8")
                (folder / f"score_{index:03}.py").write_text(f"{text}\n# {index}\n", encoding="utf-8")
        doctor = Path(sys.executable).with_name("doctor")
        base, whole = in_turn(
            5,
            command(doctor, "check", "--no-run", "--fail-on", "never", one),
            command(
                doctor, "check", "--no-run", "--fail-on", "never", "-o", f"json={name}/out", *sorted(many.iterdir())
            ),
        )
    each = (whole - base) / (SCRIPTS - 1)
    return [
        Ratio(
            what=f"reading checks, each of {SCRIPTS} scripts",
            measured=f"{each * 1e3:.2f} ms",
            promised="< 5 ms",
            met=each < 0.005,
        )
    ]
