"""Builders of what may have been seen of a container, for cases and tests."""

from checks.cases import container
from checks.containers import FileInside, FileSystem, Folder, Inside, LocalSource, Mount
from checks.evidence import Evidence, ModelFile, ModelFolder

APP = "/var/azureml-app"
MODELS = f"{APP}/azureml-models/churn/3"
SCRIPT = """import os
import joblib

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))

def run(data): return 1
"""
ENVIRONMENT = {"AML_APP_ROOT": APP, "AZUREML_ENTRY_SCRIPT": "score.py", "AZUREML_MODEL_DIR": MODELS}


def file(path: str, *, mode: int = 0o644, uid: int = 0, gid: int = 0, size: int = 100, digest: str = "") -> FileInside:
    """One file; a path that ends in a slash is a folder."""
    is_folder = path.endswith("/")
    if is_folder and mode == 0o644:
        mode = 0o755
    kind = "folder" if is_folder else "file"
    made: dict[str, object] = {"path": path.rstrip("/"), "kind": kind, "mode": mode, "uid": uid, "gid": gid}
    return FileInside(**made, size=size, digest=digest or None)  # type: ignore[arg-type]


def folder(path: str, *files: str | FileInside, truncated: bool = False) -> Folder:
    """A folder that was read, with these entries."""
    entries = tuple(one if isinstance(one, FileInside) else file(one) for one in files)
    return Folder(path=path, files=entries, truncated=truncated)


def frozen(*folders: Folder, **fields: object) -> Inside:
    """What was read of a container that stood still."""
    return Inside(how="frozen", folders=folders, **fields)  # type: ignore[arg-type]


def local(*files: str | FileInside, path: str = "src") -> LocalSource:
    """The person's own copy."""
    return LocalSource(path=path, files=tuple(one if isinstance(one, FileInside) else file(one) for one in files))


def models(*files: str, path: str = MODELS) -> ModelFolder:
    """A model folder with these files."""
    return ModelFolder(path=path, files=tuple(ModelFile(path=name, size=1000) for name in files))


def bind(source: str, target: str, *, writable: bool = True) -> Mount:
    """A folder of the host."""
    return Mount(kind="bind", source=source, target=target, writable=writable)


def tmpfs(target: str, size: int | None = None) -> Mount:
    """A file system in memory."""
    return Mount(kind="tmpfs", target=target, size=size)


def system(path: str, total: int, free: int, kind: str = "", **fields: object) -> FileSystem:
    """A file system and its room."""
    return FileSystem(path=path, total=total, free=free, kind=kind, **fields)  # type: ignore[arg-type]


def traceback(headline: str, line: int = 6, function: str = "init", path: str = f"{APP}/score.py") -> str:
    """What the server logs when the script raises."""
    code = SCRIPT.splitlines()[line - 1].strip() if path.endswith("score.py") else "work()"
    return (
        "2026-11-20 18:07:02,940 E [9] azmlinfsrv - Encountered Exception Traceback (most recent call last):\n"
        '  File "/usr/lib/python3/dist-packages/azureml_inference_server_http/server/user_script.py", line 119, in '
        "invoke_init\n"
        "    self._user_init()\n"
        f'  File "{path}", line {line}, in {function}\n'
        f"    {code}\n"
        f"{headline}\n"
    )


def seen(inside: Inside, log: str = "", environment: dict[str, str] | None = None, **fields: object) -> Evidence:
    """A container with these files inside; `fields` are those of Container, or of Evidence."""
    ours = {name: fields.pop(name) for name in tuple(fields) if name in Evidence.__struct_fields__}
    given = ENVIRONMENT if environment is None else environment
    return container(log, {"inside": inside, **ours}, environment=given, **fields)
