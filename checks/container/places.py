"""Where things lie inside: files by path, the mount over a path, the entry script, the model folder."""

import difflib
import posixpath
from dataclasses import dataclass
from functools import cached_property

from checks.containers import Container, FileInside, FileSystem, Folder, Inside, Mount
from checks.evidence import Evidence, Missing
from checks.runtime.paths import MODEL_SUFFIXES
from checks.runtime.wording import base_name

MODEL_DIR = "AZUREML_MODEL_DIR"
MASK = "***"  # what stands for a secret in a value


@dataclass(frozen=True)
class Entry:
    """The entry script: its path, and what names it (a variable, an option of the command)."""

    path: str
    named_by: str
    written: str


@dataclass(frozen=True)
class Places:
    """The files that were read inside, by absolute path."""

    inside: Inside

    @cached_property
    def files(self) -> dict[str, FileInside]:
        """Every entry of every folder that was read, and those folders themselves."""
        found = {
            folder.path.rstrip("/"): FileInside(
                path=folder.path, kind="folder", mode=folder.mode, uid=folder.uid, gid=folder.gid
            )
            for folder in self.inside.folders
            if folder.path != "/"
        }
        for folder in self.inside.folders:
            found |= {f"{folder.path.rstrip('/')}/{file.path}": file for file in folder.files}
        return found

    @cached_property
    def _folders(self) -> frozenset[str]:
        found = {folder.path.rstrip("/") for folder in self.inside.folders}
        for path, file in self.files.items():
            found |= {path} if file.kind == "folder" else set()
            above = posixpath.dirname(path)
            while above not in found and above != "/":
                found.add(above)
                above = posixpath.dirname(above)
        return frozenset(found)

    def covers(self, path: str) -> Folder | None:
        """The innermost folder that was read and would hold the path, when it was read as a whole."""
        covering = [folder for folder in self.inside.folders if within(path, folder.path)]
        nearest = max(covering, key=lambda folder: len(folder.path), default=None)
        return nearest if nearest and not nearest.truncated and not nearest.problem else None

    def has(self, path: str) -> bool:
        """True when a file or folder of that path was seen."""
        return path.rstrip("/") in self.files or path.rstrip("/") in self._folders

    def is_folder(self, path: str) -> bool:
        """True when a folder of that path was seen."""
        return path.rstrip("/") in self._folders

    def lacks(self, path: str) -> bool:
        """True when the place was looked at and nothing is there."""
        return self.covers(path) is not None and not self.has(path)

    def below(self, path: str) -> tuple[str, ...]:
        """Absolute paths of the files below a folder, links among them."""
        return tuple(p for p, file in self.files.items() if file.kind != "folder" and within(p, path))

    def is_empty(self, path: str) -> bool:
        """True when the folder was seen whole and no file is below it."""
        return self.is_folder(path) and self.covers(path) is not None and not self.below(path)

    def candidates(self, path: str, limit: int = 4) -> tuple[str, ...]:
        """Paths that may be meant, the likeliest first.

        The same name in another folder (or of another case) goes before a similar name, and that before the only file
        of the same kind below the same folder.
        """
        name = base_name(path)
        real = [p for p, file in self.files.items() if file.kind != "folder" and p != path]
        if "." not in name:
            real += [folder for folder in self._folders if folder != path]
        same = sorted((p for p in real if base_name(p) == name), key=lambda p: (_apart(p, path), p))
        cased = sorted((p for p in real if base_name(p).lower() == name.lower()), key=lambda p: (_apart(p, path), p))
        suffix = posixpath.splitext(name)[1].lower()
        kind = [p for p in real if suffix and p.lower().endswith(suffix)]
        close = difflib.get_close_matches(name, sorted({base_name(p) for p in kind}), n=3, cutoff=0.75)
        similar = sorted((p for p in kind if base_name(p) in close), key=lambda p: (_apart(p, path), p))
        models = [p for p in real if p.lower().endswith(MODEL_SUFFIXES)]
        only = models if len(models) == 1 and name.lower().endswith(MODEL_SUFFIXES) else []
        return tuple(dict.fromkeys((*same, *cased, *similar, *only)))[:limit]


def places_of(evidence: Evidence) -> Places:
    """The files inside. The engine runs a check only when what it needs is there, so they are."""
    assert isinstance(evidence.inside, Inside), "a check of files inside declares needs=('inside',)"
    return Places(evidence.inside)


def container_of(evidence: Evidence) -> Container:
    """The container."""
    assert isinstance(evidence.container, Container), "a check of a container declares needs=('container',)"
    return evidence.container


def tail(path: str, limit: int = 44) -> str:
    """The end of a long path, for a title: `…/churn/3/model.pkl`."""
    if len(path) <= limit:
        return path
    parts = path.split("/")
    kept = parts[-1]
    for part in reversed(parts[:-1]):
        if len(kept) + len(part) + 3 > limit:
            break
        kept = f"{part}/{kept}"
    return f"…/{kept}"


def within(path: str, folder: str) -> bool:
    """True when a path is the folder or lies below it."""
    root = folder.rstrip("/")
    return path.rstrip("/") == root or path.startswith(f"{root}/")


def mount_over(container: Container, path: str) -> Mount | None:
    """The innermost mount that a path lies on, None when it lies on the image's own files."""
    covering = [mount for mount in container.mounts if within(path, mount.target)]
    return max(covering, key=lambda mount: len(mount.target), default=None)


def file_system_of(inside: Inside, path: str) -> FileSystem | None:
    """The file system that a path lies on, as far as it was measured."""
    covering = [system for system in inside.file_systems if within(path, system.path)]
    return max(covering, key=lambda system: len(system.path), default=None)


def mount_named(mount: Mount) -> str:
    """A mount in words: `the folder /srv/app of the host`, `the volume models`."""
    if mount.kind == "bind":
        return f"the host's {mount.source or 'folder'}"
    if mount.kind == "volume":
        return f"the volume {mount.source}" if mount.source else "a volume"
    return "a tmpfs" if mount.kind == "tmpfs" else "a mount"


def mount_option(mount: Mount, source: str = "", target: str = "") -> str:
    """The option of `docker run` that makes this mount, with another source or target where one is given."""
    to = target or mount.target
    if mount.kind == "tmpfs":
        return f"--tmpfs {to}"
    return f"-v {source or mount.source or '<source>'}:{to}{'' if mount.writable else ':ro'}"


def is_server(container: Container) -> bool:
    """True when the command itself starts the inference server."""
    return container.server_options is not None or "azureml_inference_server_http" in container.words


def app_root(container: Container) -> str:
    """The root of the person's code, without a slash at its end."""
    return container.app_root.rstrip("/") or "/"


def entry_of(container: Container) -> Entry | None:
    """The entry script that the command or a variable names; None where nothing does, where what is named is unknown,
    and where the command starts another program than the inference server: that one does not read the variable.
    """
    if container.is_other_program:
        return None
    given = (container.server_options or {}).get("entry_script", "")
    variable = container.environment.get("AZUREML_ENTRY_SCRIPT", "")
    written = given if given and not given.startswith("--") else variable
    if not written or "$" in written or MASK in written or given.startswith("--"):
        return None
    by_variable = not given or "AZUREML_ENTRY_SCRIPT" in " ".join(container.command)
    named_by = "AZUREML_ENTRY_SCRIPT" if by_variable else "--entry_script"
    return Entry(path=container.entry_script, named_by=named_by, written=written)


def model_dir(container: Container) -> str | None:
    """The model folder as command or variable name it, absolute; None when neither does."""
    return container.model_dir if container.model_dir and MASK not in container.model_dir else None


def code_root(container: Container) -> str:
    """The folder of the person's code: that of the entry script, else the app root."""
    entry = entry_of(container)
    return posixpath.dirname(entry.path) if entry else app_root(container)


def served(evidence: Evidence) -> bool:
    """True when a request was answered by the script: what a log says of an earlier start is over."""
    if isinstance(evidence.answers, Missing):
        return False
    return any(
        one.status is not None and one.status < 300 and one.path.startswith("/score") for one in evidence.answers.items
    )


def _apart(one: str, other: str) -> int:
    """How far two paths lie from each other: the folders that they do not share."""
    left, right = one.split("/")[:-1], other.split("/")[:-1]
    shared = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        shared += 1
    return len(left) + len(right) - 2 * shared
