"""The request body lacks a key that the service reads.

What it finds
-------------
A key that run() takes as a parameter, that the document requires, or that the code of an undecorated run() reads with
`data[...]`, and that the sample does not have. Where a key like it was sent, that one is shown.

Why it breaks
-------------
The server looks for each parameter of a decorated run() by its name, and answers 400 where one is missing; a key of
an object inside is not checked, and run() trips over it. The code of an undecorated run() raises KeyError, which the
client sees as 500.

How to fix
----------
Send the key under the name that is read. Where clients cannot be changed, read the name that they send.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

import json
from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, faults
from checks.contract.saying import cut
from checks.contract.telling import place, renaming, tell
from checks.contract.value_scenes import to_array, to_code, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage


@check("contract.key-missing", needs=("samples",), stage=Stage.RUN)
def key_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the key, who reads it, and the key that was sent in its place."""
    for fault in faults(evidence, "key-missing"):
        inside = f"{place(fault)} has" if fault.path else "the body has"
        said = f", but `{cut(fault.near, 20)}`" if fault.near else ""
        yield tell(fault, f"{inside} no key `{cut(fault.key, 26)}`{said}", *_fixes(fault))


def _fixes(fault: Fault) -> tuple[Fix, ...]:
    if sent := fault.near or next(iter(fault.others), None):
        return (renaming(fault, sent),)
    name = json.dumps(fault.key, ensure_ascii=False)
    return (Fix(title=f"send `{fault.key}` as well", commands=(f"{{{name}: <value>}}",), safety=Safety.PLACEHOLDER),)


PEOPLE = {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": {}, "age": {}}}}

CASES = (
    fires(to_array({"rows": [[1, 2]]}), saw="the body has no key `data`", findings=1),
    fires(to_array({"date": [[1, 2]]}), saw="a key like it is there: date", line=1, findings=1),
    fires(to_code({"lines": [[1, 2]]}), saw='return model.predict(data["rows"])', findings=1),
    fires(to_document({"age": 3}, age={"type": "integer"}, colour={"type": "string"}), saw="no key `colour`"),
    fires(to_document({"people": [{"age": 1}]}, people=PEOPLE), saw="`/people/0` has no key `name`"),
    quiet(to_array({"data": [[1, 2]]})),
    quiet(to_array({"Data": [[1, 2]]}), name="another case: told by its own check"),
    quiet(to_array([[1, 2]]), name="no object at all: told as a form"),
    quiet(to_code({"rows": [[1, 2]]})),
    quiet(to_code({}, "import json\ndef run(raw):\n    return json.loads(raw).get('rows')\n"), name="it may be absent"),
    quiet(to_document({"age": 3}, age={"type": "integer"})),
)
