"""The script imports a package that the interpreter inside does not have.

What it finds
-------------
Imports of the entry script, held against the packages inside: those that the environment file lists (so that the image
was not built from it), and those that nothing has complained of yet. A plain missing package that the log or the
rehearsal shows is told there.

Why it breaks
-------------
The container has the packages that its image was built with. When the environment file was changed later, or its
packages went to another interpreter than the one that serves, the import raises ModuleNotFoundError: the worker exits
with code 3.

How to fix
----------
Build the image again from the environment file, and install with the interpreter that serves (`python -m pip`).
`pip install` inside the running container is lost with it.

Learn more
----------
Docker documentation, "Build cache". Product documentation, "Troubleshoot online endpoints", section "A package that was
imported but isn't in the environment".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.failed_calls import failed
from checks.container.imports_inside import SHARED, has, missed
from checks.container.places import container_of, places_of
from checks.container.remake import executed
from checks.container.scenes import APP, folder, frozen, seen, traceback
from checks.containers import Container, Image, TriedImport
from checks.dependencies.imports import Imported, imported_modules, is_own
from checks.dependencies.names import distributions_for
from checks.evidence import EnvironmentFile, Evidence, Installed, Requirement, Script, SourceTree
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.observed import conda_file
from checks.runtime.packages import listed_in_environment
from checks.runtime.wording import titled


@check(
    "container.package-not-inside",
    needs=("container", "inside", "script"),
    stage=Stage.LOAD,
    explains=(
        "logs.module-not-found",
        "logs.own-module-not-found",
        "logs.namespace-package-missing",
        "runtime.module-missing",
        "runtime.module-not-installed-here",
        "runtime.import-raised",
        "runtime.init-raised",
    ),
)
def package_not_inside(evidence: Evidence) -> Iterator[Finding]:
    """Judge each import that the service needs, one finding for each module."""
    container = container_of(evidence)
    told: set[str] = set()
    for found in imported_modules(evidence):
        if found.kind != "needed" or found.top in told or _is_own(evidence, found.top):
            continue
        listed = listed_in_environment(found.module, evidence)
        seen_missing = missed(evidence, found.module)
        if seen_missing and (listed is None or found.top in SHARED):
            continue
        if not seen_missing and has(evidence, found.module) is not False:
            continue
        told.add(found.top)
        yield _finding(evidence, container, found, listed)


def _is_own(evidence: Evidence, top: str) -> bool:
    if isinstance(evidence.source, SourceTree) and is_own(evidence.source, top):
        return True
    ends = (f"/{top}.py", f"/{top}/__init__.py")
    return any(path.endswith(ends) and "-packages/" not in path for path in places_of(evidence).files)


def _finding(evidence: Evidence, container: Container, found: Imported, listed: Requirement | None) -> Finding:
    script, inside = evidence.script, places_of(evidence).inside
    assert isinstance(script, Script), "declared in needs"
    name = listed.name if listed else distributions_for(found.module)[0]
    python = f"{inside.interpreter} (Python {inside.python})" if inside.interpreter else "the interpreter inside"
    count = len(evidence.installed.distributions) if isinstance(evidence.installed, Installed) else None
    quotes = [Quote(source=script.path, line=found.line, text=f"imports {found.module}")]
    quotes += [one.quotes[-1] for one in failed(evidence) if one.module and one.module.split(".")[0] == found.top][:1]
    if listed and isinstance(evidence.environment, EnvironmentFile):
        quotes.append(Quote(source=evidence.environment.path, line=listed.line, text=listed.text.strip()))
    of = f" among {count} packages" if count is not None else ""
    quotes.append(Quote(source="inside", text=f"{python} has no {name}{of}"))
    path = evidence.environment.path if isinstance(evidence.environment, EnvironmentFile) else ""
    title = f"{path.rsplit('/', 1)[-1]} lists {name}, which is not inside" if listed else f"{name} is not inside"
    plain = listed is None and isinstance(evidence.environment, EnvironmentFile)
    return Finding(
        title=titled(title, 88),
        evidence=tuple(quotes),
        severity=Severity.WARNING if plain else None,  # the family of dependencies tells it as an error
        confidence=Confidence.CERTAIN if listed or any(t.module == found.top for t in inside.imports) else None,
        about=(f"module:{found.top}", f"module:{found.module}", f"line:{found.line}"),
        fixes=_fixes(container, path if listed else "", name, inside.interpreter),
        confirm=executed(container, f"{inside.interpreter or 'python3'} -c 'import {found.top}'"),
    )


def _fixes(container: Container, path: str, name: str, interpreter: str | None) -> tuple[Fix, ...]:
    image = container.image.reference if isinstance(container.image, Image) else "<image>"
    python = interpreter or "python"
    if path:
        file = path.rsplit("/", 1)[-1]
        conda = file.endswith((".yml", ".yaml"))
        installs = f"RUN conda env update -f {file}" if conda else f"RUN {python} -m pip install -r {file}"
        return (
            Fix(
                title=f"see that the Dockerfile installs what {file} lists, and build {image} again",
                safety=Safety.PLACEHOLDER if "<" in image else Safety.REVIEW,
                commands=(installs, f"docker build --no-cache -t {image} ."),
            ),
            Fix(title="install with the interpreter that serves", commands=(f"RUN {python} -m pip install {name}",)),
        )
    return (
        Fix(
            title=f"install {name} when the image is built",
            commands=(f"RUN {python} -m pip install {name}",),
        ),
    )


CV2 = Script(path=f"{APP}/score.py", text="import cv2\n\ndef init(): ...\ndef run(data): return 1\n")
GONE = traceback("ModuleNotFoundError: No module named 'cv2'", 1, "<module>")
NONE = Installed(distributions={"numpy": "1.26.4"}, providers={"numpy": ("numpy",)})
CODE = folder(APP, "score.py")
ALONE = frozen(
    CODE, imports=(TriedImport(module="cv2", seconds=0.1, error="ModuleNotFoundError: No module named 'cv2'"),)
)

CASES = (
    fires(
        seen(frozen(CODE), GONE, script=CV2, environment=None).replace(environment=conda_file("opencv-python")),
        saw="conda.yml lists opencv-python, which is not inside",
        line=1,
        findings=1,
    ),
    fires(seen(ALONE, script=CV2), saw="opencv-python", name="tried alone, and nothing else tells"),
    fires(seen(frozen(CODE), script=CV2, installed=NONE), saw="among 1 packages"),
    quiet(seen(frozen(CODE), GONE, script=CV2), name="the log tells it"),
    quiet(seen(frozen(CODE), script=CV2), name="what is installed is not known"),
    quiet(
        seen(
            frozen(CODE),
            script=CV2,
            installed=Installed(
                distributions={"opencv-python-headless": "4.9"}, providers={"cv2": ("opencv-python-headless",)}
            ),
        )
    ),
    quiet(seen(frozen(folder(APP, "score.py", "cv2.py")), script=CV2, installed=NONE), name="a module of one's own"),
    quiet(
        seen(
            frozen(CODE),
            installed=NONE,
            script=Script(
                path="score.py",
                text="try:\n    import cv2\nexcept "
                "ImportError:\n    cv2 = None\ndef init(): ...\ndef run(data): return 1\n",
            ),
        ),
        name="guarded",
    ),
)
