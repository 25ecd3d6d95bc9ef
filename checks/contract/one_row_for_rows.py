"""One row is sent where the service takes a list of rows.

What it finds
-------------
A flat list where an array of two dimensions is declared, an object where a data frame in records is, or a list of
plain values that the code gives to a model as rows.

Why it breaks
-------------
The decorator compares the number of dimensions with that of its sample, and raises; pandas refuses an object of plain
values; scikit-learn says `Expected 2D array, got 1D array instead`. The client gets 500.

How to fix
----------
Send a list of rows also for one row: `[[1, 2]]`.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.telling import place, sending, tell
from checks.contract.value_scenes import CODE, PERSON, rows_of, to_array, to_code, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.one-row-for-rows", needs=("samples",), stage=Stage.RUN)
def one_row_for_rows(evidence: Evidence) -> Iterator[Finding]:
    """Show the value in one more pair of brackets."""
    for fault in faults(evidence, "one-row-for-rows"):
        yield tell(
            fault,
            f"{place(fault)} is one row where a list of rows is wanted",
            Fix(title="send a list of rows, also for one", commands=(sending(fault.better, fault.path),)),
        )


CASES = (
    fires(to_array(rows_of([1, 2])), saw="`/data` is one row where a list of rows is wanted", line=1, findings=1),
    fires(to_frame(rows_of(PERSON)), saw="`/data` is one row", line=1, findings=1),
    fires(to_code({"rows": [1, 2]}), saw='data["rows"]', findings=1),
    quiet(to_array(rows_of([[1, 2]]))),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_code({"rows": ["a letter", "another"]}), name="a model of texts takes a list of them"),
    quiet(to_code({"rows": [1, 2]}, CODE.replace('data["rows"]', 'np.array(data["rows"]).reshape(1, -1)'))),
)
