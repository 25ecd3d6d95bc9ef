"""Which Python inside a container the service uses, found without running anything in it.

Sources: the start scripts and folder layouts of the Azure ML inference images (`AZUREML_CONDA_ENVIRONMENT_PATH`,
`/azureml-envs/<name>`, `/opt/miniconda/envs/<name>`); pip's launcher scripts, whose first line names their interpreter.
"""

import posixpath
import re
import tarfile
from collections.abc import Iterator, Sequence
from itertools import pairwise

import docker.errors

from checks.containers import Container
from doctor.containers.engine import Engine, told
from doctor.containers.paths_inside import head, is_program, members, resolve

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # the engine's own, where the image sets none
SERVERS = ("azmlinfsrv", "gunicorn", "uvicorn", "hypercorn", "waitress-serve", "flask")
_PYTHON = re.compile(r"(?:python|pypy)[\d.]*\Z")
_CONDA_ROOTS = ("/opt/miniconda", "/opt/conda", "/root/miniconda3", "/opt/miniconda3", "/opt/anaconda3")
_SHARED = ("/bin", "/usr/bin", "/usr/local/bin")  # folders of programs for whichever interpreter
_ENVIRONMENTS = ("/azureml-envs", *(f"{root}/envs" for root in _CONDA_ROOTS))
_USUAL = (
    "/opt/venv/bin/python",
    "/venv/bin/python",
    "/app/.venv/bin/python",
    "/.venv/bin/python",
    *(f"{root}/bin/python" for root in _CONDA_ROOTS),
    "/usr/local/bin/python3",
    "/usr/bin/python3",
)
_EXECUTED_BY_SHELL = re.compile(rb"'''exec' \"?(/[^\"' \n]+)")  # pip and distlib, where the path has blanks or is long
_MOST_LISTED = 1 << 20  # bytes of an archive that are read to learn the first environment's name


def find_interpreter(engine: Engine, container: Container) -> str | None:
    """The absolute path inside of the Python that the service uses, None when there is no Python.

    Works on running, stopped and created containers. Raises CannotExamine when the engine does not answer.
    """
    return next(interpreters(engine, container), None)


def interpreters(engine: Engine, container: Container) -> Iterator[str]:
    """Every Python that may be meant, the likeliest first: of processes, command, server, PATH, and usual places."""
    return (path for path, _ in located_interpreters(engine, container))


def located_interpreters(engine: Engine, container: Container) -> Iterator[tuple[str, str]]:
    """As `interpreters`, each with its final place behind links, whose name often tells the version."""
    search = _Search(engine, container)
    seen: set[str] = set()
    for found in search.candidates():
        if found not in seen:
            seen.add(found)
            yield found, search.place(found)


class _Search:
    """One container, and what was already asked about its paths."""

    def __init__(self, engine: Engine, container: Container) -> None:
        self._engine, self._id, self._container = engine, container.id, container
        folders = [part.rstrip("/") for part in path_of(container).split(":") if part.startswith("/")]
        self._path = [part for part in dict.fromkeys(folders) if not part.endswith("/sbin")]  # a call each
        self._programs: dict[str, str | None] = {}  # their final places

    def candidates(self) -> Iterator[str]:
        for words in self._processes():
            yield from self._of_command(words)
        yield from self._of_command(self._container.words)
        if folder := self._container.environment.get("AZUREML_CONDA_ENVIRONMENT_PATH"):
            yield from self._existing(f"{folder.rstrip('/')}/bin/python", f"{folder.rstrip('/')}/bin/python3")
        for server in SERVERS[:2]:
            if script := self._on_path(server):
                yield from self._of_script(script)
        for folder in self._path:
            if folder.startswith(("/azureml-envs/", *(f"{root}/envs/" for root in _CONDA_ROOTS))):
                yield from self._existing(f"{folder}/python")
        yield from self._environments(_ENVIRONMENTS[:1])
        for name in ("python3", "python"):
            if found := self._on_path(name):
                yield found
        yield from self._environments(_ENVIRONMENTS[1:])
        yield from self._existing(*_USUAL)

    def _processes(self) -> list[list[str]]:
        """Commands of the processes, those of a server first; none where nothing runs or the host has no `ps`."""
        if self._container.state.status not in {"running", "paused"}:
            return []
        with told(self._engine):
            try:
                table = self._engine.api.top(self._id, ps_args="-eo pid,args")
            except docker.errors.APIError:
                return []
        commands = [str(row[-1]).split() for row in table.get("Processes") or ()]
        return sorted(commands, key=lambda words: not any(posixpath.basename(word) in SERVERS for word in words[:3]))

    def _of_command(self, words: Sequence[str]) -> Iterator[str]:
        """The interpreter that a command line starts, also through `sh -c`, `conda run`, `tini --` and the like."""
        if named := _conda_environment(words):
            roots = [named] if named.startswith("/") else [f"{root}/envs/{named}" for root in _CONDA_ROOTS]
            yield from self._existing(*(f"{root}/bin/python" for root in (*roots, f"/azureml-envs/{named}")))
        first = [word for word in words[:1] if word.startswith("/")]  # what runs a script goes before its first line
        servers = [word for word in words if posixpath.basename(word) in SERVERS]
        for word in (*first, *servers, *words):
            if _PYTHON.match(posixpath.basename(word)):
                yield from self._existing(word) if word.startswith("/") else self._looked_up(word)
            elif word in servers and (script := word if word.startswith("/") else self._on_path(word)):
                yield from self._of_script(script)

    def _of_script(self, script: str) -> Iterator[str]:
        """The interpreter that the first line of a script names.

        In an environment of its own that is the one beside it: a file is read at twenty times the cost of a look.
        """
        folder = posixpath.dirname(script)
        if folder.endswith("/bin") and folder not in _SHARED and not folder.endswith("/.local/bin"):
            beside = list(self._existing(f"{folder}/python"))
            if beside:
                yield from beside
                return
        begin = head(self._engine, self._id, self.place(script), 1024) or b""
        if not begin.startswith(b"#!"):
            return
        if match := _EXECUTED_BY_SHELL.search(begin):
            yield from self._existing(match[1].decode("utf-8", "replace"))
            return
        words = begin[2:].split(b"\n", 1)[0].decode("utf-8", "replace").split()
        if words and posixpath.basename(words[0]) == "env":
            words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
        if words and _PYTHON.match(posixpath.basename(words[0])):
            yield from self._existing(words[0]) if words[0].startswith("/") else self._looked_up(words[0])

    def _environments(self, folders: Sequence[str]) -> Iterator[str]:
        """The first environment below each folder. A listing costs as much as the content: its beginning is read."""
        for folder in folders:
            if resolve(self._engine, self._id, folder) is None:
                continue
            with self._engine.archive(self._id, f"{folder}/.") as opened:
                name = _first_folder(opened[0]) if opened else None
            if name:
                yield from self._existing(f"{folder}/{name}/bin/python")

    def _looked_up(self, name: str) -> Iterator[str]:
        if found := self._on_path(name):
            yield found

    def _on_path(self, name: str) -> str | None:
        return next((f"{folder.rstrip('/')}/{name}" for folder in self._path if self._is_program(folder, name)), None)

    def _is_program(self, folder: str, name: str) -> bool:
        return any(True for _ in self._existing(f"{folder.rstrip('/')}/{name}"))

    def _existing(self, *paths: str) -> Iterator[str]:
        for path in paths:
            if path not in self._programs:
                found = resolve(self._engine, self._id, path)
                self._programs[path] = found[0] if found is not None and is_program(found[1]) else None
            if self._programs[path] is not None:
                yield path

    def place(self, path: str) -> str:
        """The final place of a program that was looked up."""
        return self._programs.get(path) or path


def _conda_environment(words: Sequence[str]) -> str | None:
    """`NAME` of `conda run -n NAME …` and `conda activate NAME`."""
    names = [posixpath.basename(word) for word in words]
    for index, name in enumerate(names):
        if name not in {"conda", "mamba", "micromamba", "activate"}:
            continue
        rest = list(words[index + 1 :])
        if name == "activate" or rest[:1] == ["activate"]:
            named = rest[1:] if rest[:1] == ["activate"] else rest
            return named[0] if named and not named[0].startswith("-") else None
        for option, value in pairwise(rest):
            if option in {"-n", "--name", "-p", "--prefix"}:
                return value
    return None


def _first_folder(stream: object) -> str | None:
    read = 0
    try:
        for member, _ in members(stream):
            name = posixpath.normpath(member.name)
            if member.isdir() and name != "." and "/" not in name:
                return name
            read += member.size
            if read > _MOST_LISTED:
                return None
    except tarfile.TarError:
        return None
    return None


def path_of(container: Container) -> str:
    """PATH inside, the engine's own where nothing sets it."""
    return container.environment.get("PATH") or PATH
