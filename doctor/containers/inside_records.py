"""What `look_inside.py` is asked, and its answer as evidence.

wishes = wishes_of(container)
done = engine.execute(container.id, command(python, wishes))
document = answer_of(done.stdout)
inside_of(document, container, "running"), installed_of(document)
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from posixpath import dirname, normpath
from typing import Any, Literal

import msgspec

from checks.containers import (
    Container,
    FileInside,
    FileSystem,
    Folder,
    Inside,
    MemoryUse,
    ProcessInside,
    Socket,
    TriedImport,
)
from checks.evidence import Installed, Missing
from doctor.containers.brought import Brought
from doctor.redact import redact

LOOK_FILE = Path(__file__).with_name("look_inside.py")
SECONDS = 15  # of one look
_OF_THE_SYSTEM = re.compile(
    r"/(?:(?:bin|boot|dev|etc|lib(?:32|64|x32)?|proc|run|sbin|sys|usr/(?:local/)?(?:bin|etc|include|lib(?:32|64|exec|x32)?|sbin|share)"
    r"|var/(?:cache|lib|log|run|spool))(?:/.*)?"
    r"|home|media|mnt|opt|root|srv|tmp|usr|usr/local|usr/src|var|var/tmp)?\Z"
)
CODE_ROOTS = ("/var/azureml-app", "/structure/azureml-app")
MEASURED = ("/tmp", "/dev/shm")  # noqa: S108 places where services write
ENTRY_NAMES = ("main.py", "score.py")


def is_of_system(path: str) -> bool:
    """Whether a folder belongs to the operating system: nobody's code lies directly in it, and much else does."""
    return bool(_OF_THE_SYSTEM.match(normpath(path)))


def code_folders(container: Container) -> list[str]:
    """Folders inside that may hold the person's code, the likeliest first; those of the system only when named."""
    found = [container.app_root, *CODE_ROOTS]
    found += [one for one in (dirname(container.entry_script), container.working_dir) if one and not is_of_system(one)]
    return list(dict.fromkeys(normpath(path) for path in found))


def model_folders(container: Container) -> list[str]:
    """AZUREML_MODEL_DIR, and what is mounted into the container and is not code."""
    found = [container.model_dir] if container.model_dir else []
    mounts = [mount.target for mount in container.mounts if mount.kind in {"bind", "volume", "tmpfs"}]
    found += [target for target in mounts if not is_of_system(target)]
    return [path for path in dict.fromkeys(map(normpath, found)) if path not in code_folders(container)]


def model_places(container: Container) -> list[str]:
    """Where the files of the model lie: AZUREML_MODEL_DIR, or without it `azureml-models` of the code."""
    if container.model_dir:
        return [container.model_dir]
    return [f"{folder.rstrip('/')}/azureml-models" for folder in code_folders(container)]


def wishes_of(
    container: Container, *, imports: Sequence[str] = (), seconds: float = SECONDS, packages: bool = True
) -> dict[str, Any]:
    """What is looked at inside of a container. `imports` are modules to try, which runs code of the person's."""
    code = code_folders(container)
    folders = [{"path": path, "texts": True, "deep": not is_of_system(path)} for path in code]
    folders += [{"path": path, "deep": not is_of_system(path)} for path in model_folders(container)]
    source = container.environment.get("AZUREML_SOURCE_DIRECTORY")
    return {
        "folders": folders,
        "first": [container.entry_script, *(f"{folder}/{name}" for folder in code for name in ENTRY_NAMES)],
        "systems": list(dict.fromkeys([*code, *model_folders(container), container.working_dir or "/", *MEASURED])),
        "imports": list(imports),
        "path": [container.app_root, *([f"{container.app_root}/{source}"] if source else [])],
        "packages": packages,
        "seconds": seconds,
    }


def command(interpreter: str, wishes: dict[str, Any], file: str | None = None) -> list[str]:
    """The command that looks. `file` is where `look_inside.py` lies inside; None hands its text over."""
    what = [file] if file else ["-c", LOOK_FILE.read_text(encoding="ascii")]
    return [interpreter, "-I", "-B", "-S", *what, json.dumps(wishes)]


def answer_of(output: bytes) -> dict[str, Any] | None:
    """The document, None when the output holds none.

    A stranger's container wrote it, so its shape and its types are looked at before anything is made of it.
    """
    try:
        document = json.loads(output)
        text = json.dumps(document, ensure_ascii=False)
        document = json.loads(text.encode("utf-8", errors="replace"))  # half a surrogate pair is no text
        if not isinstance(document, dict) or document.get("format") != 1:
            return None
        _checked(_inside(document, "running", None))
        _checked(installed_of(document))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, msgspec.MsgspecError):
        return None
    return document


def _checked(record: Inside | Installed | Missing) -> None:
    """Raise ValidationError when a field is not of its type."""
    msgspec.convert(msgspec.to_builtins(record), type(record))


def inside_of(
    document: dict[str, Any], container: Container, how: Literal["running", "rehearsal"], brought: Brought | None = None
) -> Inside:
    """The evidence of a document. Texts are laid into `brought`, as they are; those of the evidence are redacted."""
    if brought is not None:
        for path, content in document.get("texts", {}).items():
            brought.put(path, _decoded(content))
    return _inside(document, how, container.user or None)


def _inside(document: dict[str, Any], how: Literal["running", "rehearsal"], otherwise: str | None) -> Inside:
    user, python = document.get("user", {}), document.get("python", {})
    contents = {path: _decoded(content) for path, content in document.get("texts", {}).items()}
    processes, listening = document.get("processes"), document.get("listening")
    return Inside(
        how=how,
        folders=tuple(_folder(one) for one in document.get("folders", ())),
        texts={path: as_text(content) for path, content in contents.items()},
        interpreter=python.get("executable"),
        python=python.get("version"),
        shell=document.get("shell"),
        user=user.get("name") or (str(user["uid"]) if "uid" in user else otherwise),
        uid=user.get("uid"),
        groups=tuple(dict.fromkeys([*([user["gid"]] if "gid" in user else []), *user.get("groups", ())])),
        modules=tuple(document.get("packages", {}).get("modules", ())),
        listening=_not_read(document, "the table of sockets")
        if listening is None
        else tuple(Socket(address=a, port=p, process=redact(c) if c else None) for a, p, c in listening),
        processes=_not_read(document, "the list of processes")
        if processes is None
        else tuple(_process(one) for one in processes),
        memory=MemoryUse(**document.get("memory", {})),
        file_systems=tuple(
            FileSystem(**{name: value for name, value in one.items() if name != "mounted_at"})
            for one in document.get("systems", ())
        ),
        imports=tuple(
            TriedImport(**{**one, "error": redact(one["error"]) if one["error"] else None})
            for one in document.get("imports", ())
        ),
    )


def problems_of(document: dict[str, Any]) -> tuple[str, ...]:
    """What could not be looked at, in words."""
    found = [redact(f"{part}: {why}") for part, why in document.get("problems", ())]
    return (*found, *(["the time was up before everything was looked at"] if document.get("late") else []))


def installed_of(document: dict[str, Any], requirements_of: Iterable[str] = ()) -> Installed | Missing:
    """The distributions inside, and who provides which import. Missing says why they are not known.

    `requirements_of` are distributions (`name` or `name[extra]`): what these require, and what that requires in turn,
    becomes `requires`, by the markers of the interpreter inside.
    """
    packages = document.get("packages")
    if not packages:
        why = "; ".join(problems_of(document)) or "they were not asked for"
        return Missing(reason=f"the packages inside are not known: {why}")
    providers: dict[str, list[str]] = {}
    for name, tops in packages["tops"].items():
        for top in tops:
            providers.setdefault(top, []).append(name)
    return Installed(
        distributions=packages["versions"],
        providers={top: tuple(names) for top, names in providers.items()},
        requires=_closure(requirements_of, packages),
    )


def _closure(names: Iterable[str], packages: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    from packaging.utils import canonicalize_name

    found: dict[str, tuple[str, ...]] = {}
    read: dict[str, dict[str, list[str]]] = {}
    pending = list(names)
    while pending:
        name, _, extra = pending.pop().partition("[")
        name = canonicalize_name(name)
        key = f"{name}[{canonicalize_name(extra[:-1])}]" if extra else name
        if key in found or name not in packages["versions"]:
            continue
        if name not in read:
            lines = packages.get("requires", {}).get(name, ())
            read[name] = _requirements(name, lines, packages.get("markers", {}))
        found[key] = tuple(dict.fromkeys(read[name].get(key, ())))
        pending += [name, *found[key]]
    return found


def _requirements(name: str, lines: Collection[str], markers: dict[str, str]) -> dict[str, list[str]]:
    """Requirements of one distribution: `name` without an extra, `name[extra]` with it."""
    from packaging.markers import UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, list[str]] = {name: []}
    for line in lines:
        extra = re.search(r"extra\s*==\s*['\"]([\w.-]+)['\"]", line.partition(";")[2])
        wanted = extra[1] if extra else ""
        try:
            requirement = Requirement(line)
            if requirement.marker and not requirement.marker.evaluate({**markers, "extra": wanted}):
                continue
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        key = f"{name}[{canonicalize_name(wanted)}]" if wanted else name
        other = canonicalize_name(requirement.name)
        found.setdefault(key, []).append(other)
        found[key] += [f"{other}[{canonicalize_name(part)}]" for part in sorted(requirement.extras)]
    return found


def as_text(content: bytes) -> str:
    """The text of some bytes, redacted; what is no UTF-8 becomes U+FFFD."""
    return redact(content.decode("utf-8", errors="replace"))


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _folder(one: dict[str, Any]) -> Folder:
    files = tuple(
        FileInside(path=path, kind=kind, size=size, mode=mode, uid=uid, gid=gid, digest=digest, target=target)
        for path, kind, size, mode, uid, gid, digest, target in one["entries"]
    )
    return Folder(
        path=one["path"],
        files=files,
        truncated=one["truncated"],
        mode=one.get("mode", 0o755),
        uid=one.get("uid", 0),
        gid=one.get("gid", 0),
        problem=one.get("problem"),
    )


def _process(one: Sequence[Any]) -> ProcessInside:
    pid, parent, uid, state, memory, seconds, words = one
    return ProcessInside(
        pid=pid, parent=parent, uid=uid, state=state, memory=memory, seconds=seconds, command=redact(words)
    )


def _not_read(document: dict[str, Any], what: str) -> Missing:
    why = "; ".join(problems_of(document))
    return Missing(reason=f"{what} could not be read{f': {why}' if why else ''}")
