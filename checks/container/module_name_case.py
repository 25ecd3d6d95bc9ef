"""A module of one's own is inside under a name in another case.

What it finds
-------------
A module that could not be imported, and a file or folder beside the script, or in another folder that Python looks
into, whose name differs only in capital letters.

Why it breaks
-------------
Linux tells `Preprocess.py` from `preprocess.py`; Windows and macOS by default do not, so the import works where it was
written and raises ModuleNotFoundError in the container.

How to fix
----------
Write the import as the file is called, or rename the file. `git mv -f` is needed for a name that differs in case alone.

Learn more
----------
PEP 235, "Import on Case-Insensitive Platforms".
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.modules_not_on_path import searched_folders
from checks.container.places import Places, code_root, container_of, places_of
from checks.container.scenes import APP, folder, frozen, seen, traceback
from checks.containers import Container
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Stage
from checks.runtime.wording import titled

ENDS = (".py", "/__init__.py", ".so", "")


@check(
    "container.module-name-case",
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
        "runtime.module-missing",
        "runtime.module-not-installed-here",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def module_name_case(evidence: Evidence) -> Iterator[Finding]:
    """Look for each module that was not found among the files, with the case left aside."""
    container, places = container_of(evidence), places_of(evidence)
    told: set[str] = set()
    for one in failed(evidence):
        module = one.module
        if module is None or module in told:
            continue
        path = _alike(places, container, module)
        if path is None:
            continue
        told.add(module)
        name = _name(path, module)
        yield one.finding(
            titled(f"`{module}` is imported, and the file inside is {posixpath.basename(path)}", 88),
            saw=(Quote(source="inside", text=f"there is {path}"),),
            about=(f"module:{module}", f"module:{module.split('.')[0]}"),
            fixes=(
                Fix(title=f"import `{name}`, as the file is called"),
                Fix(
                    title="rename the file",
                    commands=(f"git mv -f {name.split('.')[-1]}.py {module.split('.')[-1]}.py",),
                )
                if path.endswith(".py") and not path.endswith("/__init__.py")
                else Fix(title=f"rename the folder to {module.split('.')[-1]}"),
            ),
        )


def _alike(places: Places, container: Container, module: str) -> str | None:
    """The file or folder that a case-blind file system would take for the module; None where its own name is there."""
    wanted = module.replace(".", "/")
    for root in dict.fromkeys((*searched_folders(container), code_root(container))):
        names = {f"{root.rstrip('/')}/{wanted}{end}" for end in ENDS}
        if any(places.has(name) for name in names):
            return None
        blind = {name.lower() for name in names}
        found = sorted(p for p, file in places.files.items() if p.lower() in blind and _fits(p, file.kind, root))
        if found:
            return max(found, key=len)  # the module file of a package rather than its folder
    return None


def _fits(path: str, kind: str, root: str) -> bool:
    """A module, in a root that is spelt as it is searched."""
    return path.startswith(f"{root.rstrip('/')}/") and (kind == "folder" or path.endswith((".py", ".so")))


def _name(path: str, module: str) -> str:
    """The module as the path spells it."""
    depth = module.count(".") + 1
    parts = path.removesuffix("/__init__.py").removesuffix(".py").removesuffix(".so").split("/")
    return ".".join(parts[-depth:])


def _gone(module: str) -> str:
    return traceback(f"ModuleNotFoundError: No module named '{module}'", 1, "<module>")


CASES = (
    fires(
        seen(frozen(folder(APP, "score.py", "preprocess.py")), _gone("Preprocess")),
        saw="`Preprocess` is imported, and the file inside is preprocess.py",
        line=1,
        findings=1,
    ),
    fires(
        seen(frozen(folder(APP, "score.py", "Utils/", "Utils/__init__.py", "Utils/Text.py")), _gone("utils")),
        saw="Utils",
        name="a package",
    ),
    fires(
        seen(frozen(folder(APP, "score.py", "lib/", "lib/Text.py")), _gone("lib.text")), saw="Text.py", name="below one"
    ),
    quiet(seen(frozen(folder(APP, "score.py", "preprocess.py")), _gone("preprocess")), name="there by now"),
    quiet(seen(frozen(folder(APP, "score.py", "old/preprocess.py")), _gone("Preprocess")), name="in another folder"),
    quiet(seen(frozen(folder(APP, "score.py", "Pandas.md")), _gone("pandas")), name="no module"),
    quiet(seen(frozen(folder(APP, "score.py", "preprocess.py")))),
)
