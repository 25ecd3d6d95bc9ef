"""Rows that were sent and rows that came back differ in number.

What it finds
-------------
A request with several rows whose answer is a list of another length, where the contract declares one item per row: its
own examples of input and output have the same number of rows.

Why it breaks
-------------
Clients join answers to rows by their position. One item less, and from there on every prediction is read for the wrong
row; a single item for all rows hides the others. The status is 200 all the while.

How to fix
----------
Return one item for each row, in their order: null for a row that cannot be scored.

Learn more
----------
Measured on inference-schema 1.8: the number of rows is never checked, neither of the input nor of the output.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.answering import answers, declared_outputs, per_row, reproduced_by, rows_of, value_of
from checks.contract.attacked import answer_faults, sent
from checks.contract.records import Attack, Tried
from checks.contract.saying import plural
from checks.contract.scenes import ROWS, declared, interface, sample
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.runtime.observed import answered

FIX = Fix(title="return one item for each row, in their order, null for a row without an answer")


@check("contract.answer-row-count", needs=("answer",), stage=Stage.ANSWER, severity=Severity.WARNING)
def answer_row_count(evidence: Evidence) -> Iterator[Finding]:
    """Tell it once; with examples of one row each it may be chance that they agree."""
    for contract in declared_outputs(evidence):
        sure = per_row(contract)
        if sure == "no":
            continue
        confidence = Confidence.LIKELY if sure == "told" else Confidence.POSSIBLE
        expected = Quote(source=contract.source, text="expected one item per row, as in the contract's examples")
        for answer in answers(evidence):
            rows = rows_of(answer.asked)
            if rows is None or not isinstance(answer.value, list) or len(answer.value) == rows:
                continue
            yield Finding(
                title=_title(rows, len(answer.value)),
                confidence=confidence,
                evidence=(answer.quote(), Quote(source=answer.sample or "request", text=plural(rows, "row")), expected),
                about=answer.about,
                reproduce=reproduced_by(evidence, answer),
                fixes=(FIX,),
            )
            return
        for tried, _ in answer_faults(evidence, "rows"):
            rows, items = rows_of(value_of(tried.payload)), value_of(tried.answer)
            if rows is None or not isinstance(items, list):
                continue
            yield Finding(
                title=_title(rows, len(items)),
                confidence=confidence,
                evidence=(sent(tried), Quote(source="attack", text=f"200 {tried.answer[:160]}"), expected),
                about=("phase:run",),
                fixes=(FIX,),
            )
            return


def _title(rows: int, items: int) -> str:
    return f"{plural(rows, 'row')} were sent, and the answer has {plural(items, 'item')}"


PER_ROW = interface()
ONE = sample('{"data": [[1.0, 2.0]]}')
THREE = sample('{"data": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]}')
SUMMARY = interface(
    properties={"data": ROWS}, output={"type": "array", "items": {"type": "number"}, "example": [1.0, 2.0]}
)
ATTACKED = Attack(
    tried=9,
    valid=9,
    invalid=0,
    answers=(Tried(payload='{"data": [[1.0, 2.0], [1.0, 2.0]]}', valid=True, status=200, answer="[3.0]"),),
)
CASES = (
    fires(
        declared(THREE, interface=PER_ROW, steps=(answered("[1.0]", "list"),)),
        saw="3 rows were sent, and the answer has 1 item",
        findings=1,
    ),
    fires(
        declared(interface=PER_ROW).replace(attack=ATTACKED),
        saw="2 rows were sent, and the answer has 1 item",
        findings=1,
    ),
    quiet(declared(THREE, interface=PER_ROW, steps=(answered("[1.0, 2.0, 3.0]", "list"),))),
    quiet(declared(ONE, interface=PER_ROW, steps=(answered("[1.0]", "list"),))),
    quiet(
        declared(THREE, interface=SUMMARY, steps=(answered("[0.2, 0.8]", "list"),)),
        name="the examples say that it is no answer per row",
    ),
    quiet(declared(THREE, interface=PER_ROW, steps=(answered('{"result": [1.0]}'),)), name="no list"),
)
