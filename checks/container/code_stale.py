"""Files inside differ from those of the local source.

What it finds
-------------
The digest of each file of `--source`, held against the file at the same place inside. Files that differ in their line
ends alone are told as such.

Why it breaks
-------------
An image keeps the files of the moment in which it was built, and a container those of its image: a change made since is
not in it. What is read and corrected on this machine is not what runs, and line numbers of a traceback do not fit.

How to fix
----------
Build the image again and replace the container; `docker restart` starts the old files. Where a folder is mounted, mount
the one that was changed.

Learn more
----------
Docker documentation, "Build cache": a COPY is repeated when a file has changed, unless the build context is another.
"""

import hashlib
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.container.copies import Pair, differs, only_line_ends, paired
from checks.container.places import container_of, entry_of, mount_named, mount_over, places_of
from checks.container.remake import executed
from checks.container.scenes import APP, bind, file, folder, frozen, local, seen
from checks.containers import Container, Image, LocalSource
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Safety, Severity, Stage
from checks.runtime.wording import titled
from checks.text import listed


@check(
    "container.code-stale",
    needs=("container", "inside", "local"),
    stage=Stage.LOAD,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def code_stale(evidence: Evidence) -> Iterator[Finding]:
    """One finding for all files that differ."""
    container, places, source = container_of(evidence), places_of(evidence), evidence.local
    assert isinstance(source, LocalSource), "declared in needs"
    other = [pair for pair in paired(container, places, source) if differs(pair)]
    ends = [pair for pair in other if only_line_ends(pair, places.inside.texts)]
    real = [pair for pair in other if pair not in ends]
    entry = entry_of(container)
    first = entry.path if entry else ""
    if real:
        real.sort(key=lambda pair: (pair.path != first, pair.path))
        yield _finding(container, source, real, "differs from the local source", "differ from the local source")
    if ends:
        yield _finding(container, source, ends, "differs in its line ends alone", "differ in their line ends alone")


def _finding(container: Container, source: LocalSource, pairs: list[Pair], one: str, many: str) -> Finding:
    names = [pair.local.path for pair in pairs]
    head = f"{names[0]} inside {one}" if len(pairs) == 1 else f"{len(pairs)} files inside {many}"
    image = container.image
    built = f", built {image.created}" if isinstance(image, Image) and image.created else ""
    return Finding(
        title=titled(head, 88),
        evidence=(
            *(Quote(source=pair.path, text=_compared(source, pair)) for pair in pairs[:4]),
            Quote(source="image", text=f"{image.reference}{built}" if isinstance(image, Image) else "not known"),
            *((Quote(source="all files", text=listed(names, 12)),) if len(pairs) > 4 else ()),
        ),
        about=tuple(f"file:{pair.path}" for pair in pairs[:20]),
        severity=Severity.INFO if "line ends" in one else None,
        fixes=tuple(_fixes(container, source, pairs[0])),
        confirm=executed(container, f"sha256sum {pairs[0].path}"),
    )


def _compared(source: LocalSource, pair: Pair) -> str:
    assert pair.inside is not None, "a pair that differs has both"
    return (
        f"{pair.inside.size} bytes, digest {(pair.inside.digest or '')[:12]}; in {source.path} {pair.local.size}, "
        f"{(pair.local.digest or '')[:12]}"
    )


def _fixes(container: Container, source: LocalSource, pair: Pair) -> Iterator[Fix]:
    mount = mount_over(container, pair.path)
    if mount and mount.kind == "bind":
        yield Fix(
            title=f"{mount_named(mount)} is mounted there: mount {source.path} instead, or copy the change to it",
            safety=Safety.REVIEW,
        )
        return
    name = container.image.reference if isinstance(container.image, Image) else "<image>"
    name = "<image>" if name.startswith("sha256:") else name
    yield Fix(
        title=f"build {name} again from {source.path}, and replace the container",
        safety=Safety.PLACEHOLDER if "<" in name else Safety.REVIEW,
        commands=(f"docker build -t {name} {source.path}", f"docker rm -f {container.name}"),
    )


def _of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


OURS = local(file("score.py", digest="aa", size=120), file("lib/a.py", digest="bb"), file("README.md", digest="cc"))
LINES = "import os\n"

CASES = (
    fires(
        seen(frozen(folder(APP, file("score.py", digest="dd"), file("lib/a.py", digest="bb"))), local=OURS),
        saw="score.py inside differs from the local source",
        findings=1,
    ),
    fires(
        seen(frozen(folder(APP, file("src/score.py", digest="d"), file("src/lib/a.py", digest="e"))), local=OURS),
        saw="2 files inside differ",
        name="in a folder of its own",
    ),
    fires(
        seen(
            frozen(
                folder(APP, file("score.py", digest=_of("import os\r\n"))), texts={f"{APP}/score.py": "import os\r\n"}
            ),
            local=local(file("score.py", digest=_of(LINES))),
        ),
        saw="differs in its line ends alone",
        findings=1,
    ),
    fires(
        seen(frozen(folder(APP, file("score.py", digest="d"))), local=OURS, mounts=(bind("/old", APP),)), saw="score.py"
    ),
    quiet(seen(frozen(folder(APP, file("score.py", digest="aa"))), local=OURS), name="the same; others are missing"),
    quiet(seen(frozen(folder(APP, "score.py")), local=OURS), name="no digest was computed inside"),
    quiet(seen(frozen(folder("/usr/lib", file("a.py", digest="x"))), local=OURS), name="a file of that name elsewhere"),
    quiet(
        seen(
            frozen(folder(APP, file("__pycache__/score.cpython-311.pyc", digest="a"))),
            local=local(file("__pycache__/score.cpython-311.pyc", digest="b")),
        ),
        name="what Python writes by itself",
    ),
)
