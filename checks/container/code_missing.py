"""Files of the local source that the script needs are not inside.

What it finds
-------------
Modules that the entry script imports, and files that it failed to find, which `--source` has and the container has not.

Why it breaks
-------------
The image holds what its Dockerfile copies, less what `.dockerignore` leaves out; a code asset holds less what
`.amlignore` and `.gitignore` leave out. What was left behind cannot be imported or opened, so the worker exits with
code 3, or requests fail.

How to fix
----------
Copy the folder as a whole, and see that no ignore file leaves the file out.

Learn more
----------
Docker documentation, ".dockerignore files". Product documentation, "`.amlignore` and `.gitignore`".
"""

import posixpath
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.copies import Pair, paired
from checks.container.failed_calls import Failed, failed
from checks.container.places import container_of, mount_over, places_of
from checks.container.scenes import APP, bind, folder, frozen, local, seen, traceback
from checks.containers import Container, Image, LocalSource
from checks.dependencies.imports import imported_modules
from checks.evidence import Evidence, Script
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.wording import base_name, titled
from checks.text import listed

EXPLAINS = (
    "container.modules-not-on-path",
    "container.package-not-inside",
    "container.import-breaks",
    "dependencies.not-listed",
    "logs.module-not-found",
    "logs.own-module-not-found",
    "logs.submodule-not-found",
    "logs.file-missing",
    "logs.model-file-missing",
    "runtime.module-missing",
    "runtime.file-missing",
    "runtime.model-file-missing",
    "runtime.import-raised",
    "runtime.init-raised",
    "runtime.run-raised",
)


@check(
    "container.code-missing",
    needs=("container", "inside", "local"),
    stage=Stage.LOAD,
    confidence=Confidence.CERTAIN,
    explains=EXPLAINS,
)
def code_missing(evidence: Evidence) -> Iterator[Finding]:
    """First what was missed when the service ran, then what the script imports."""
    container, places, source = container_of(evidence), places_of(evidence), evidence.local
    assert isinstance(source, LocalSource), "declared in needs"
    absent = [pair for pair in paired(container, places, source) if pair.inside is None and places.lacks(pair.path)]
    present = {base_name(path) for path in places.files}
    told: set[str] = set()
    for one in failed(evidence):
        for pair in _meant(one, absent):
            if pair.path in told or (one.module and base_name(pair.path) in present - {"__init__.py"}):
                continue
            told.add(pair.path)
            yield one.finding(
                titled(f"{pair.local.path} of the local source is not inside", 88),
                saw=_quotes(source, pair),
                about=(f"file:{pair.path}", f"file:{base_name(pair.path)}", *_module(pair)),
                fixes=_fixes(container, source, pair),
            )
            break
    if told or not isinstance(evidence.script, Script):
        return
    for found in imported_modules(evidence):
        for pair in absent:
            if found.kind == "needed" and _is_module(pair, found.module) and base_name(pair.path) not in present:
                told.add(pair.path)
                yield Finding(
                    title=titled(f"{pair.local.path} of the local source is not inside", 88),
                    evidence=(
                        Quote(source=evidence.script.path, line=found.line, text=f"imports {found.module}"),
                        *_quotes(source, pair),
                    ),
                    severity=Severity.WARNING,
                    about=(f"file:{pair.path}", f"line:{found.line}", *_module(pair)),
                    fixes=_fixes(container, source, pair),
                )
                break


def _meant(one: Failed, absent: list[Pair]) -> Iterator[Pair]:
    """Local files that an exception misses."""
    if one.module:
        yield from (pair for pair in absent if _is_module(pair, one.module or ""))
    elif one.written and one.number == 2:
        clean = one.written.replace("\\", "/").removeprefix("./")
        exact = [pair for pair in absent if pair.path == one.path or clean.endswith(f"/{pair.local.path}")]
        yield from exact or [pair for pair in absent if pair.local.path == clean or pair.path.endswith(f"/{clean}")]


def _is_module(pair: Pair, module: str) -> bool:
    """True when the local file is that module, or a package's beginning."""
    path = module.replace(".", "/")
    stem = pair.local.path.removesuffix("/__init__.py").removesuffix(".py")
    is_python = pair.local.path.endswith(".py")
    return is_python and (stem == path or stem.endswith(f"/{path}") or pair.local.path.startswith(f"{path}/"))


def _module(pair: Pair) -> tuple[str, ...]:
    if not pair.local.path.endswith(".py"):
        return ()
    parts = pair.local.path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    return tuple(f"module:{part}" for part in parts)


def _quotes(source: LocalSource, pair: Pair) -> tuple[Quote, ...]:
    ignores = [f.path for f in source.files if base_name(f.path) in {".dockerignore", ".amlignore", ".gitignore"}]
    more = (Quote(source=source.path, text=f"has {listed(ignores)}"),) if ignores else ()
    return (
        Quote(source=source.path, text=f"has {pair.local.path}"),
        Quote(source="inside", text=f"nothing is at {pair.path}"),
        *more,
    )


def _fixes(container: Container, source: LocalSource, pair: Pair) -> tuple[Fix, ...]:
    mount = mount_over(container, pair.path)
    if mount and mount.kind != "tmpfs":
        return (Fix(title=f"put {pair.local.path} into {mount.source or mount.target}, which is mounted there"),)
    folder_ = pair.path[: -len(pair.local.path)] or posixpath.dirname(pair.path)
    name = container.image.reference if isinstance(container.image, Image) else "<image>"
    return (
        Fix(
            title=f"copy {pair.local.path} into the image, and see that no ignore file leaves it out",
            safety=Safety.PLACEHOLDER if "<" in name else Safety.REVIEW,
            commands=(f"COPY . {folder_}", f"docker build -t {name} {source.path}"),
        ),
    )


GONE = traceback("ModuleNotFoundError: No module named 'features'", 1, "<module>")
LABELS = traceback("FileNotFoundError: [Errno 2] No such file or directory: 'data/labels.txt'")
IMPORTS = Script(path=f"{APP}/score.py", text="import features\n\ndef init(): ...\ndef run(data): return 1\n")
CODE = frozen(folder(APP, "score.py"))

CASES = (
    fires(
        seen(CODE, GONE, local=local("score.py", "features.py", ".dockerignore")), saw="has .dockerignore", findings=1
    ),
    fires(seen(CODE, GONE, local=local("score.py", "features/build.py")), saw="features/build.py"),
    fires(seen(CODE, LABELS, local=local("score.py", "data/labels.txt")), saw="data/labels.txt of the local source"),
    fires(seen(CODE, local=local("score.py", "features.py"), script=IMPORTS), saw="imports features"),
    fires(seen(CODE, GONE, local=local("score.py", "features.py"), mounts=(bind("/code", APP),)), saw="features.py"),
    quiet(seen(CODE, local=local("score.py", "README.md", "tests/test_a.py", "train.py")), name="not needed to serve"),
    quiet(
        seen(frozen(folder(APP, "score.py", "lib/features.py")), GONE, local=local("score.py", "features.py")),
        name="it lies elsewhere inside: another check",
    ),
    quiet(seen(frozen(folder(APP, "score.py", "features.py")), GONE, local=local("score.py", "features.py"))),
    quiet(seen(frozen(folder(APP, "score.py", truncated=True)), GONE, local=local("score.py", "features.py"))),
    quiet(seen(CODE, traceback("ModuleNotFoundError: No module named 'cv2'"), local=local("score.py", "features.py"))),
)
