"""The model folder: what each file is, by its bytes and never by loading it, and which library versions wrote it."""

import io
import os
import re
import stat
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from checks.evidence import Missing, ModelFile, ModelFolder
from doctor.collectors.pickled import Pickled, Tape, read_pickle, xgboost_version
from doctor.collectors.script import walk
from doctor.collectors.unpacked import compression, unpack

MOST_FILES = 2_000
MOST_OPCODES = 20_000  # of one pickle, about 30 ms; what follows is searched for names
ALL_OPCODES = 200_000  # of one folder; once they are used up only first bytes are looked at
OPENING = 200  # opcodes that opening an archive or a compressed file counts for
HEAD, TAIL = 4_096, 1_024  # bytes
MOST_MEMBERS = 20_000  # of a zip file
LARGEST_MEMBER = 64 * 1024 * 1024  # bytes

PICKLE_NAMES = re.compile(
    r"\.(?:pkl|pickle|pck|pcl|p|joblib|jbl|sav|model|dat)(?:\.(?:gz|z|bz2|xz|lzma))?\Z", re.IGNORECASE
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype html|<html|<head|<\?xml[^>]*>\s*<(?:html|error)\b)", re.IGNORECASE
)
_LFS = (b"version https://git-lfs", b"version https://hawser")
_TORCH_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch.save before 1.6: a magic number as its first pickle
_HEAP_STRING = re.compile(rb"([\x05-\x14])\0{7}(\d+\.\d+\.\d+[\w.-]*)")  # HDF5's heap of strings: length, then text


def collect_models(path: Path) -> ModelFolder | Missing:
    """Look at every file below `path`; a file stands for itself. Whatever cannot be read is told in its `note`."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Missing(reason=f"{path} cannot be read: {error.strerror or error}")
    if stat.S_ISREG(mode):
        return ModelFolder(path=str(path.parent), files=(_look(path, path.name, _Allowance()),))
    if not stat.S_ISDIR(mode):
        return Missing(reason=f"{path} is neither a folder nor a regular file")
    allowance = _Allowance()
    files: list[ModelFile] = []
    for name in walk(path):
        if len(files) == MOST_FILES:
            return ModelFolder(path=str(path), files=tuple(files), truncated=True)
        files.append(_look(path / name, name, allowance))
    return ModelFolder(path=str(path), files=tuple(files))


@dataclass
class _Allowance:
    """What may still be read of a folder."""

    opcodes: int = field(default_factory=lambda: ALL_OPCODES)

    def read(self, tape: Tape) -> Pickled:
        found = read_pickle(tape, min(MOST_OPCODES, self.opcodes))
        self.opcodes -= found.opcodes
        return found


def _look(file: Path, name: str, allowance: _Allowance) -> ModelFile:
    size = 0
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            return ModelFile(path=name, size=size, **_judge(stream, name, size, allowance))
    except OSError as error:
        return ModelFile(path=name, size=size, note=f"cannot be read: {error.strerror or error}")


def _judge(stream: io.BufferedReader, name: str, size: int, allowance: _Allowance) -> dict[str, Any]:
    """The fields of a ModelFile beyond its name and size."""
    head = stream.read(HEAD)
    if not head:
        return {"format": "empty"}
    if head.startswith(_LFS):
        return {"format": "git-lfs pointer"}
    if _HTML.match(head):
        return {"format": "html", "note": None if b"<html" in head.lower() else "an error answer of a storage service"}
    if plain := _by_magic(head, name, size):
        return plain
    stream.seek(max(0, size - TAIL))
    tail = stream.read(TAIL)
    stream.seek(0)
    if head.startswith((b"{", b"[")) or head.lstrip()[:1] in {b"{", b"["}:
        return _json(head, tail)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return _hdf5(stream, size)
    if allowance.opcodes <= 0:
        return {"format": "pickle" if _PROTOCOL.match(head) else "unknown", "note": "not followed: too much before it"}
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        allowance.opcodes -= OPENING
        return _zip(stream, tail, allowance)
    if how := compression(head):
        allowance.opcodes -= OPENING
        return _compressed(stream, how, allowance)
    if _PROTOCOL.match(head):
        return _pickle(Tape(stream, size), allowance, legacy_torch=head.startswith(_TORCH_LEGACY))
    if PICKLE_NAMES.search(name):
        found = allowance.read(Tape(stream, size))
        if found.ended == "stop" and found.opcodes > 1:  # protocol 0 or 1, which have no header
            return _described(found)
    return {"format": "text" if _is_text(head) else "unknown"}


_PROTOCOL = re.compile(rb"\x80[\x02-\x05]")


def _by_magic(head: bytes, name: str, size: int) -> dict[str, Any] | None:
    """Formats that their first bytes tell and that hold nothing more of interest."""
    if head.startswith(b"CBM1"):
        return {"format": "catboost"}
    if head.startswith(b"\x93NUMPY"):
        return {"format": "numpy"}
    if head.startswith(b"tree\nversion="):
        version = head[13:30].split(b"\n")[0].decode("ascii", errors="replace")
        return {"format": "lightgbm", "note": f"LightGBM's text format {version}"}
    if head.startswith(b"binf"):
        return {"format": "xgboost", "note": "the old binary format, without the version that wrote it"}
    if len(head) > 8 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] <= size:
        return {"format": "safetensors"}
    if name.lower().endswith(".onnx") and head[0] == 0x08:
        return {"format": "onnx", "note": _onnx_note(head)}
    return None


def _onnx_note(head: bytes) -> str:
    """IR version and producer: fields 1 to 3 of `ModelProto`. Source: ONNX, `onnx.proto`."""
    note, at = f"ONNX IR version {head[1]}", 2
    words: list[str] = []
    for tag in (0x12, 0x1A):
        if head[at : at + 1] != bytes([tag]):
            break
        length = head[at + 1]
        words.append(head[at + 2 : at + 2 + length].decode("utf-8", errors="replace"))
        at += 2 + length
    return f"{note}, written by {' '.join(words)}" if words else note


def _json(head: bytes, tail: bytes) -> dict[str, Any]:
    """JSON, and the two forms of XGBoost's own format that begin alike."""
    if b"learner" in head[:64]:
        version = xgboost_version(tail)
        return {"format": "xgboost", "versions": {"xgboost": version} if version else {}}
    note = "an error answer of a service" if re.match(rb'\s*\{\s*"(?:error|odata\.error|code)"', head) else None
    return {"format": "json", "note": note} if _is_text(head) else {"format": "unknown"}


def _hdf5(stream: IO[bytes], size: int) -> dict[str, Any]:
    """HDF5, and the version that Keras writes into the root group."""
    part = 1 << 20
    content = stream.read(part)
    if size > part:
        stream.seek(max(part, size - part))
        content += stream.read(part)
    if b"keras_version" not in content:
        return {"format": "hdf5"}
    version = next((m[2] for m in _HEAP_STRING.finditer(content) if len(m[2]) == m[1][0]), None)
    return {"format": "hdf5", "versions": {"keras": version.decode("ascii")} if version else {}}


def _compressed(stream: IO[bytes], how: str, allowance: _Allowance) -> dict[str, Any]:
    """A pickle that joblib, or gzip, has compressed."""
    if how == "lz4":
        return {"format": "joblib", "note": "compressed with lz4; its content was not read"}
    note = f"compressed with {how}"
    inner = unpack(stream, how)
    try:
        header = inner.peek(2)
    except EOFError:
        return {"format": "unknown", "note": f"begins like {how}, but does not unpack"}
    if not header:
        return {"format": "truncated pickle", "note": f"{note}, which ends before its first byte"}
    if not _PROTOCOL.match(header):
        return {"format": "unknown", "note": note}
    return _pickle(Tape(inner, None), allowance) | {"note": note}


def _pickle(tape: Tape, allowance: _Allowance, *, legacy_torch: bool = False) -> dict[str, Any]:
    if not legacy_torch:
        return _described(allowance.read(tape))
    parts = [allowance.read(tape)]  # magic number, protocol version, system information, the object
    while len(parts) < 4 and parts[-1].ended == "stop":
        parts.append(allowance.read(tape))
    return _described(parts[-1]) | {"format": "torch"}


def _described(found: Pickled) -> dict[str, Any]:
    kind = "truncated pickle" if found.ended == "cut" else "joblib" if found.joblib else "pickle"
    versions = dict(found.versions)
    if any(name.startswith("numpy._core.") for name in found.names):
        versions.setdefault("numpy", "2")  # the module that numpy 2 made of numpy.core
    notes = {"limit": "read in part", "garbled": "followed in part, then searched"}
    return {
        "format": kind,
        "protocol": found.protocol,
        "versions": versions,
        "modules": tuple(dict.fromkeys(name.split(".", 1)[0] for name in found.names)),
        "classes": tuple(map(str, found.names)),
        "note": notes.get(found.ended),
    }


def _zip(stream: io.BufferedReader, tail: bytes, allowance: _Allowance) -> dict[str, Any]:
    """A zip file: torch, Keras 3, or another."""
    import zipfile

    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 12:
        cut = "no central directory at its end: cut short, or with a long comment"
        return {"format": "zip", "note": cut}
    if struct.unpack("<H", tail[end + 10 : end + 12])[0] > MOST_MEMBERS:
        return {"format": "zip"}
    try:
        with zipfile.ZipFile(stream) as archive:
            return _members(archive, allowance)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, struct.error) as error:
        return {"format": "zip", "note": f"damaged: {error}"}


def _members(archive: Any, allowance: _Allowance) -> dict[str, Any]:
    by_name = {info.filename: info for info in archive.infolist()}
    data = next((info for name, info in by_name.items() if name == "data.pkl" or name.endswith("/data.pkl")), None)
    if data is not None:
        if data.file_size > LARGEST_MEMBER:
            return {"format": "torch"}
        with archive.open(data) as member:
            described = _pickle(Tape(io.BufferedReader(member), None), allowance)
        script = any("/code/" in name for name in by_name)
        return described | {"format": "torch", "note": "TorchScript" if script else described["note"]}
    if {"metadata.json", "config.json"} <= by_name.keys():
        import json

        if by_name["metadata.json"].file_size > HEAD:
            return {"format": "keras"}
        metadata = json.loads(archive.read("metadata.json"))
        version = metadata.get("keras_version") if isinstance(metadata, dict) else None
        return {"format": "keras", "versions": {"keras": version} if isinstance(version, str) else {}}
    return {"format": "zip"}


def _is_text(head: bytes) -> bool:
    try:
        head[: HEAD - 4].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in head
