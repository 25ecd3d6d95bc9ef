"""A mount lies over the code, and what is mounted has no code.

What it finds
-------------
A folder or volume mounted at or above the place of the entry script, of the program that the command starts, or of a
file of the local source, in which the file is not.

Why it breaks
-------------
A mount hides what the image has at that path. The server looks into the mounted folder, which is empty, another one, or
one that the engine created because the path on the host was misspelt; so the script is not found.

How to fix
----------
Mount the folder that holds the code, by its absolute path; or leave the mount away, when the image has the code.

Learn more
----------
Docker documentation, "Bind mounts", section "Mount into a non-empty directory on the container".
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.places import (
    Places,
    app_root,
    container_of,
    entry_of,
    is_server,
    mount_named,
    mount_over,
    places_of,
    tail,
    within,
)
from checks.container.remake import mounts_of
from checks.container.scenes import APP, ENVIRONMENT, bind, folder, frozen, seen, tmpfs, traceback
from checks.containers import Container, ContainerState, Mount
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Stage
from checks.runtime.wording import base_name, titled
from checks.text import listed

EXPLAINS = (
    "container.entry-script-missing",
    "container.entry-script-not-set",
    "container.command-not-found",
    "container.python-not-found",
    "container.server-not-installed",
    "container.exited-at-once",
    "container.code-missing",
    "container.modules-not-on-path",
    "logs.entry-script-not-found",
    "logs.main-script-not-found",
    "logs.file-missing",
    "logs.server-file-missing",
    "logs.module-not-found",
    "logs.own-module-not-found",
    "runtime.file-missing",
    "runtime.module-missing",
    "runtime.import-raised",
)


@check(
    "container.mount-hides-code",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def mount_hides_code(evidence: Evidence) -> Iterator[Finding]:
    """Find the mount over each file of the code that is not there; one finding a mount."""
    container, places = container_of(evidence), places_of(evidence)
    told: set[str] = set()
    for path, what, about in _wanted(evidence, container, places):
        mount = mount_over(container, path)
        if mount is None or mount.target in told or mount.target.rstrip("/") == "":
            continue
        told.add(mount.target)
        yield _finding(container, places, mount, path, what, about)


def _wanted(evidence: Evidence, container: Container, places: Places) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Paths that the service needs and that are not there: path, what it is, subjects."""
    entry = entry_of(container)
    if entry and places.lacks(entry.path) and not _is_meant(places, entry.path):
        yield entry.path, "the entry script", (f"file:{entry.path}", f"file:{base_name(entry.path)}")
    root = app_root(container)
    if entry is None and is_server(container) and places.is_empty(root):
        yield f"{root}/main.py", "a script", ("variable:AZUREML_ENTRY_SCRIPT",)
    program = container.command[0] if container.command else ""
    absent = container.state.exit_code == 127 or "no such file" in container.state.error.lower()
    if program.startswith("/") and absent and not places.has(program):
        yield program, "the program of the command", (f"file:{program}", f"file:{base_name(program)}")
    for one in failed(evidence):
        if not one.module:
            continue
        name = one.module.split(".")[0]
        for mount in container.mounts:
            if within(mount.target, root) and base_name(mount.target) == name and places.is_empty(mount.target):
                yield f"{mount.target}/__init__.py", f"the package {name}", (f"module:{name}", *one.about)


def _is_meant(places: Places, path: str) -> bool:
    """True when the mount holds what may be the script: container.entry-script-missing names it."""
    return any(near.endswith(".py") for near in places.candidates(path))


def _finding(
    container: Container, places: Places, mount: Mount, path: str, what: str, about: tuple[str, ...]
) -> Finding:
    held = sorted({p[len(mount.target.rstrip("/")) + 1 :].split("/")[0] for p in places.below(mount.target)})
    where = mount_named(mount)
    begin = f"the mount at {tail(mount.target, 30)}{'' if held else ', an empty one,'}"
    rest = posixpath.relpath(path, mount.target)
    if mount.kind == "tmpfs":
        fix = Fix(title=f"leave the tmpfs at {mount.target} away, or mount it where no code lies")
    else:
        fix = Fix(
            title=f"mount <folder>, the one that holds {rest}, by its absolute path",
            safety=Safety.PLACEHOLDER,
            commands=(f"-v <folder>:{mount.target}{'' if mount.writable else ':ro'}",),
        )
    off = Fix(title=f"leave the mount of {mount.target} away, when the image has the code")
    return Finding(
        title=titled(f"{begin} hides {what}", 88),
        evidence=(
            Quote(source=f"mount {mount.target}", text=f"{where}: holds {listed(held, 6)}"),
            Quote(source="expected", text=f"{what} at {path}"),
        ),
        about=about,
        fixes=(fix, off) if mount.kind != "tmpfs" else (fix,),
        confirm=mounts_of(container),
    )


EMPTY = bind("/home/me/srv", APP)
GONE = f"FileNotFoundError: [Errno 2] No such file or directory: '{APP}/score.py'\n"
PROGRAM = ContainerState(status="created", error='exec: "/app/venv/bin/gunicorn": no such file or directory')

CASES = (
    fires(
        seen(frozen(folder(APP)), GONE, mounts=(EMPTY,)),
        saw=f"the mount at {APP}, an empty one, hides the entry script",
        findings=1,
    ),
    fires(seen(frozen(folder(APP, "notes.txt", "data/a.csv")), mounts=(EMPTY,)), saw="holds data and notes.txt"),
    fires(seen(frozen(folder(APP)), mounts=(tmpfs(APP),)), saw="a tmpfs: holds nothing"),
    fires(
        seen(
            frozen(folder("/app", "score.py")),
            environment={},
            command=("/app/venv/bin/gunicorn",),
            state=PROGRAM,
            mounts=(bind("/home/me/app", "/app"),),
        ),
        saw="hides the program of the command",
    ),
    fires(
        seen(
            frozen(folder(APP, "score.py")),
            traceback("ModuleNotFoundError: No module named 'features'", 1, "<module>"),
            mounts=(bind("/data", f"{APP}/features"),),
        ).replace(inside=frozen(folder(APP, "score.py", "features/"))),
        saw="hides the package features",
    ),
    quiet(seen(frozen(folder(APP, "score.py")), mounts=(bind("/home/me/code", APP),)), name="the code is mounted"),
    quiet(seen(frozen(folder(APP)), GONE), name="no mount: the image itself lacks it"),
    quiet(seen(frozen(folder(APP, "Score.py")), mounts=(bind("/code", APP),)), name="the code, and its name misspelt"),
    quiet(seen(frozen(folder(APP, "Score.py")), GONE, mounts=(bind("/m", f"{APP}/azureml-models"),))),
    quiet(
        seen(frozen(folder(APP, "score.py")), mounts=(bind("/m", "/models"),), environment=ENVIRONMENT),
        name="a mount elsewhere",
    ),
)
