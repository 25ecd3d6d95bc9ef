"""Lines of large files: where they stand, growing, cut, with holes; what is found in them; the process that spools."""

import os
import random
from array import array
from pathlib import Path

import pytest

from checks.evidence import Log
from doctor.errors import ConfigError
from doctor.logs.levels import is_own_frame, level_of
from doctor.logs.line_index import CHUNK, Held, LineIndex
from doctor.logs.lines import FileLines, RecordedLines
from doctor.logs.scanning import Filter, Hits, chosen, find, searched
from doctor.logs.spool import Spooled
from doctor.logs.spooling import Ended, lines_of
from doctor.logs.wholes import Whole


def indexed(path: Path) -> LineIndex:
    index = LineIndex(Held.of(str(path)))
    while index.count():
        pass
    return index


def lines_in(path: Path) -> FileLines:
    lines = FileLines(Held.of(str(path)))
    while lines.index.count():
        pass
    return lines


@pytest.mark.parametrize("seed", range(6))
def test_every_line_stands_where_python_finds_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    longest = chance.choice([0, 3, 100, 3000, CHUNK * 2])
    data = b"".join(
        b"x" * chance.randint(0, longest) + b"\n" for _ in range(chance.randint(1, 3000 if longest < 9000 else 20))
    )
    data += b"no end" * chance.randint(0, 1)
    path = tmp_path / "some.log"
    path.write_bytes(data)
    index = indexed(path)
    lines = data.split(b"\n")
    lines = lines[:-1] if not lines[-1] else lines
    assert index.lines == len(lines)
    for at in [0, len(lines) - 1, *(chance.randrange(len(lines)) for _ in range(50))]:
        assert index.read(at, 1) == [(lines[at][:4096], len(lines[at]))]
        assert index.line_at(index.start(at)) == at
    first = chance.randrange(len(lines))
    assert [size for _, size in index.read(first, 40)] == [len(line) for line in lines[first : first + 40]]


def test_a_file_that_grows_within_a_line(tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(b"one\ntw")
    index = indexed(path)
    assert index.read(0, 9) == [(b"one", 3), (b"tw", 2)]
    with path.open("ab") as file:
        file.write(b"o\r\nthree\n")
    index.count()
    assert index.read(0, 9) == [(b"one", 3), (b"two", 3), (b"three", 5)]
    path.write_bytes(b"x\n")
    assert index.shrunk


def test_a_hole_is_passed(tmp_path: Path) -> None:
    path = tmp_path / "hole.log"
    with path.open("wb") as file:
        file.truncate(1 << 30)
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast\n")
    index = indexed(path)
    assert index.lines == 2
    assert index.read(1, 1) == [(b"last", 4)]


def test_a_key_that_begins_above_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "key.log"
    body = "\n".join(f"MIIEvQIBADANBgkqhkiG9w0BAQEFAAS{at:03}" for at in range(60))
    path.write_text(f"begin\n-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\nafter\n")
    lines = lines_in(path)
    assert lines.read(40, 2)[0].text == "***"
    assert lines.read(lines.count - 1, 1)[0].text == "after"


def test_gaps_of_a_kept_log_are_told() -> None:
    log = Log(source="x", text="a\nb\nc", numbers=(5, 6, 100), left_out=120, repeats=((6, 41),))
    lines = RecordedLines(log)
    texts = [line.text for line in lines.read(0, 99)]
    assert texts[0] == "… 4 lines left out"
    assert "… 40 lines like the one above" in texts[3]
    assert texts[-1].startswith("… 23 lines left out")
    assert lines.read(lines.place(100), 1)[0].text == "c"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-11-20 18:17:07,123 I [70] azmlinfsrv - well", "info"),
        ("2026-11-20 18:17:07,123 E [70] azmlinfsrv - not", "error"),
        ("ERROR:root:x", "error"),
        ("[2026-11-20 18:17:07 +0000] [7] [INFO] Starting gunicorn", "info"),
        ('{"level": "warning", "message": 1}', "warning"),
        ("E1120 18:17:07.000000 1 x.cc:1] no", "error"),
        ("sklearn.exceptions.NotFittedError: no", "error"),
        ("no errors here", ""),
        ("WARNING: an odd thing", "warning"),
    ],
)
def test_levels(tmp_path: Path, text: str, level: str) -> None:
    assert level_of(text) == level
    path = tmp_path / "one.log"
    path.write_text(f"first\n{text}\nlast\n")
    found = [place for some in chosen(lines_in(path), Filter(level="error")) for place in some]
    assert found == ([1] if level == "error" else []), "what is shown and what is filtered agree"


def test_frames_of_others_are_not_the_persons_own() -> None:
    assert is_own_frame('  File "/var/azureml-app/score.py", line 3, in init')
    assert not is_own_frame('  File "/opt/lib/python3.10/site-packages/joblib/x.py", line 3, in load')
    assert not is_own_frame('  File "<frozen importlib._bootstrap>", line 3, in x')


def test_searching_finds_each_line_once(tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(b"foo foo\nbar\n\x1b[31mFo\x1b[0mo\n\xff foo\n" + b"y" * CHUNK * 2 + b"\nfoo")
    lines = lines_in(path)
    assert [place for some in find(lines, searched("foo", is_regex=False)) for place in some] == [0, 2, 3, 5]
    assert [place for some in find(lines, searched("^$|r$", is_regex=True)) for place in some] == [1]
    with pytest.raises(ConfigError, match="no regular expression"):
        searched("(", is_regex=True)


def test_hits_go_around() -> None:
    hits = Hits(10)
    hits.add(array("Q", [12, 20]))
    hits.add(array("Q", [3]))
    hits.add(array("Q", [12, 20]))  # read again, since the log has grown meanwhile
    assert len(hits) == 3
    assert [hits.next(20, 1), hits.next(3, 1), hits.next(3, -1), hits.next(11, -1)] == [3, 12, 20, 3]
    assert hits.next(0, 1, lambda place: place == 20) == 20
    assert Hits(0).next(5, 1) is None


def test_very_long_lines_are_told_and_not_kept() -> None:
    pieces = [b"a\n", b"b" * (1 << 20), b"b" * 1000, b"\nc"]
    found = list(lines_of(iter(pieces)))
    assert found[0] == b"a"
    assert found[1].endswith(" … 1,000 more bytes".encode())
    assert found[2] == b"c"


async def test_a_spool_is_redacted_private_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_text("".join(f"line {at} password='hunter2-{at:06}'\n" for at in range(5000)), encoding="utf-16")
    spooled = Spooled(Whole(kind="file", name=str(path)))
    last = [one async for one in spooled.news()][-1]
    assert last == Ended()
    while spooled.lines.index.count():
        pass
    assert spooled.lines.count == 5000
    assert spooled.lines.read(4999, 1)[0].text == "line 4999 password='***'"
    assert b"hunter2" not in spooled.lines.index.file.read(1 << 20, 0)
    assert not os.fstat(spooled.lines.index.file.number).st_nlink, "the file has no name, and goes with who reads it"
    assert os.fstat(spooled.lines.index.file.number).st_mode & 0o077 == 0

    small = Spooled(Whole(kind="file", name=str(path)), most=80_000)
    last = [one async for one in small.news()][-1]
    assert isinstance(last, Ended)
    assert "only the first" in last.note
    assert 0 < small.lines.index.file.size <= 80_000


async def test_a_spool_ends_with_whoever_reads(tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_bytes("".join(f"line {at}\n" for at in range(400_000)).encode("utf-16"))
    spooled = Spooled(Whole(kind="file", name=str(path)))
    news = spooled.news()
    await anext(news)
    process = spooled._process
    assert process
    assert process.stdin
    process.stdin.close()
    async for _ in news:
        pass
    assert await process.wait() == 0
    await spooled.close()


async def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    spooled = Spooled(Whole(kind="file", name=str(tmp_path / "gone.log.gz")))
    (last,) = [one async for one in spooled.news()]
    assert isinstance(last, Ended)
    assert last.failed
    assert "No such file" in last.note
