"""From the words of a command line to the call that they mean."""

from collections.abc import Sequence
from pathlib import Path

from doctor.diagnosis.call import Call, Kind
from doctor.errors import ConfigError
from doctor.misread import WORDS, meant
from doctor.near import hint

MOST_BESIDE = 1000  # names of a folder that are looked at for one that is near


def call_of(words: Sequence[str], verb: str = "doctor tui") -> Call:
    """The call that `score.py`, `docker score`, `k8s deployment/score`, `url https://…` or `build.log` mean.

    Raises ConfigError for words that mean nothing; `verb` is what stood before them.
    """
    first = words[0]
    if not first.strip():
        choice = "leave it out to choose one on the screen, or name one" if verb == "doctor tui" else "name one"
        raise ConfigError(f"the target is empty; {choice}: {verb} score.py")
    if first in WORDS:
        is_bare = len(words) == 1 and first != "k8s"
        if is_bare or any(not word.strip() for word in words[1:]):
            what = "an address" if first == "url" else "a name"
            raise ConfigError(f"`{first}` needs {what} behind it: {verb} {first} {'URL' if first == 'url' else 'NAME'}")
        if len(words) > 3 or (len(words) == 3 and first != "k8s"):
            raise ConfigError(f"`{' '.join(words)}` names more than one target; name one")
        return Call(kind=WORDS[first], name="/".join(words[1:]))  # type: ignore[arg-type]
    if first.startswith(("http://", "https://")) and len(words) == 1:
        return Call(kind="url", name=first)
    if reason := meant(words, verb):
        raise ConfigError(reason)
    if len(words) > 1:
        raise ConfigError(f"`{' '.join(words)}` names more than one target; name one, or the folder that holds them")
    if script := _deployed(Path(first)):
        return Call(kind="script", name=str(script))
    return Call(kind=kind_of(Path(first), verb), name=first)


def _deployed(path: Path) -> Path | None:
    """The entry script that a deployment file names, if it is there: that is what can be diagnosed of it."""
    from doctor.cluster.manifest_paths import script_named_by

    script = script_named_by(path)
    return script if script and script.is_file() else None


def kind_of(path: Path, verb: str = "doctor tui") -> Kind:
    """What a file or folder is taken for. Raises ConfigError when it is not there."""
    from doctor.cluster.manifest_paths import is_meant, why_no_manifest
    from doctor.contract.documents import is_document

    try:
        is_folder = path.is_dir()
        if not is_folder and not path.exists():
            near = hint(path.name, _beside(path)) if path.name else ""
            raise ConfigError(f"{path} is not there{near}; check the path, or name a container: {verb} docker {path}")
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
    if reason := why_no_manifest(path):
        raise ConfigError(reason)
    return "manifest" if is_meant(path) else "log"


def _beside(path: Path) -> list[str]:
    """The names in the folder that a path means."""
    try:
        return [one.name for one, _ in zip(path.parent.iterdir(), range(MOST_BESIDE), strict=False)]
    except OSError:
        return []


def is_report(path: Path) -> bool:
    """Whether a file is a saved report or a support bundle, by its first bytes."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    return b'"doctor.report/' in head or (head.startswith(b"PK") and b"doctor.json" in head[:64])
