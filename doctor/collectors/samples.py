"""Request bodies to try, and the model folder to try them with: given by the person, or found beside the script."""

import contextlib
import os
import re
from pathlib import Path

from checks.evidence import Sample
from doctor.errors import ConfigError

LARGEST_SAMPLE = 64 * 1024 * 1024  # bytes
_NAME = re.compile(
    r"(?:.*[-_. ])?(?:sample|payload|request|example|input)(?:[-_. ].*)?\.(?:json|bin|jpe?g|png|csv|txt)\Z",
    re.IGNORECASE,
)
_NOT_INPUT = re.compile(r"output|response|expected|result|swagger|schema|config|prediction", re.IGNORECASE)
_FOLDERS = ("samples", "sample", "payloads", "requests")
_ALL_MODELS = "azureml-models"
_MODEL_FOLDERS = ("model", "models", "model_dir", "model-dir")


def find_samples(folder: Path) -> list[Path]:
    """Files beside the script whose names say that they are request bodies, at most five."""
    found: list[Path] = []
    for place in (folder, *(folder / name for name in _FOLDERS)):
        with contextlib.suppress(OSError):
            with os.scandir(place) as entries:
                names = sorted(entry.name for entry in entries)
            found += [place / name for name in names if _NAME.match(name) and not _NOT_INPUT.search(name)]
    return [path for path in found if path.is_file() and path.stat().st_size <= LARGEST_SAMPLE][:5]


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
    try:
        return Sample(source=source, text=body.decode("utf-8"), size=len(body))
    except UnicodeDecodeError:
        return Sample(source=source, text=None, size=len(body), raw=True)


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
