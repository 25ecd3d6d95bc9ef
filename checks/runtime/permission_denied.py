"""The script writes where it may not, or reads what it may not.

What it finds
-------------
`PermissionError`, and `Read-only file system`.

Why it breaks
-------------
In the container the code and model folders are mounted, often read-only, and the process may not be root. The rehearsal
refuses writes to the model folder and to files outside the code folder, as such a mount does.

How to fix
----------
Write to the temporary folder, and point caches of libraries there by their variables (`HF_HOME`, `MPLCONFIGDIR`,
`NUMBA_CACHE_DIR`).

Learn more
----------
Python documentation, `tempfile`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Finding, Fix, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, raised_in, seen, started
from checks.runtime.paths import inside_models, refused_path
from checks.runtime.reading import told_by
from checks.runtime.wording import base_name, titled
from checks.runtime.writing import is_write


@check(
    "runtime.permission-denied", needs=("probe",), stage=Stage.INIT, explains=(*RAISED, "runtime.writes-beside-script")
)
def permission_denied(evidence: Evidence) -> Iterator[Finding]:
    """Name the path, and say whether it was a write."""
    for failure in told_by("runtime.permission-denied", evidence):
        path = refused_path(failure)
        writes = "[Errno 30]" in failure.message or is_write(failure, evidence)
        if writes:
            title = f"{base_name(path) or 'a file'} is written where the container may be read-only"
            if path and inside_models(path, evidence) is not None:
                title = f"{base_name(path)} is written into the model folder, which is read-only"
            fix = Fix(
                title="write to the temporary folder",
                commands=(f'os.path.join(tempfile.gettempdir(), "{base_name(path) or "file"}")',),
            )
        else:
            title = f"{base_name(path) or 'a file'} may not be opened"
            fix = Fix(
                title="make the file readable for all before the image is built", commands=(f"chmod a+rX {path}",)
            )
        yield failure.finding(
            titled(title, 88),
            about=(f"file:{base_name(path)}", f"file:{path}") if path else (),
            fixes=(fix,),
        )


SCRIPT = """import os

def init():
    os.makedirs(os.path.join(os.environ["AZUREML_MODEL_DIR"], "cache"))

def run(data): return open("/root/key").read()
"""
WRITES = "def init():\n    open('/srv/a.log', 'a').write('x')\n\ndef run(data): return 1\n"

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "OSError",
                "[Errno 30] Read-only file system: 'models/cache'",
                at(SCRIPT, "makedirs"),
                filename="models/cache",
                errno=30,
            ),
        ),
        saw="cache is written where the container may be read-only",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(
                    Phase.RUN, "PermissionError", "[Errno 13] Permission denied: '/root/key'", at(SCRIPT, "/root/key")
                )
            ),
        ),
        saw="key may not be opened",
    ),
    fires(
        seen(
            WRITES,
            raised_in(Phase.INIT, "PermissionError", "[Errno 13] Permission denied: '/srv/a.log'", at(WRITES, "open(")),
        ),
        saw="a.log is written where",
        name="opened to be written",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "OSError", "[Errno 28] No space left on device"))),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "FileNotFoundError", "[Errno 2] No such file or directory: 'a'"))),
    quiet(seen(SCRIPT, *started())),
)
