"""What a body of bytes is, by its first bytes; what a text of base64 holds, in the same way."""

import base64
import binascii
import re
from dataclasses import dataclass

from checks.evidence import Sample

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image", "image"),
    (b"\xff\xd8\xff", "a JPEG image", "image"),
    (b"GIF8", "a GIF image", "image"),
    (b"II*\0", "a TIFF image", "image"),
    (b"MM\0*", "a TIFF image", "image"),
    (b"%PDF-", "a PDF document", "document"),
    (b"PK\x03\x04", "a ZIP archive (also .xlsx, .docx and .npz are one)", "archive"),
    (b"\x1f\x8b", "gzip-compressed data", "compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data", "compressed"),
    (b"BZh", "bzip2-compressed data", "compressed"),
    (b"\xfd7zXZ\0", "xz-compressed data", "compressed"),
    (b"PAR1", "a Parquet file", "table"),
    (b"ARROW1", "an Arrow file", "table"),
    (b"Obj\x01", "an Avro file", "table"),
    (b"\x93NUMPY", "a NumPy file (.npy)", "array"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", "array"),
    (b"ID3", "an MP3 recording", "audio"),
    (b"fLaC", "a FLAC recording", "audio"),
    (b"OggS", "an Ogg recording", "audio"),
    (b"SQLite format 3\0", "an SQLite database", "table"),
    (b"\x7fELF", "a program", "program"),
    (b"MZ\x90\0", "a program", "program"),
)
_PICKLE = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?[\x28-\x7d\x80-\x97c]", re.DOTALL)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}(?:\s*[A-Za-z0-9+/_-]+)*={0,2}\s*\Z")
DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)


@dataclass(frozen=True)
class Content:
    """`name` reads on after "the body is"; `kind` is image, audio, table, array, compressed …"""

    name: str
    kind: str


def content_of(sample: Sample) -> Content | None:
    """What the first bytes tell; None for text, and for bytes without a known beginning."""
    return told_by_head(bytes.fromhex(sample.head))


def told_by_head(head: bytes) -> Content | None:
    """The same of the first bytes themselves."""
    for magic, name, kind in _MAGIC:
        if head.startswith(magic):
            return Content(name, kind)
    if head[:4] == b"RIFF" and len(head) >= 12:
        forms = {b"WAVE": ("a WAV recording", "audio"), b"WEBP": ("a WebP image", "image"), b"AVI ": ("a film", "film")}
        if head[8:12] in forms:
            return Content(*forms[head[8:12]])
    if head[4:8] == b"ftyp":
        return Content("an MP4 film or a HEIC image", "film")
    if (
        head[:2] == b"BM"
        and len(head) >= 18
        and head[6:10] == b"\0\0\0\0"
        and head[14:18] in (b"\x28\0\0\0", b"\x7c\0\0\0", b"\x6c\0\0\0")
    ):
        return Content("a BMP image", "image")
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return Content("an MP3 recording", "audio")
    if head[:2] in (b"\x78\x9c", b"\x78\x01", b"\x78\xda"):
        return Content("zlib-compressed data", "compressed")
    return Content("a pickle", "pickle") if _PICKLE.match(head) else None


def base64_of(text: str) -> Content | None:
    """What a text of base64 holds; None for other texts, also for a long number or word."""
    body = text.strip()
    if uri := DATA_URI.match(body):
        body = body[uri.end() :]
    plain = body[:4_000]
    if not _BASE64.match(plain if len(body) <= 4_000 else plain.rstrip("=")) or plain.isdigit():
        return None
    letters = "".join(plain.split())
    mixed = re.search(r"[a-z]", letters) and re.search(r"[A-Z]", letters) and re.search(r"[0-9+/=]", letters)
    try:
        cut = letters.rstrip("=")[:64]
        head = base64.b64decode(cut[: len(cut) // 4 * 4].replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        return None
    found = told_by_head(head[:32])
    if found:
        return found
    if not (uri or (mixed and (len(letters) % 4 == 0 or len(body) > 4_000))) or re.search(r"\s[^\s]{1,50}\s", plain):
        return None
    printable = head.isascii() and head.decode("ascii").isprintable()
    if printable:
        return Content("text" if head[:1] not in (b"{", b"[") else "JSON", "text")
    return Content("bytes", "bytes") if uri or "=" in letters[-2:] or len(letters) >= 64 else None
