"""A program that the script starts is not installed.

What it finds
-------------
A `FileNotFoundError` of a child process, and the words of wrappers such as pytesseract.

Why it breaks
-------------
pip and conda bring Python packages; a program that they call (ffmpeg, tesseract, git) must be in the image by itself.
The call fails where the program is absent.

How to fix
----------
Install the program in the image's Dockerfile, or as a conda package where conda-forge has one.

Learn more
----------
Python documentation, `subprocess.Popen`, "Exceptions".
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase
from checks.finding import Confidence, Finding, Fix, Safety, Stage
from checks.runtime.failures import RAISED
from checks.runtime.observed import at, library, raised_in, seen, started
from checks.runtime.paths import missing_program
from checks.runtime.reading import told_by
from checks.runtime.wording import titled


@check("runtime.program-missing", needs=("probe",), stage=Stage.INIT, confidence=Confidence.CERTAIN, explains=RAISED)
def program_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the program."""
    for failure in told_by("runtime.program-missing", evidence):
        program = missing_program(failure)
        yield failure.finding(
            titled(f"the program {program} is not installed", 88),
            about=(f"file:{program}",),
            fixes=(
                Fix(
                    title=f"install <package>, the one that brings {program}, in the image",
                    safety=Safety.PLACEHOLDER,
                    commands=("RUN apt-get update && apt-get install -y --no-install-recommends <package>",),
                ),
            ),
        )


SCRIPT = "import subprocess\n\ndef init():\n    subprocess.run(['ffmpeg', '-version'])\n\ndef run(data): return 1\n"
NO_FFMPEG = "[Errno 2] No such file or directory: 'ffmpeg'"

CASES = (
    fires(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT,
                "FileNotFoundError",
                NO_FFMPEG,
                at(SCRIPT, "subprocess.run"),
                library("/usr/lib/python3.11/subprocess.py"),
                filename="ffmpeg",
            ),
        ),
        saw="the program ffmpeg is not installed",
        line=4,
        findings=1,
    ),
    fires(
        seen(
            SCRIPT,
            *started(
                raised_in(
                    Phase.RUN,
                    "TesseractNotFoundError",
                    "tesseract is not installed or it's not in your PATH. See README file for more information.",
                    at(SCRIPT, "def run"),
                )
            ),
        ),
        saw="tesseract",
    ),
    quiet(
        seen(
            SCRIPT,
            raised_in(
                Phase.INIT, "FileNotFoundError", "[Errno 2] No such file or directory: 'a.txt'", filename="a.txt"
            ),
        ),
        name="a file",
    ),
    quiet(seen(SCRIPT, raised_in(Phase.INIT, "CalledProcessError", "Command '['ffmpeg']' returned exit status 1."))),
    quiet(seen(SCRIPT, *started())),
)
