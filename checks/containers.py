"""What was seen of a container: what its engine says of it, and what was read inside.

Fields of `Container` follow the answer of the engine's `GET /containers/{id}/json` and `GET /images/{id}/json`
(Docker Engine API 1.41). `Inside` holds what no engine tells; it is the same for a container in a pod.
"""

import re
import shlex
from itertools import pairwise
from posixpath import basename, join, normpath
from typing import Literal

from checks.finding import Record
from checks.missing import Missing

Status = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"]

OF_PODS = "kubernetes:"
"""What the address of an engine begins with that stands for a cluster; the API server's address follows."""

POD_LABELS = (
    "io.kubernetes.pod.name",
    "io.kubernetes.pod.namespace",
    "io.kubernetes.container.name",
    "doctor.workload",
    "doctor.image",
)
"""Labels of a pod's container: the kubelet's own three, what to change so that the pod changes (`Deployment/score`),
and the image as the pod names it."""


class Ended(Record, frozen=True):
    """One end of the container's command; `at` is a UTC time with a fraction of a second."""

    at: str
    exit_code: int
    oom_killed: bool = False


class ContainerState(Record, frozen=True):
    """Whether it runs, and how it last ended.

    `exit_code` and `signal` (`SIGKILL` for 137) are those of the last end, None while it has never ended. `error` are
    the engine's words when it could not start the command. `started` and `finished` are UTC times as
    `2026-11-20T18:07:02Z`, None for never. `restarts` counts those by the restart policy. `ends` are those that the
    engine remembers, oldest first; it forgets the oldest, and all when it starts anew.
    """

    status: Status
    exit_code: int | None = None
    signal: str | None = None
    oom_killed: bool = False
    error: str = ""
    started: str | None = None
    finished: str | None = None
    restarts: int = 0
    ends: tuple[Ended, ...] = ()


class HealthResult(Record, frozen=True):
    """One run of the health command; `output` is cut and redacted."""

    at: str
    exit_code: int
    output: str


class Health(Record, frozen=True):
    """The health check of image or container. Times are in seconds; `results` are the last runs, oldest first."""

    status: Literal["starting", "healthy", "unhealthy", "none"]
    test: tuple[str, ...]
    failing_streak: int = 0
    interval: float = 30.0
    timeout: float = 30.0
    start_period: float = 0.0
    retries: int = 3
    results: tuple[HealthResult, ...] = ()


class Limits(Record, frozen=True):
    """What the container may use: sizes in bytes, `cpus` in cores; None is no limit. `gpus` is -1 for all."""

    memory: int | None = None
    memory_and_swap: int | None = None
    cpus: float | None = None
    pids: int | None = None
    shared_memory: int | None = None
    read_only: bool = False
    privileged: bool = False
    dropped_capabilities: tuple[str, ...] = ()
    gpus: int = 0


class Port(Record, frozen=True):
    """A port of the container. `host_port` is None when it is exposed but not published, 0 when the engine chooses one
    at the next start.
    """

    container: int
    protocol: str = "tcp"
    host_ip: str | None = None
    host_port: int | None = None


class Mount(Record, frozen=True):
    """Something mounted over the image's files. `source` is the host's folder, or the volume's name; `size` of a tmpfs
    is its limit in bytes.
    """

    kind: Literal["bind", "volume", "tmpfs", "other"]
    target: str
    source: str = ""
    writable: bool = True
    size: int | None = None


class Image(Record, frozen=True, tag=True):
    """The image that the container was made from.

    `reference` is the name that was given, `names` and `digests` are what this image is called now. `replaced_by` is
    the id that `reference` stands for by now, when that is another image. `environment` are the names of the variables
    that the image sets; `replaced` are the image's values, without secrets, of those that the container sets otherwise.
    """

    id: str
    reference: str
    names: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    created: str | None = None
    os: str = "linux"
    architecture: str = ""
    user: str = ""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_dir: str = ""
    exposed: tuple[int, ...] = ()
    environment: tuple[str, ...] = ()
    replaced: dict[str, str] = {}
    size: int | None = None
    replaced_by: str | None = None


class EngineInfo(Record, frozen=True):
    """The engine and its host. `architecture` in the image's words (`amd64`, `arm64`); `address` names the socket."""

    address: str
    version: str = ""
    os: str = "linux"
    architecture: str = ""
    remote: bool = False


class Container(Record, frozen=True, tag=True):
    """What the engine says of a container.

    `command` is what is really executed: entrypoint and arguments. Values of `environment` are redacted. `labels` are
    those that tell who made it (`azureml-*`, compose, IoT Edge). With a `tty` its two streams are one.
    """

    id: str
    name: str
    engine: EngineInfo
    state: ContainerState
    image: Image | Missing
    created: str | None = None
    command: tuple[str, ...] = ()
    user: str = ""
    working_dir: str = ""
    environment: dict[str, str] = {}
    labels: dict[str, str] = {}
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    limits: Limits = Limits()
    restart_policy: str = "no"
    most_restarts: int = 0
    health: Health | None = None
    network_mode: str = "default"
    log_driver: str = "json-file"
    tty: bool = False

    @property
    def is_pod(self) -> bool:
        """True for a container of a pod. Its image is never known, so variables and command may be incomplete."""
        return self.engine.address.startswith(OF_PODS)

    @property
    def tells_all_variables(self) -> bool:
        """False for a pod nobody looked into: what its image sets is not known. Every image sets PATH."""
        return not self.is_pod or "PATH" in self.environment

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the command; those of a shell's `-c` one by one, with the container's variables put in."""
        return tuple(
            part
            for word in self.command
            for part in (_spoken(word, self.environment) if re.search(r"[\s;&|]", word) else (word,))
        )

    @property
    def server_options(self) -> dict[str, str] | None:
        """Options of `azmlinfsrv` on the command line (`entry_script`, `model_dir`, `port`); None without that command.

        They go before the variables. Source: azureml-inference-server-http 1.5.1, `amlserver.py`.
        """
        words = self.words
        at = next((index for index, word in enumerate(words) if basename(word) == "azmlinfsrv"), None)
        if at is None:
            return None
        rest = [part for word in words[at + 1 :] for part in (word.split("=", 1) if word.startswith("--") else [word])]
        return {option[2:]: value for option, value in pairwise(rest) if option.startswith("--")}

    @property
    def is_other_program(self) -> bool:
        """True when the command starts a program that reads no variable of Azure ML: `gunicorn app:app`,
        `python app.py`, `nginx`. What a start script leads to is not known by the command.
        """
        words = [word for word in self.words if not _ASSIGNED.match(word)]
        names = [basename(word) for word in words]
        if {"azmlinfsrv", "runsvdir", "runsv"} & set(names) or any(_OF_AZURE.search(word) for word in words):
            return False
        if any(name in _OTHER_SERVERS for name in names):
            return not {"entry:app", "wsgi:app", "wsgi:application"} & set(words)  # those of Azure ML until 2021
        first = next((name for name in names if name not in _BEFORE_A_PROGRAM), "")
        if not _INTERPRETER.fullmatch(first):
            return False
        given = [word for word in words[names.index(first) + 1 :] if word == "-m" or not word.startswith("-")]
        return bool(given)

    @property
    def app_root(self) -> str:
        """The root of the person's code: AML_APP_ROOT; else the working folder where the command is `azmlinfsrv`,
        `/var/azureml-app` for the images' own start scripts.
        """
        usual = "/var/azureml-app" if self.server_options is None else self._working_folder
        return self.environment.get("AML_APP_ROOT") or usual

    @property
    def entry_script(self) -> str:
        """The script that the server loads, a path inside: `--entry_script`, AZUREML_ENTRY_SCRIPT, else `main.py`."""
        if given := (self.server_options or {}).get("entry_script"):
            return normpath(join(self._working_folder, given))
        return normpath(join(self.app_root, self.environment.get("AZUREML_ENTRY_SCRIPT") or "main.py"))

    @property
    def model_dir(self) -> str | None:
        """The model folder inside: `--model_dir`, else AZUREML_MODEL_DIR; None where nothing sets it."""
        given = (self.server_options or {}).get("model_dir") or self.environment.get("AZUREML_MODEL_DIR")
        return normpath(join(self._working_folder, given)) if given else None

    @property
    def _working_folder(self) -> str:
        words = self.words
        changed = next((after for word, after in pairwise(words) if word == "cd"), "")
        return normpath(join(self.working_dir or "/", changed))


_ASSIGNED = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_OTHER_SERVERS = frozenset({"gunicorn", "uvicorn", "hypercorn", "waitress-serve", "flask", "nginx", "streamlit"})
_OF_AZURE = re.compile(r"azureml_inference_server_http|azureml-server|AZUREML_ENTRY_SCRIPT")
_BEFORE_A_PROGRAM = frozenset({"exec", "env", "tini", "dumb-init", "docker-init", "--", "-g", "sh", "bash", "-c"})
_INTERPRETER = re.compile(r"python[\d.]*|perl|node|java|ruby|php|dotnet|Rscript")


def _split(text: str) -> list[str]:
    """The words of a shell command, near enough."""
    try:
        return shlex.split(re.sub(r"([;&|]+)", r" \1 ", text))
    except ValueError:
        return text.split()


def _spoken(text: str, environment: dict[str, str]) -> list[str]:
    """The words that a shell makes of a text."""
    return [_VARIABLE.sub(lambda found: _value(found, environment), word) for word in _split(text)]


def _value(found: re.Match[str], environment: dict[str, str]) -> str:
    name, empty_too, instead = found["bare"] or found["name"], found["empty_too"], found["instead"]
    value = environment.get(name)
    return (value if value or (value is not None and not empty_too) else instead) or ""


_VARIABLE = re.compile(
    r"\$(?:(?P<bare>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<empty_too>:)?-(?P<instead>[^}]*))?\})"
)


class FileInside(Record, frozen=True):
    """One entry of a folder inside (or of the local source). `path` is relative to the folder; `mode` are permission
    bits (0o644), `digest` the SHA-256 of a file's content in hexadecimal where it was computed, `target` a link's.
    """

    path: str
    kind: Literal["file", "folder", "link", "other"] = "file"
    size: int = 0
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    digest: str | None = None
    target: str | None = None


class Folder(Record, frozen=True, tag=True):
    """A folder and all below it. `truncated` says that there was more.

    `mode`, `uid` and `gid` are the folder's own; `problem` says why its content could not be listed (`Permission
    denied`, `not a folder`), None when it could.
    """

    path: str
    files: tuple[FileInside, ...]
    truncated: bool = False
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    problem: str | None = None


class Socket(Record, frozen=True):
    """A TCP port that something listens on; `process` is its command where that could be found out."""

    address: str
    port: int
    process: str | None = None

    @property
    def is_loopback(self) -> bool:
        """True when only the container itself can connect."""
        return self.address.startswith("127.") or self.address in {"::1", "localhost"}


class ProcessInside(Record, frozen=True):
    """One process; `state` is the letter of /proc (R, S, D, Z), `memory` its resident set in bytes."""

    pid: int
    command: str
    parent: int = 0
    uid: int | None = None
    state: str = ""
    memory: int | None = None
    seconds: float | None = None


class MemoryUse(Record, frozen=True):
    """The memory of the whole container in bytes, as its control group counts it. `kills` by the OOM killer.

    `reclaimable` is the part of `current` that is file cache out of use, and no need of anybody's.
    """

    current: int | None = None
    reclaimable: int | None = None
    peak: int | None = None
    limit: int | None = None
    kills: int | None = None


class FileSystem(Record, frozen=True):
    """A file system that holds one of the folders that matter; `total` and `free` in bytes."""

    path: str
    total: int
    free: int
    kind: str = ""
    read_only: bool = False
    free_inodes: int | None = None


class TriedImport(Record, frozen=True):
    """One top-level import of the entry script, tried alone in a process of its own. `error` is the last line of the
    traceback, or what ended the process; None when it worked.
    """

    module: str
    seconds: float
    error: str | None = None
    version: str | None = None


class Inside(Record, frozen=True, tag=True):
    """What was read inside of the container.

    `how`: `running` (executed in it), `frozen` (its file system, while it stood still), `rehearsal` (in a throwaway
    container of the same image and mounts). `folders` are the code and model folders; `texts` are small text files
    by path, redacted. `interpreter` is the Python that the service uses, None when none was found. What is Missing says
    why. `missing_programs` are programs that the command needs and no folder of PATH has. `uid` and `groups` are those
    that a command inside gets, `user` their name (the number where it has none). `modules` are the names that the
    interpreter could import at the top level, by looking at its path; empty when it was not asked.
    """

    how: Literal["running", "frozen", "rehearsal"]
    folders: tuple[Folder, ...] = ()
    texts: dict[str, str] = {}
    interpreter: str | None = None
    python: str | None = None
    shell: str | None = None
    user: str | None = None
    uid: int | None = None
    groups: tuple[int, ...] = ()
    modules: tuple[str, ...] = ()
    missing_programs: tuple[str, ...] = ()
    listening: tuple[Socket, ...] | Missing = Missing(reason="not collected")
    processes: tuple[ProcessInside, ...] | Missing = Missing(reason="not collected")
    memory: MemoryUse = MemoryUse()
    file_systems: tuple[FileSystem, ...] = ()
    imports: tuple[TriedImport, ...] = ()

    def folder(self, path: str) -> Folder | None:
        """The folder of that path, None when it was not read or is not there."""
        return next((folder for folder in self.folders if folder.path.rstrip("/") == path.rstrip("/")), None)

    def file(self, path: str) -> FileInside | None:
        """The file of that absolute path, None when no folder that was read has it."""
        for folder in self.folders:
            prefix = folder.path.rstrip("/") + "/"
            if path.startswith(prefix):
                for file in folder.files:
                    if prefix + file.path == path:
                        return file
        return None


class LocalSource(Record, frozen=True, tag=True):
    """The person's own copy of the code (`--source DIR`): what should be inside."""

    path: str
    files: tuple[FileInside, ...]
    truncated: bool = False


class Answer(Record, frozen=True):
    """What came of one request. `status` is None when there was no answer, and `error` says why.

    `route`: `published` (from the host, through a published port) or `inside` (from the container to itself).
    `cut`: more came than `body` holds. `request_id` is by what the request can be told in the log.
    """

    method: str
    path: str
    route: Literal["published", "inside"]
    address: str
    status: int | None = None
    seconds: float = 0.0
    body: str = ""
    content_type: str = ""
    error: str | None = None
    sample: str | None = None
    cut: bool = False
    request_id: str = ""


class Answers(Record, frozen=True, tag=True):
    """The requests that were tried, in order."""

    items: tuple[Answer, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the requests, as the log may have them."""
        return frozenset(one.request_id for one in self.items)

    def first(self, path: str, route: str | None = None) -> Answer | None:
        """The first answer of that path (and route), None when it was not tried."""
        return next((one for one in self.items if one.path == path and route in {None, one.route}), None)
