"""run() of a batch script returns fewer rows than it was given files.

What it finds
-------------
A call of run() with file paths whose result is shorter than the list of files. No row at all is a warning.

Why it breaks
-------------
The batch driver counts the rows that run() returns against the files that it was given: files without a row count as
failed, which matters to `error_threshold`. When no mini batch returns a row, the job ends with `No succeeded mini batch
item returned from run()`.

How to fix
----------
Return one entry for each file that was scored, also where the results themselves go somewhere else.

Learn more
----------
https://learn.microsoft.com/azure/machine-learning/how-to-batch-scoring-script
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.evidence import Evidence, Phase, Returned, Signature
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.calls import first_calls, run_about, run_quote
from checks.runtime.failures import place, probe_of
from checks.runtime.observed import passed, seen, started


@check(
    "runtime.batch-rows-missing",
    needs=("probe",),
    stage=Stage.ANSWER,
    severity=Severity.INFO,
    confidence=Confidence.CERTAIN,
)
def batch_rows_missing(evidence: Evidence) -> Iterator[Finding]:
    """More rows than files are in order: a file may hold many."""
    for step in first_calls(probe_of(evidence)):
        returned = step.returned
        if returned is None or returned.rows is None or returned.files is None or returned.rows >= returned.files:
            continue
        rows = f"{returned.rows or 'no'} row{'' if returned.rows == 1 else 's'}"
        files = f"{returned.files} file{'' if returned.files == 1 else 's'}"
        yield Finding(
            title=f"run() returns {rows} for {files}; files without a row count as failed",
            severity=None if returned.rows else Severity.WARNING,
            evidence=(
                *run_quote(evidence),
                Quote(source=f"probe: {place(step)}", text=f"returned a {returned.type} of length {returned.rows}"),
            ),
            about=run_about(evidence),
            fixes=(Fix(title="return one entry for each file that was scored"),),
        )
        return


SCRIPT = "def init(): ...\n\ndef run(mini_batch):\n    return score(mini_batch)\n"


def _returned(rows: int, files: int) -> Evidence:
    returned = Returned(type="list", rows=rows, files=files)
    return seen(SCRIPT, *started(passed(Phase.RUN, returned)), signature=Signature(kind="batch"))


CASES = (
    fires(_returned(1, 3), saw="run() returns 1 row for 3 files", line=3, findings=1),
    fires(_returned(0, 1), saw="returns no rows for 1 file"),
    quiet(_returned(3, 3)),
    quiet(_returned(100, 3), name="a row for each line of a file"),
    quiet(seen(SCRIPT, *started(passed(Phase.RUN, Returned(type="list", text="[]")))), name="an online script"),
)
