"""What a container holds that stands still or keeps restarting, read through the engine's archive call."""

import ast
import re
from collections.abc import Iterable
from itertools import islice
from posixpath import basename, dirname, join, normpath

import msgspec

from checks.containers import Container, FileInside, Folder, Inside, ProcessInside, Socket
from checks.evidence import Missing
from doctor.collectors.environment import CONDA_NAMES
from doctor.containers.archived import LARGEST_BROUGHT, Archived, read_file, read_folder, read_text_file
from doctor.containers.brought import Brought
from doctor.containers.engine import Engine
from doctor.containers.failures import Refused
from doctor.containers.inside_records import (
    ENTRY_NAMES,
    as_text,
    code_folders,
    is_of_system,
    model_folders,
    model_places,
)
from doctor.containers.interpreters_inside import located_interpreters
from doctor.containers.paths_inside import head, resolve, stat
from doctor.containers.programs_inside import missing_programs

IN_MEMORY = "a file system in memory (tmpfs), whose files cannot be read from outside"
CANNOT_START = frozenset({1, 126, 127, 128, 255})  # codes of commands that the system would not execute
MOST_LINKED = 20
INIT_PROCESSES = frozenset({"tini", "dumb-init", "docker-init", "catatonit"})
MOST_ASKED = 40  # single paths that are asked for where a listing was cut off
NEEDED = ("requirements.txt", *CONDA_NAMES[:4], "config.json", "logging.json", "model_config_map.json")
_FILE_NAME = re.compile(r"[\w][\w./ -]*\.\w{1,12}\Z")
_PYTHON = re.compile(r"python(\d\.\d+)\Z")


def collect_frozen(engine: Engine, container: Container, brought: Brought) -> Inside | Missing:
    """Read the code and model folders of a container without running anything in it; small files are brought out.

    Missing where the engine cannot put its file system together, as of one whose mounts fail. Raises CannotExamine when
    the engine does not answer, or the container was removed.
    """
    still = Missing(reason=f"the container is {container.state.status}: nothing was executed in it")
    try:
        return read_frozen(engine, container, brought, listening=still, processes=still)
    except Refused as refused:
        engine.inspect(container.id)  # raises when it is not the files but the container that is gone
        return Missing(reason=str(refused))


def read_frozen(
    engine: Engine,
    container: Container,
    brought: Brought,
    *,
    listening: tuple[Socket, ...] | Missing,
    processes: tuple[ProcessInside, ...] | Missing,
) -> Inside:
    """What the archive call shows, with what another way showed of sockets and processes."""
    code, models = code_folders(container), model_folders(container)
    found: list[Archived] = []
    for path in [*code, *models]:
        if any(one.folder.path == path for one in found):
            continue
        if _is_in_memory(container, path):
            found.append(Archived(Folder(path=path, files=(), truncated=True, problem=IN_MEMORY)))
        elif derived := _part_of(found, path):
            found.append(Archived(derived))
        elif not is_of_system(path):
            wanted = _below(model_places(container))
            read = read_folder(engine, container.id, path, brought, wanted=wanted, texts=path in code)
            if read is not None:
                found.append(read)
    texts = {path: content for one in found for path, content in one.texts.items()}
    if not found:
        engine.inspect(container.id)  # raises when it is not the folders but the container that is gone
    folders = [one.folder for one in found]
    _ask_singly(engine, container, brought, folders, texts)
    _bring_linked(engine, container, brought, folders)
    texts |= _start_script(engine, container, texts)
    uid, name, groups = _user(engine, container)
    interpreter, place = next(located_interpreters(engine, container), (None, ""))
    return Inside(
        how="frozen",
        folders=tuple(folders),
        texts={path: as_text(content) for path, content in texts.items()},
        interpreter=interpreter,
        python=_version(engine, container, interpreter, place),
        shell=next((path for path in ("/bin/sh", "/bin/bash") if stat(engine, container.id, path)), None),
        user=name,
        uid=uid,
        groups=groups,
        missing_programs=missing_programs(engine, container),
        listening=listening,
        processes=processes,
    )


def _start_script(engine: Engine, container: Container, known: Iterable[str]) -> dict[str, bytes]:
    """The beginning of the script that is the command, where the command may not have been started."""
    state, words = container.state, list(container.command)
    if words and basename(words[0]) in INIT_PROCESSES:
        words = [word for word in words[1:] if not word.startswith("-")]
    first = words[0] if words else ""
    path = normpath(join(container.working_dir or "/", first))
    if "/" not in first or path in known or not (state.error or state.exit_code in CANNOT_START):
        return {}
    content = head(engine, container.id, path)
    return {} if content is None or b"\0" in content else {path: content}


def _is_in_memory(container: Container, path: str) -> bool:
    places = [mount.target.rstrip("/") + "/" for mount in container.mounts if mount.kind == "tmpfs"]
    return f"{path}/".startswith(tuple(places))


def _below(folders: Iterable[str]) -> "_Below":
    return _Below(tuple(folder.rstrip("/") + "/" for folder in folders if not is_of_system(folder)))


class _Below:
    """Whether a path lies in one of some folders."""

    def __init__(self, prefixes: tuple[str, ...]) -> None:
        self._prefixes = prefixes

    def __call__(self, path: str) -> bool:
        return path.startswith(self._prefixes)


def _part_of(found: list[Archived], path: str) -> Folder | None:
    """A folder that another one holds, which was read to its end."""
    for one in found:
        prefix = one.folder.path.rstrip("/") + "/"
        if one.folder.truncated or one.folder.problem or not path.startswith(prefix):
            continue
        name = path[len(prefix) :]
        own = next((file for file in one.folder.files if file.path == name), None)
        if own is None or own.kind != "folder":
            continue  # not there, or a link, which leads elsewhere
        return Folder(
            path=path,
            files=tuple(
                _renamed(file, file.path[len(name) + 1 :])
                for file in one.folder.files
                if file.path.startswith(name + "/")
            ),
            mode=own.mode,
            uid=own.uid,
            gid=own.gid,
        )
    return None


def _renamed(file: FileInside, path: str) -> FileInside:
    return msgspec.structs.replace(file, path=path)


def _ask_singly(
    engine: Engine, container: Container, brought: Brought, folders: list[Folder], texts: dict[str, bytes]
) -> None:
    """Files by name, where no listing tells: the entry script in any case, and what it may need behind a cut."""
    entry = container.entry_script
    if entry not in texts and not _is_listed_absent(folders, entry):
        _fetch(engine, container, brought, folders, texts, entry)
    names: list[str] = []
    for folder in folders:
        if folder.truncated and folder.path in code_folders(container):
            names += [f"{folder.path}/{name}" for name in (*ENTRY_NAMES, *NEEDED)]
    if is_of_system(container.app_root):
        names += [f"{container.app_root.rstrip('/')}/{name}" for name in (*ENTRY_NAMES, *NEEDED[:3])]
    for path in islice(dict.fromkeys(names), MOST_ASKED):
        if path not in texts:
            _fetch(engine, container, brought, folders, texts, path)
    if not any(folder.truncated for folder in folders):
        return
    modules, files = _named_in(texts, container)
    for path in islice(modules, MOST_ASKED):
        if path not in texts:
            _fetch(engine, container, brought, folders, texts, path)
    model_dir = container.model_dir
    if model_dir and any(folder.path == normpath(model_dir) and folder.truncated for folder in folders):
        for name in islice(files, MOST_ASKED):
            _note(engine, container, folders, f"{normpath(model_dir)}/{name}")


def _bring_linked(engine: Engine, container: Container, brought: Brought, folders: list[Folder]) -> None:
    """Model files that are links out of the folder that was read."""
    is_model = _below(model_places(container))
    paths = [f"{folder.path}/{file.path}" for folder in folders for file in folder.files if file.kind == "link"]
    for path in islice(filter(is_model, dict.fromkeys(paths)), MOST_LINKED):
        if not brought.path(path).is_file():
            read_file(engine, container.id, path, brought, LARGEST_BROUGHT)


def _is_listed_absent(folders: list[Folder], path: str) -> bool:
    """Whether a complete listing shows that no file, and no link, is at that path."""
    for folder in folders:
        prefix = folder.path.rstrip("/") + "/"
        if path.startswith(prefix) and not folder.truncated and not folder.problem:
            name = path[len(prefix) :]
            return not any(
                file.path == name or (file.kind == "link" and name.startswith(file.path + "/")) for file in folder.files
            )
    return False


def _fetch(
    engine: Engine,
    container: Container,
    brought: Brought,
    folders: list[Folder],
    texts: dict[str, bytes],
    path: str,
) -> None:
    content = read_text_file(engine, container.id, path, brought)
    if content is not None:
        texts[path] = content
        _note(engine, container, folders, path)


def _note(engine: Engine, container: Container, folders: list[Folder], path: str) -> None:
    """Put a file that was found by its name into the listing that had to leave it out."""
    for number, folder in enumerate(folders):
        prefix = folder.path.rstrip("/") + "/"
        name = path[len(prefix) :]
        if not path.startswith(prefix) or any(file.path == name for file in folder.files):
            continue
        found = resolve(engine, container.id, path)
        if found is None or found[1].is_folder:
            return
        entry = FileInside(path=name, size=found[1].size, mode=found[1].mode & 0o777)
        folders[number] = msgspec.structs.replace(folder, files=(*folder.files, entry))


def _named_in(texts: dict[str, bytes], container: Container) -> tuple[list[str], list[str]]:
    """Modules of the person's own that the scripts import, as paths, and what looks like names of files in them."""
    modules: dict[str, None] = {}
    names: dict[str, None] = {}
    for path, content in texts.items():
        if not path.endswith(".py"):
            continue
        try:
            tree = ast.parse(content)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            imported: list[str] = []
            if isinstance(node, ast.Import):
                imported = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported = [node.module]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                name = node.value.lstrip("/")  # of f"{folder}/name" too
                if _FILE_NAME.match(name):
                    names[normpath(name)] = None
            for name in imported:
                below = name.replace(".", "/")
                for folder in dict.fromkeys((container.app_root, dirname(path))):
                    modules[f"{folder.rstrip('/')}/{below}.py"] = None
                    modules[f"{folder.rstrip('/')}/{below}/__init__.py"] = None
    return list(modules), [name for name in names if ".." not in name.split("/")]


def _user(engine: Engine, container: Container) -> tuple[int | None, str | None, tuple[int, ...]]:
    """Number, name and groups of the user that the command gets, by the image's own tables, as for the engine."""
    name, _, group = container.user.partition(":")
    if name in {"", "0", "root"}:
        return 0, "root", (int(group) if group.isdigit() else 0,)
    rows = [line.split(":") for line in _table(engine, container, "/etc/passwd") if line.count(":") >= 3]
    row = next((row for row in rows if name in row[:1]), None) or next((row for row in rows if name == row[2]), None)
    uid = int(name) if name.isdigit() else int(row[2]) if row and row[2].isdigit() else None
    groups = [line.split(":") for line in _table(engine, container, "/etc/group") if line.count(":") >= 3]
    own = row[0] if row else name
    if group:
        gids = [int(g[2]) for g in groups if group in (g[0], g[2]) and g[2].isdigit()]
        gids = gids or ([int(group)] if group.isdigit() else [])
    else:
        gids = [int(row[3])] if row and row[3].isdigit() else [0]
        gids += [int(g[2]) for g in groups if own in g[3].strip().split(",") and g[2].isdigit()]
    return uid, own, tuple(dict.fromkeys(gids))


def _table(engine: Engine, container: Container, path: str) -> list[str]:
    return (head(engine, container.id, path, 1 << 18) or b"").decode("utf-8", "replace").splitlines()


def _version(engine: Engine, container: Container, interpreter: str | None, place: str) -> str | None:
    """The version that the name of the interpreter's own file, or its virtual environment, tells."""
    if interpreter is None:
        return None
    if match := _PYTHON.search(basename(place)):
        return match[1]
    settings = head(engine, container.id, f"{dirname(dirname(interpreter))}/pyvenv.cfg") or b""
    written = re.search(rb"^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)", settings, re.MULTILINE)
    return written[1].decode() if written else None
