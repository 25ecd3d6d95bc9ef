"""The columns of the table are sent in another order than that of the sample.

What it finds
-------------
A data frame in records or split whose columns are those of the decorator's sample, in another order.

Why it breaks
-------------
The decorator casts columns by name and leaves them in the order in which they were sent. A model that was fitted on
an array, or one that does not look at names, takes the first column for the first feature: the answer is wrong, and
nothing is raised.

How to fix
----------
Let run() restore the order, `data = data[COLUMNS]`: a client's order is nothing to rely upon. Or send the order of
the sample.

Learn more
----------
Source: inference-schema 1.8, `parameter_types/pandas_parameter_type.py`.
"""

import ast
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.scenes import undecorated
from checks.contract.telling import place, tell
from checks.contract.value_scenes import PERSON, rows_of, to_document, to_frame
from checks.entry_script.module import parse
from checks.evidence import Evidence, Missing
from checks.finding import Finding, Fix, Severity, Stage


@check("contract.column-order", needs=("samples",), stage=Stage.RUN, severity=Severity.WARNING)
def column_order(evidence: Evidence) -> Iterator[Finding]:
    """Show both orders."""
    for fault in faults(evidence, "column-order"):
        if _takes_by_name(evidence, str(fault.path[0]) if fault.path else ""):
            continue
        names = ", ".join(f'"{name}"' for name in fault.names)
        yield tell(
            fault,
            f"the columns of {place(fault)} come in another order",
            Fix(title="restore the order in run()", commands=(f"{_name(fault)} = {_name(fault)}[[{names}]]",)),
            Fix(title=f"send this order: {fault.expected}"),
        )


def _name(fault: Fault) -> str:
    """The parameter, where it is the table itself."""
    inside = [part for part in fault.path if part not in ("columns", "data") or part == fault.path[0]]
    return str(inside[0]) if len(inside) == 1 and str(inside[0]).isidentifier() else "data"


def _takes_by_name(evidence: Evidence, parameter: str) -> bool:
    """True where run() uses the table for nothing but to take columns by name, or its length."""
    module = None if isinstance(evidence.script, Missing) else parse(evidence.script.text)
    if module is None or module.run is None:
        return False
    uses = [n for n in ast.walk(module.run) if isinstance(n, ast.Name) and n.id == parameter and not _is_store(n)]
    return bool(uses) and all(_is_by_name(module.parent(one), one) for one in uses)


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _is_by_name(above: ast.AST | None, node: ast.Name) -> bool:
    if isinstance(above, ast.Call):
        return isinstance(above.func, ast.Name) and above.func.id == "len"
    return isinstance(above, ast.Subscript) and above.value is node and not isinstance(above.slice, ast.Slice)


BY_NAME = 'def init(): ...\n\n\ndef run(data):\n    return (data["age"] * 2 + len(data)).tolist()\n'
CASES = (
    fires(
        to_frame(rows_of([dict(reversed(PERSON.items()))])),
        saw="come in another order",
        line=1,
        findings=1,
    ),
    quiet(
        to_frame(rows_of([dict(reversed(PERSON.items()))])).replace(script=undecorated(BY_NAME).script),
        name="run() takes the columns by name",
    ),
    quiet(to_frame(rows_of([PERSON]))),
    quiet(to_frame(rows_of([PERSON | {"more": 1}])), name="other columns"),
    quiet(to_document({"b": 1, "a": 2}, a={"type": "integer"}, b={"type": "integer"}), name="an object has no order"),
)
