"""From a file or a stream to logs: compression, archives, encodings, formats; long ones reduced as they are read."""

from collections.abc import Iterable, Iterator
from itertools import chain
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

from checks.evidence import Log
from checks.logs.own_requests import marked
from doctor.errors import CannotExamine
from doctor.logs.allowance import Allowance
from doctor.logs.archives import kind_of, listed, members_of_tar, members_of_zip
from doctor.logs.decoding import as_utf8, decode, plain, to_lines
from doctor.logs.decompression import decompressed, pieces

WHOLE = 1 << 20  # bytes of a log that is kept as it is
WHOLE_LINES = 10_000
LARGEST_DOCUMENT = 32 << 20  # bytes of JSON that is read as one; more is read line by line
HEAD = 1 << 16  # bytes that tell a format
ARCHIVES = 2  # archives one inside the other


def read_logs(path: Path) -> Iterator[Log]:
    """The logs in one file: one, or for an archive one a member.

    Raises CannotExamine when the file is not there, is a folder, or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield from read_stream(str(path), stream)
    except FileNotFoundError as error:
        raise CannotExamine(f"{path} is not there; check the path") from error
    except IsADirectoryError as error:
        raise CannotExamine(f"{path} is a folder; give the files in it") from error
    except OSError as error:
        raise CannotExamine(f"{path} cannot be read: {error.strerror or error}; check its permissions") from error


def read_stream(name: str, stream: BinaryIO) -> Iterator[Log]:
    """The logs in a stream of bytes, `name` being what they are called. It is read once, piece by piece.

    Raises CannotExamine, after the logs that could be read, when something in it could not.
    """
    allowance = Allowance()
    chunks = allowance.packs(pieces(stream))
    try:
        yield from _read(name, chunks, stream if _goes_back(stream) else None, ARCHIVES, allowance)
    except CannotExamine:
        if not allowance.is_spent:  # of an archive that was not read to its end
            raise
    if allowance.is_spent:
        raise CannotExamine(allowance.told(name))


def read_text(name: str, chunks: Iterator[bytes]) -> Log:
    """The log in bytes that are text for certain, or are to be read as such: no archive, and not compressed."""
    return _log(name, chunks)


def _goes_back(stream: BinaryIO) -> bool:
    try:
        return stream.seekable()
    except (AttributeError, OSError, ValueError):
        return False


def _read(
    name: str, chunks: Iterator[bytes], stream: BinaryIO | None, archives: int, allowance: Allowance
) -> Iterator[Log]:
    raw = next(chunks, b"")
    content = decompressed(chain((raw,), chunks), allowance)
    head = next(content, b"")
    content = chain((head,), content)
    kind = kind_of(head, name, raw)
    if not kind:
        yield marked(_log(name, content))
        return
    if not archives:
        raise CannotExamine(f"{name} is an archive in an archive in an archive; unpack the outer ones")
    if kind == "tar":
        members = members_of_tar(content, name)
    elif stream and head == raw:
        allowance.packed = stream.seek(0, SEEK_END)  # not all of it is read, and not in its order
        members = members_of_zip(content, stream, name)
    else:
        members = members_of_zip(content, None, name)
    empty = True
    unread: list[str] = []
    for member, inside in members:
        if allowance.is_spent:
            return
        empty = False
        try:
            yield from _read(f"{name}!{member}", allowance.unpacks(inside), None, archives - 1, allowance)
        except CannotExamine as error:
            unread.append(str(error))
    if unread:
        raise CannotExamine(listed(unread))
    if empty and archives == ARCHIVES:
        raise CannotExamine(f"{name} holds no file with text; give the logs themselves")


def _log(name: str, content: Iterator[bytes]) -> Log:
    """One log, whole where it is short."""
    held: list[bytes] = []
    size = 0
    for chunk in content:
        held.append(chunk)
        size += len(chunk)
        if size > WHOLE:
            return _long(name, chain(held, content))
    return _short(name, b"".join(held))


def _short(name: str, data: bytes) -> Log:
    texts, numbers = to_lines(data)
    if _may_be_wrapped(texts[0], len(texts)):
        from doctor.logs import exports

        text = "\n".join(texts)
        found = exports.from_document(text)
        if found is None and (delimiter := exports.csv_dialect(text)):
            found = exports.in_order(list(exports.from_csv(text.splitlines(keepends=True), delimiter)))
        if found is not None:
            return _of_lines(name, [(one.number, line) for one in found for line in one.text.split("\n")])
    if '{"' in "".join(texts) or "{'" in texts[0]:
        texts, numbers = _json_lines(texts, numbers)
    return _of_lines(name, list(zip(numbers, texts, strict=True)))


def _may_be_wrapped(first: str, number: int) -> bool:
    """True when a first line could begin a JSON document or head a table."""
    begun = first.lstrip()
    return begun.startswith(("{", "[")) or (number > 1 and any(mark in first for mark in ",;\t"))


def _json_lines(texts: list[str], numbers: list[int]) -> tuple[list[str], list[int]]:
    """The lines, of those that are JSON records what they say."""
    from doctor.logs.exports import from_json_line

    told: list[str] = []
    of: list[int] = []
    for text, number in zip(texts, numbers, strict=True):
        said = from_json_line(text) if text[:1] in {"{", " ", "\t"} else None
        lines = [text] if said is None else said.split("\n")
        told += lines
        of += [number] * len(lines)
    return told, of


def _of_lines(name: str, lines: list[tuple[int, str]]) -> Log:
    """A log of numbered lines, reduced where there are many."""
    if len(lines) > WHOLE_LINES:
        from doctor.logs.reduction import reduce_lines

        return reduce_lines(name, lines)
    numbers = tuple(number for number, _ in lines)
    consecutive = numbers == tuple(range(1, len(lines) + 1))
    return Log(source=name, text="\n".join(text for _, text in lines), numbers=() if consecutive else numbers)


def _long(name: str, content: Iterator[bytes]) -> Log:
    """A log that is not held as a whole, unless it is a JSON document that is not too large for it."""
    from doctor.logs import exports
    from doctor.logs.reduction import reduce_chunks, reduce_lines

    chunks = _with_line_feeds(as_utf8(content))
    first = next(chunks, b"")
    chunks = chain((first,), chunks)
    head = decode(plain(first[:HEAD]))
    line = head.split("\n", 1)[0]
    if head.lstrip()[:1] in {"{", "["} and exports.from_json_line(line) is None:
        held, ended = _up_to(chunks, LARGEST_DOCUMENT)
        found = exports.from_document(decode(plain(held))) if ended else None
        if found is not None:
            return _of_lines(name, [(one.number, line) for one in found for line in one.text.split("\n")])
        chunks = chain((held,), chunks)
    elif delimiter := exports.csv_dialect(head):
        told = exports.from_csv(_text_lines(chunks), delimiter)
        return reduce_lines(name, ((one.number, line) for one in told for line in one.text.split("\n")))
    return reduce_chunks(name, chunks, exports.from_json_line)


def _up_to(chunks: Iterator[bytes], most: int) -> tuple[bytes, bool]:
    """The beginning, and whether that was all."""
    parts: list[bytes] = []
    size = 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            return b"".join(parts), False
    return b"".join(parts), True


def _text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of UTF-8, with their ends."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield decode(plain(line)) + "\n"
    if rest:
        yield decode(plain(rest))


def _with_line_feeds(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same with line feeds, where a file ends its lines with carriage returns alone."""
    first = next(chunks, b"")
    alone = b"\n" not in first and first.count(b"\r") > 1
    for chunk in chain((first,), chunks):
        yield chunk.replace(b"\r", b"\n") if alone else chunk
