"""Of what a script writes both ends are kept: its last lines tell why it ended."""

from pathlib import Path

from checks.evidence import Probe
from doctor.collectors.script import collect_script
from doctor.engine import Options, look, subject_of


def written(tmp_path: Path, body: str) -> Probe:
    path = tmp_path / "score.py"
    path.write_text(f"def init():\n{body}\n\n\ndef run(data):\n    return data\n", encoding="utf-8")
    subject = subject_of(path, Options())
    probe = look(subject, collect_script(path, subject.shown), {}).evidence.probe
    assert isinstance(probe, Probe)
    return probe


def test_a_long_output_says_what_is_left_out(tmp_path: Path) -> None:
    body = "    for n in range(20_000):\n        print('shard', n)\n    raise ValueError('cut off')"
    lines = written(tmp_path, body).stdout.text.splitlines()
    gap = next(n for n, line in enumerate(lines) if "bytes are left out here" in line)
    assert lines[0] == "shard 0"
    assert lines[-1] == "shard 19999"
    assert all(line.startswith("shard ") for n, line in enumerate(lines) if n != gap), "whole lines only"
    left_out = int(lines[gap].split()[1].replace(",", ""))
    kept = sum(len(line) + 1 for n, line in enumerate(lines) if n != gap)
    assert kept + left_out == sum(len(f"shard {n}\n") for n in range(20_000))


def test_where_both_ends_meet_nothing_is_missing(tmp_path: Path) -> None:
    body = "    for n in range(6_000):\n        print('shard', n)"
    assert written(tmp_path, body).stdout.text.splitlines() == [f"shard {n}" for n in range(6_000)]


def test_one_endless_line_is_not_begun_in_the_middle(tmp_path: Path) -> None:
    text = written(tmp_path, "    print('a' * 200_000 + 'z' * 20_000)").stdout.text
    assert text.startswith("aaa")
    assert "z" not in text
    assert "bytes are left out here" in text
