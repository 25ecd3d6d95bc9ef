"""Request bodies to try, and the model folder to try them with: given by the person, or found beside the script."""

import contextlib
import os
import re
from functools import lru_cache
from pathlib import Path

from checks.evidence import Sample
from doctor.errors import ConfigError

LARGEST_SAMPLE = 64 * 1024 * 1024  # bytes
_NOT_SENT = frozenset({".gz", ".html", ".pkl", ".xml", ".zip"})  # more often a page, a report, a model, an archive
_NOT_INPUT = re.compile(r"output|response|expected|result|swagger|schema|config|prediction", re.IGNORECASE)
_FOLDERS = ("samples", "sample", "payloads", "requests")
HEAD = 32  # bytes of a sample that are kept as they are
TRIED = 65_536  # bytes that tell whether a file is text
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_ALL_MODELS = "azureml-models"
_MODEL_FOLDERS = ("model", "models", "model_dir", "model-dir")


@lru_cache
def _name() -> re.Pattern[str]:
    from doctor.probe.probe import CONTENT_TYPES  # large: no start of a rehearsal waits for it

    endings = "|".join(sorted(ending[1:] for ending in set(CONTENT_TYPES) - _NOT_SENT))
    words = "sample|payload|request|example|input"
    return re.compile(rf"(?:.*[-_. ])?(?:{words})(?:[-_. ].*)?\.(?:{endings})\Z", re.IGNORECASE)


def find_samples(folder: Path) -> list[Path]:
    """Files beside the script whose names say that they are request bodies, at most five."""
    found: list[Path] = []
    for place in (folder, *(folder / name for name in _FOLDERS)):
        with contextlib.suppress(OSError):
            with os.scandir(place) as entries:
                names = sorted(entry.name for entry in entries)
            found += [place / name for name in names if _name().match(name) and not _NOT_INPUT.search(name)]
    return [path for path in found if path.is_file() and path.stat().st_size <= LARGEST_SAMPLE][:5]


def is_named_as_sample(path: Path) -> bool:
    """Whether a file's name says that it is a request body."""
    return bool(_name().match(path.name)) and not _NOT_INPUT.search(path.name)


def read_sample(path: Path) -> bytes:
    """The bytes of a sample. Raises ConfigError when it cannot be read or is larger than LARGEST_SAMPLE."""
    try:
        if path.is_dir():
            raise ConfigError(f"--sample {path} is a folder; give the file that holds one request body")
        if path.exists() and not path.is_file():
            raise ConfigError(f"--sample {path} is no regular file; give the file that holds one request body")
        if (size := path.stat().st_size) > LARGEST_SAMPLE:
            raise ConfigError(f"--sample {path} has {size / 1e6:.0f} MB; services refuse bodies of that size")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"--sample {path} cannot be read: {error.strerror}; check the path") from error


def describe(source: str, body: bytes) -> Sample:
    """The evidence of one request body."""
    encoding, other = _other_text(body)
    try:
        text: str | None = body.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    return Sample(
        source=source,
        text=text,
        size=len(body),
        raw=text is None,
        head=body[:HEAD].hex(),
        encoding=encoding,
        other_text=other,
    )


def _other_text(body: bytes) -> tuple[str | None, str | None]:
    """The encoding of text that is no UTF-8, and what it says: UTF-16 and UTF-32 by mark or zeros, else Windows'."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body, encoding)
    zeros = body[:64]
    if len(body) % 2 == 0 and b"\0" in zeros:
        for encoding, letters in (("utf-16-le", zeros[::2]), ("utf-16-be", zeros[1::2])):
            if b"\0" not in letters and zeros.count(0) >= len(zeros) // 2 - 2:
                return _decoded(body, encoding)
    if _is_utf8(body) or _CONTROL.search(body[:TRIED]):
        return None, None
    plain = sum(byte < 0x80 for byte in body[:TRIED])
    if plain < 0.6 * min(len(body), TRIED):
        return None, None
    found = _decoded(body, "cp1252")
    return found if found[0] else _decoded(body, "latin-1")


def _decoded(body: bytes, encoding: str) -> tuple[str | None, str | None]:
    try:
        return encoding, body.decode(encoding)
    except UnicodeDecodeError:
        return None, None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def find_model_folder(folder: Path) -> Path | None:
    """What `AZUREML_MODEL_DIR` should hold, when a folder beside the script says so by its name.

    `azureml-models/<name>/<version>` is taken when it is the only one; else `model`, `models`.
    """
    registered = folder / _ALL_MODELS
    if registered.is_dir() and (only := only_version(registered)) != registered:
        return only
    return next((folder / name for name in _MODEL_FOLDERS if (folder / name).is_dir()), None)


def only_version(folder: Path) -> Path:
    """`azureml-models/<name>/<version>` for an `azureml-models` that holds one model; any other folder as it is.

    So does the platform: AZUREML_MODEL_DIR is the version folder of the one model, or the folder of several.
    """
    versions = [path for path in folder.glob("*/*") if path.name.isdigit() and path.is_dir()]
    return versions[0] if folder.name == _ALL_MODELS and len(versions) == 1 else folder
