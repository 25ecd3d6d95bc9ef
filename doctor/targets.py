"""From the words of a command line to the call that they mean."""

from collections.abc import Sequence
from pathlib import Path

from doctor.diagnosis.call import Call, Kind
from doctor.errors import ConfigError

WORDS = {"docker": "container", "k8s": "workload", "url": "url"}


def call_of(words: Sequence[str]) -> Call:
    """The call that `score.py`, `docker score`, `k8s deployment/score`, `url https://…` or `build.log` mean.

    Raises ConfigError for words that mean nothing.
    """
    first = words[0]
    if first in WORDS:
        if len(words) == 1 and first != "k8s":
            raise ConfigError(f"`{first}` needs a name behind it: doctor tui {first} NAME")
        if len(words) > 3 or (len(words) == 3 and first != "k8s"):
            raise ConfigError(f"`{' '.join(words)}` names more than one target; name one")
        return Call(kind=WORDS[first], name="/".join(words[1:]))  # type: ignore[arg-type]
    if len(words) > 1:
        raise ConfigError(f"`{' '.join(words)}` names more than one target; name one, or the folder that holds them")
    if first.startswith(("http://", "https://")):
        return Call(kind="url", name=first)
    return Call(kind=kind_of(Path(first)), name=first)


def kind_of(path: Path) -> Kind:
    """What a file or folder is taken for. Raises ConfigError when it is not there."""
    from doctor.cluster.manifest_paths import is_meant
    from doctor.contract.documents import is_document

    try:
        is_folder = path.is_dir()
        if not is_folder and not path.exists():
            raise ConfigError(f"{path} is not there; check the path, or name a container: doctor tui docker {path}")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; check its permissions") from error
    if is_folder:
        return "folder"
    if path.suffix == ".py":
        return "script"
    if is_report(path):
        return "report"
    if is_document(path):
        return "document"
    return "manifest" if is_meant(path) else "log"


def is_report(path: Path) -> bool:
    """Whether a file is a saved report or a support bundle, by its first bytes."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    return b'"doctor.report/' in head or (head.startswith(b"PK") and b"doctor.json" in head[:64])
