"""The process that reads the whole of one log, redacts it, and writes it where the screen reads it.

It is given two open files that have no name, so that nothing stays behind whoever is killed: one for the lines, one for
a mark of each (`doctor.logs.lines.MARKS`). What it wants is said on standard input, news come on standard output, a
line each; it ends when standard input closes.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from checks.finding import Record
from doctor.logs.lines import BEGINS, STDERR
from doctor.logs.wholes import Whole

MOST = 4 << 30  # bytes of one spool
SHARE = 10  # of the free space that a spool may take: one part
LONGEST_LINE = 1 << 20  # bytes; the rest of a longer one is not kept
_TOGETHER = 2000  # lines that are written together
_PATIENCE = 0.1  # seconds until fewer are
_BEFORE = 120  # lines that tell whether a secret goes on

Marked = tuple[int, bytes]
"""The mark of a line, and the line without its end."""


class Wish(Record, frozen=True):
    """What is to be read, and how much of it at most; None: as much as the disk can spare."""

    whole: Whole
    most: int | None = None


class Wrote(Record, frozen=True, tag="wrote"):
    """There are more lines."""


class Ended(Record, frozen=True, tag="ended"):
    """No more lines come. `note` says why where that is not plain; `failed`: it was not the log's end."""

    note: str = ""
    failed: bool = False


News = Wrote | Ended


class Full(Exception):
    """The spool may not grow any more."""


class Spool:
    """Writes redacted lines, many at once where they come fast, and soon where they come slowly."""

    def __init__(self, text: int, marks: int, most: int) -> None:
        self.size = 0
        self._text, self._marks, self._most = text, marks, most
        self._pending: list[Marked] = []
        self._before: deque[str] = deque(maxlen=_BEFORE)
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._failed: Exception | None = None
        threading.Thread(target=self._write_soon, daemon=True).start()

    def add(self, mark: int, line: bytes) -> None:
        """One more line. Raises Full, and OSError when nothing can be written."""
        with self._lock:
            if self._failed:
                raise self._failed
            self._pending.append((mark, line))
            number = len(self._pending)
            if number >= _TOGETHER:
                self._write()
        if number == 1:
            self._some.set()

    def finish(self) -> None:
        """Write what is left."""
        with self._lock:
            if not self._failed:
                self._write()

    def _write_soon(self) -> None:
        while True:
            self._some.wait()
            time.sleep(_PATIENCE)
            with self._lock:
                self._some.clear()
                try:
                    self._write()
                except (Full, OSError) as error:
                    self._failed = error
                    return

    def _write(self) -> None:
        from doctor.redact import redact_lines

        if not self._pending:
            return
        marks = bytes(48 + mark for mark, _ in self._pending)
        texts = _texts([line for _, line in self._pending])
        self._pending.clear()
        known = len(self._before)
        clean = redact_lines("\n".join([*self._before, *texts])).split("\n")[known:]
        self._before.extend(text[:200] for text in texts)
        data = ("\n".join(clean) + "\n").encode("utf-8", "replace")
        if self.size + len(data) > self._most:
            raise Full
        _write_all(self._text, data)
        _write_all(self._marks, marks)
        self.size += len(data)
        tell(Wrote())


def _texts(lines: list[bytes]) -> list[str]:
    """Text without escapes; all at once where no line has any, which is several times as fast."""
    from doctor.logs.decoding import decode, may_hold_escapes, without_escapes

    whole = b"\n".join(lines)
    if not may_hold_escapes(whole) and whole.count(b"\n") == len(lines) - 1:
        return decode(whole).split("\n")
    return [decode(without_escapes(line)).replace("\n", " ") for line in lines]


def _write_all(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def tell(news: News) -> None:
    """Say it to whoever started this process."""
    sys.stdout.buffer.write(msgspec.json.encode(news) + b"\n")
    sys.stdout.buffer.flush()


def spare() -> int:
    """Bytes that a spool may take here."""
    return min(MOST, shutil.disk_usage(tempfile.gettempdir()).free // SHARE)


def main() -> None:
    """Read one wish, write the log, say how it ended."""
    wish = msgspec.json.decode(sys.stdin.buffer.readline(), type=Wish)
    threading.Thread(target=_until_left, daemon=True).start()
    most = spare() if wish.most is None else wish.most
    tell(_spooled(wish.whole, Spool(int(sys.argv[1]), int(sys.argv[2]), most), most))


def _spooled(whole: Whole, spool: Spool, most: int) -> Ended:
    from doctor.errors import CannotExamine
    from doctor.redact import redact_lines

    try:
        try:
            note = read_whole(whole, spool.add)
        finally:
            spool.finish()
    except Full:
        return Ended(note=f"only the first {most / 1e6:,.0f} MB are here: the disk has no room for more", failed=True)
    except CannotExamine as error:
        return Ended(note=redact_lines(str(error)), failed=True)
    except OSError as error:
        return Ended(note=f"no more could be read or written: {error.strerror or error}", failed=True)
    except Exception as error:
        return Ended(note=redact_lines(f"a bug in doctor: {type(error).__name__}: {error}"), failed=True)
    return Ended(note=note)


def read_whole(whole: Whole, add: Callable[[int, bytes], None], *, waits: bool = True) -> str:
    """Give every line of a log to `add`, with its mark; what is to be told of its end.

    `waits` False: only what was written so far. Raises CannotExamine and OSError.
    """
    if whole.kind == "container":
        from doctor.containers.following import follow

        return follow(whole.name, add, waits=waits)
    if whole.kind == "pod":
        from doctor.cluster.following import follow as follow_pod

        return follow_pod(whole, add, waits=waits)
    if whole.kind == "bundle":
        from doctor.bundle.logs_inside import read_log

        return read_log(whole, add)
    pieces = _of_file(whole.name) if whole.kind == "file" else _of_inside(whole)
    for line in lines_of(pieces):
        add(0, line)
    return ""


def lines_of(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their ends, of a very long one the beginning."""
    held, lost = b"", 0
    for piece in pieces:
        *lines, rest = piece.split(b"\n")
        for line in lines:
            yield _told(held + line, lost)
            held, lost = b"", 0
        held += rest
        if len(held) > LONGEST_LINE:
            lost += len(held) - LONGEST_LINE
            held = held[:LONGEST_LINE]
    if held:
        yield _told(held, lost)


def _told(line: bytes, lost: int) -> bytes:
    lost += max(0, len(line) - LONGEST_LINE)
    line = line[:LONGEST_LINE].removesuffix(b"\r")
    return line + f" … {lost:,} more bytes".encode() if lost else line


def _of_file(name: str) -> Iterator[bytes]:
    """A file in UTF-8, whatever it is compressed with or written in."""
    from doctor.errors import CannotExamine
    from doctor.logs.allowance import Allowance
    from doctor.logs.archives import kind_of, members_of_tar, members_of_zip
    from doctor.logs.decoding import as_utf8
    from doctor.logs.decompression import decompressed, pieces

    path, *members = name.split("!")
    allowance = Allowance()
    opened = []  # an archive that nobody holds any more closes its members
    with Path(path).open("rb") as stream:
        content = decompressed(allowance.packs(pieces(stream)), allowance)
        for number, wanted in enumerate(members):
            head = next(content, b"")
            whole = _chained(head, content)
            name = "!".join((path, *members[:number]))
            kind = kind_of(head, name)
            plain = stream if number == 0 and head[:2] == b"PK" else None
            if plain:
                allowance.packed = Path(path).stat().st_size
            found = members_of_zip(whole, plain, name) if kind == "zip" else members_of_tar(whole, name)
            opened.append(found)
            inside = next((inside for member, inside in found if member == wanted), iter(()))
            content = decompressed(allowance.unpacks(inside), allowance)
        yield from as_utf8(content)
    if allowance.is_spent:
        raise CannotExamine(allowance.told(path))


def _chained(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _of_inside(whole: Whole) -> Iterator[bytes]:
    """A file inside of a container."""
    from doctor.containers.engine import connect
    from doctor.containers.following import masked
    from doctor.containers.paths_inside import members, opened_at
    from doctor.errors import CannotExamine
    from doctor.logs.decoding import as_utf8

    with connect() as engine:
        masked(engine.inspect(whole.name))
        with opened_at(engine, whole.name, whole.path) as opened:
            for member, content in members(opened[0]) if opened else ():
                if content is None or not member.isreg():
                    break
                with closing(content):
                    yield from as_utf8(iter(lambda: content.read(1 << 20), b""))  # noqa: B023
                return
    raise CannotExamine(f"{whole.path} is no longer there, or is no file")


def _until_left() -> None:
    """End with whoever reads; the files have no name, and go with the last process that holds them."""
    while os.read(0, 1):
        pass
    os._exit(0)


assert STDERR | BEGINS < 10

if __name__ == "__main__":
    main()
