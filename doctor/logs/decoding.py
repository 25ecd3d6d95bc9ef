"""From bytes to text: encodings, also several in one file; colours, progress bars and whatever else terminals leave."""

import codecs
import re
from collections.abc import Iterable, Iterator

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 1 << 14  # bytes that tell what the rest is like
UNDECODED = "doctor.mixed"

# Escape sequences of ECMA-48: CSI, OSC and other strings, two-byte ones; and how syslog and terminals spell ESC.
_CONTROL = re.compile(
    rb"(?:\x1b|#033|\^\[)\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?"
    rb"|\xc2\x9b[0-?]*[ -/]*[@-~]"
)
# Colours whose ESC is written out, or was lost on the way, as web consoles leave them; not `[5m]`, a range of time.
_LEFTOVER = re.compile(rb"(?:\\(?:u001[bB]|x1[bB]|033|e))?\[(?:0|[349]\d|[01];\d{1,3}(?:;\d{1,3})*)m(?!\])")
_SIGNS = (b"\x1b", b"#033[", b"^[[", b"\x9b", b"[0m", b"\0", b"\b")
_UNWANTED = bytes(range(9)) + b"\x0b\x0c" + bytes(range(14, 32)) + b"\x7f"  # all controls but tab, LF and CR
_NOT_LETTERS = re.compile(r"[^a-zA-Z]+")


def _as_western(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace").replace("\ufffd", ""), error.end


codecs.register_error(UNDECODED, _as_western)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes of a file tell, and how many of them are its mark."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le", 0
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be", 0
    return "utf-8", 0


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8 without a mark; bytes that are no UTF-8 stay as they are."""
    decoder: codecs.IncrementalDecoder | None = None
    first = True
    for chunk in chunks:
        if first:
            encoding, mark = encoding_of(chunk)
            chunk = chunk[mark:]  # noqa: PLW2901
            first = False
            if encoding != "utf-8":
                decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
    if decoder:
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def plain(data: bytes) -> bytes:
    """UTF-8 without escape sequences and control characters. Line feeds and carriage returns stay."""
    return without_escapes(data).translate(None, _UNWANTED)


def without_escapes(data: bytes) -> bytes:
    """UTF-8 without what stands in the middle of words: colours, NULs. At the speed of memory where there is none."""
    sample = data[:SAMPLE]
    if b"\x1b" in data or b"#033[" in sample or b"^[[" in sample or b"\x9b" in data:
        data = _CONTROL.sub(b"", data)
    elif b"[0m" in sample:
        data = _LEFTOVER.sub(b"", data)
    return data.translate(None, b"\0\a\b") if b"\0" in data or b"\b" in data else data


def may_hold_escapes(data: bytes) -> bool:
    """Whether `without_escapes` may take anything out of it, or out of a part of it."""
    return any(sign in data for sign in _SIGNS)


def decode(data: bytes) -> str:
    """UTF-8 as text; single bytes that are none are read as Windows-1252."""
    return data.decode("utf-8", UNDECODED)


def settled(line: str) -> list[str]:
    """What a line says once the terminal is done with it: the last state of a progress bar, without line ends.

    Messages that a bar overwrote are there too, each for itself.
    """
    if "\r" not in line:
        return [line]
    states: list[str] = []
    letters = ""
    for state in line.rstrip("\r").split("\r"):
        if not state.strip():
            continue
        now = _NOT_LETTERS.sub("", state)
        if states and now == letters:
            states[-1] = state
        else:
            states.append(state)
        letters = now
    return states or [""]


def tidy(text: str) -> list[str]:
    """The lines of a text without what terminals leave, as `to_lines` makes them of bytes."""
    if "\x1b" in text or "\0" in text or "\b" in text:
        text = decode(plain(text.encode("utf-8", "replace")))
    lines = text.replace("\r\n", "\n").split("\n")
    return [state for line in lines for state in settled(line)] if "\r" in text else lines


def to_lines(data: bytes) -> tuple[list[str], list[int]]:
    """The lines of a whole text, and the number of each in the original."""
    encoding, mark = encoding_of(data)
    if encoding != "utf-8":
        data = data[mark:].decode(encoding, "replace").encode("utf-8", "replace")
    elif mark:
        data = data[mark:]
    data = plain(data)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        if b"\n" not in data:
            data = data.replace(b"\r", b"\n")
    texts = decode(data).split("\n")
    if b"\r" not in data:
        return texts, list(range(1, len(texts) + 1))
    pairs = [(number, state) for number, text in enumerate(texts, 1) for state in settled(text)]
    return [text for _, text in pairs], [number for number, _ in pairs]
