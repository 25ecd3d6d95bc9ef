"""A module of one's own is inside, in a folder that Python does not look into.

What it finds
-------------
A module that could not be imported, and its file in a folder of the code that is neither `AML_APP_ROOT`, nor the folder
that `AZUREML_SOURCE_DIRECTORY` adds, nor on `PYTHONPATH`.

Why it breaks
-------------
The server appends `AML_APP_ROOT` to `sys.path`, and below it `AZUREML_SOURCE_DIRECTORY` when that is set. The folder of
the entry script is not added: a module beside a script in a sub-folder is not found, and one of the root is not found
when `AML_APP_ROOT` is the script's own folder.

How to fix
----------
Set `AML_APP_ROOT` or `AZUREML_SOURCE_DIRECTORY` so that the folder of the module is one of the two, or add it to
`PYTHONPATH`.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/user_script.py`. azure-ai-ml sets AML_APP_ROOT to the folder of the
scoring script, azureml-core to the source directory.
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.places import Places, app_root, container_of, entry_of, places_of, tail, within
from checks.container.scenes import APP, ENVIRONMENT, folder, frozen, seen, traceback
from checks.containers import Container
from checks.dependencies.names import is_standard
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "container.modules-not-on-path",
    needs=("container", "inside"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=(
        "container.package-not-inside",
        "container.import-breaks",
        "dependencies.not-listed",
        "logs.module-not-found",
        "logs.own-module-not-found",
        "logs.submodule-not-found",
        "logs.file-shadows-package",
        "runtime.module-missing",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def modules_not_on_path(evidence: Evidence) -> Iterator[Finding]:
    """Hold the folder in which the module lies against those that the server adds."""
    container, places = container_of(evidence), places_of(evidence)
    searched = searched_folders(container)
    told: set[str] = set()
    for one in failed(evidence):
        module = one.module
        if module is None or module in told or is_standard(module):
            continue
        homes = _homes(places, container, module)
        if not homes or any(home in searched for home in homes):
            continue
        told.add(module)
        home = homes[0]
        yield one.finding(
            titled(f"module {module} lies in {tail(home)}, where Python does not look", 88),
            saw=(
                Quote(source="inside", text=f"{module.replace('.', '/')} is in {listed(homes, 3)}"),
                Quote(source="sys.path", text=f"the server adds {listed(searched, 4)}"),
            ),
            about=(f"module:{module}", f"module:{module.split('.')[0]}"),
            fixes=tuple(_fixes(container, home)),
        )


def searched_folders(container: Container) -> list[str]:
    """Folders that are on sys.path beside those of the interpreter, the server's own first."""
    root = app_root(container)
    found = [root]
    if below := container.environment.get("AZUREML_SOURCE_DIRECTORY"):
        found.append(posixpath.normpath(posixpath.join(root, below)))
    given = container.environment.get("PYTHONPATH", "")
    found += [posixpath.normpath(path) for path in given.split(":") if path.startswith("/")]
    return list(dict.fromkeys(found))


def _homes(places: Places, container: Container, module: str) -> list[str]:
    """Folders of the code from which the module could be imported, those nearest to the root first."""
    path = module.replace(".", "/")
    found = set()
    for file in places.files:
        for end in (f"/{path}.py", f"/{path}/__init__.py"):
            if file.endswith(end):
                found.add(file[: -len(end)] or "/")
        if f"/{path}/" in file and file.endswith(".py"):
            found.add(file.split(f"/{path}/", 1)[0] or "/")
    entry = entry_of(container)
    roots = [app_root(container), *([posixpath.dirname(entry.path)] if entry else [])]
    packages = ("/site-packages", "/dist-packages", "azureml-models")
    ours = [home for home in found if any(within(home, root) for root in roots) or _holds_code(home)]
    return sorted(
        (home for home in ours if not any(part in home for part in packages)), key=lambda h: (h.count("/"), h)
    )


def _holds_code(home: str) -> bool:
    return not home.startswith(("/usr", "/lib", "/opt/miniconda", "/azureml-envs"))


def _fixes(container: Container, home: str) -> Iterator[Fix]:
    root, entry = app_root(container), entry_of(container)
    if home != root and within(home, root):
        below = posixpath.relpath(home, root)
        yield Fix(title=f"let the server add {below}", commands=(f"-e AZUREML_SOURCE_DIRECTORY={below}",))
    elif entry and within(entry.path, home):
        name = posixpath.relpath(entry.path, home)
        yield Fix(
            title=f"make {home} the root of the code",
            commands=(f"-e AML_APP_ROOT={home} -e AZUREML_ENTRY_SCRIPT={name}",),
        )
    yield Fix(title="add the folder to PYTHONPATH", commands=(f"-e PYTHONPATH={home}",))


GONE = traceback("ModuleNotFoundError: No module named 'features'", 1, "<module>")
IN_SRC = {**ENVIRONMENT, "AZUREML_ENTRY_SCRIPT": "src/score.py"}
TREE = frozen(folder(APP, "src/score.py", "src/features.py"))

CASES = (
    fires(seen(TREE, GONE, environment=IN_SRC), saw=f"module features lies in {APP}/src", line=1, findings=1),
    fires(
        seen(
            frozen(folder(APP, "src/score.py", "features/__init__.py", "features/a.py")),
            GONE,
            environment={"AML_APP_ROOT": f"{APP}/src", "AZUREML_ENTRY_SCRIPT": "score.py"},
        ),
        saw=f"module features lies in {APP}, where",
        name="above the root",
    ),
    fires(seen(frozen(folder(APP, "score.py", "code/features/build.py")), GONE), saw=f"{APP}/code", name="no __init__"),
    quiet(seen(TREE, GONE, environment={**IN_SRC, "AZUREML_SOURCE_DIRECTORY": "src"}), name="the folder is added"),
    quiet(seen(TREE, GONE, environment={**IN_SRC, "PYTHONPATH": f"/x:{APP}/src"})),
    quiet(seen(frozen(folder(APP, "score.py")), GONE), name="it is nowhere"),
    quiet(seen(TREE, environment=IN_SRC), name="nothing failed: the script may add the folder itself"),
    quiet(
        seen(frozen(folder(APP, "score.py"), folder("/usr/lib/python3", "dist-packages/features/__init__.py")), GONE),
        name="in the packages of another Python",
    ),
)
