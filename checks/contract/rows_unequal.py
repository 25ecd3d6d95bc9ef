"""The rows of the table are not of one length.

What it finds
-------------
Rows with another number of values than the others, objects that lack a key that the others have, and plain values
among rows.

Why it breaks
-------------
NumPy makes no array of such rows and raises `setting an array element with a sequence`; pandas fills what is missing
with NaN, which an integer column does not hold.

How to fix
----------
Send all rows alike, and null for what is absent where the service takes it.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/numpy_parameter_type.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import plural
from checks.contract.telling import place, tell
from checks.contract.value_scenes import PERSON, rows_of, to_array, to_code, to_frame
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.rows-unequal", needs=("samples",), stage=Stage.RUN)
def rows_unequal(evidence: Evidence) -> Iterator[Finding]:
    """Point at the rows that differ."""
    for fault in faults(evidence, "rows-unequal"):
        many = plural(fault.count, "row")
        verb = "differs" if fault.count == 1 else "differ"
        yield tell(
            fault,
            f"{many} {verb} from the others: {place(fault)}",
            Fix(title="send rows of one length and one set of keys"),
        )


SLIP = {"ages" if name == "age" else name: value for name, value in PERSON.items()}
CASES = (
    fires(to_array(rows_of([[1, 2], [3], [4, 5]])), saw="1 row differs from the others: `/data/1`", line=1, findings=1),
    fires(to_frame(rows_of([PERSON, PERSON, {"age": 3}])), saw="without `income`, `city`, `member`"),
    fires(to_code({"rows": [[1, 2], [1]]}), saw="`/rows/1`", findings=1),
    quiet(to_array(rows_of([[1, 2], [3, 4]]))),
    quiet(to_array(rows_of([[1], [2]])), name="all of the wrong length"),
    quiet(to_frame(rows_of([PERSON, SLIP])), name="a key under another name: told as one"),
    quiet(to_frame(rows_of([PERSON, PERSON]))),
)
