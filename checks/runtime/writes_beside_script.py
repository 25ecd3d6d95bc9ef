"""The script writes into the code or model folder.

What it finds
-------------
Files that were made or changed in the code folder or the model folder while the script ran.

Why it breaks
-------------
Both folders are mounted in the container, often read-only, and the process may not be root, so the write may fail with
`Read-only file system` or `Permission denied`. What is written is gone with the container, and several workers write
the same file.

How to fix
----------
Write to the temporary folder, or not at all.

Learn more
----------
Python documentation, `tempfile`.
"""

import re
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Opened, Phase
from checks.finding import Finding, Fix, Quote, Severity, Stage
from checks.runtime.failures import line_of, probe_of, same_file, script_of
from checks.runtime.observed import answered, at, seen, started
from checks.runtime.wording import base_name, titled

# What Python and its tools write on their own, and do without where they cannot.
OWN_ACCORD = re.compile(r"/?__pycache__(?:/|$)|\.pyc(?:\.\d+)?$|\.nb[ic]$|/\.(?:mypy|pytest|ruff)_cache/|\.lock$")


@check("runtime.writes-beside-script", needs=("probe",), stage=Stage.OPERATE, severity=Severity.WARNING)
def writes_beside_script(evidence: Evidence) -> Iterator[Finding]:
    """One finding, which names the first file and how many there are."""
    written = [
        o
        for o in probe_of(evidence).opened
        if o.mode == "write" and o.found and o.place in ("code", "model") and not OWN_ACCORD.search(o.path)
    ]
    if not written:
        return
    script = script_of(evidence)
    first = next((o for o in written if o.at), written[0])
    name = base_name(first.path)
    names = list(dict.fromkeys(base_name(o.path) for o in written))
    quotes = []
    in_script = bool(first.at and script and same_file(first.at.path, script.path))
    if first.at:
        source = script.path if script and in_script else first.at.path
        quotes.append(Quote(source=source, line=first.at.line, text=line_of(first.at, script) or name))
    quotes += [Quote(source="probe", text=f"wrote {o.path}") for o in written[:3]]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    yield Finding(
        title=titled(f"{name}{more} is written into the {first.place} folder", 88),
        evidence=tuple(quotes),
        about=(
            f"phase:{first.phase.value}",
            *((f"line:{first.at.line}",) if first.at and in_script else ()),
            *(f"file:{n}" for n in names[:5]),
        ),
        fixes=(
            Fix(
                title="write to the temporary folder",
                commands=(f'os.path.join(tempfile.gettempdir(), "{name}")',),
            ),
        ),
    )


SCRIPT = "def init(): ...\n\ndef run(data):\n    open('audit.log', 'a').write(data)\n    return 1\n"


def _wrote(*paths: str, place: str = "code", mode: str = "write") -> Evidence:
    opened = tuple(
        Opened(path=path, mode=mode, place=place, phase=Phase.RUN, at=at(SCRIPT, "open("))  # type: ignore[arg-type]
        for path in paths
    )
    return seen(SCRIPT, *started(answered("1")), opened=opened)


CASES = (
    fires(_wrote("audit.log"), saw="audit.log is written into the code folder", line=4, findings=1),
    fires(_wrote("models/cache.bin", "models/a.bin", place="model"), saw="cache.bin and 1 more", findings=1),
    quiet(_wrote("/scratch/audit.log", place="temporary")),
    quiet(_wrote("audit.log", mode="read")),
    quiet(_wrote("__pycache__/helpers.cpython-311.pyc"), name="Python's own cache"),
    quiet(seen(SCRIPT, *started(answered("1")))),
)
