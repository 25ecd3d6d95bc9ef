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
from collections.abc import Iterator, Sequence

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import Fault, contract_for, faults
from checks.contract.records import Json
from checks.contract.saying import cut, short
from checks.contract.schema_walk import below, properties_of
from checks.contract.telling import place, renaming, tell
from checks.contract.value_scenes import to_array, to_code, to_document
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Safety, Stage
from checks.http.scenes import live, scored
from checks.text import listed


@check("contract.key-missing", needs=("samples",), stage=Stage.RUN)
def key_missing(evidence: Evidence) -> Iterator[Finding]:
    """Name the key, who reads it, and the key that was sent in its place."""
    for lacking in _together(faults(evidence, "key-missing")):
        fault, keys = lacking[0], [one.key for one in lacking]
        inside = f"{place(fault)} has" if fault.path else "the body has"
        said = f", but `{cut(fault.near, 20)}`" if fault.near else ""
        word = "key" if len(keys) == 1 else "keys"
        named = listed([f"`{cut(key, 26)}`" for key in keys], 3)
        whole, fixes = _fixes(evidence, fault, keys)
        yield tell(fault, f"{inside} no {word} {named}{said}{whole}", *fixes, also=tuple(keys))


def _together(found: Sequence[Fault]) -> list[list[Fault]]:
    """Keys that one object lacks, with nothing in their place, are one fault."""
    groups: dict[object, list[Fault]] = {}
    for number, one in enumerate(found):
        alone = one.near is not None or bool(one.others)
        groups.setdefault(number if alone else (one.body.sample.source, one.path, one.severity), []).append(one)
    return list(groups.values())


def _fixes(evidence: Evidence, fault: Fault, keys: list[str]) -> tuple[str, tuple[Fix, ...]]:
    """What to do, and what the title says of it."""
    sent, value = next(iter(fault.others), None), fault.body.value
    outer = next(iter(value)) if isinstance(value, dict) and len(value) == 1 and not fault.path else None
    held = value[outer] if outer is not None else None
    first = held[0] if isinstance(held, list) and held else held
    if outer is not None and isinstance(first, dict) and set(keys) <= set(first):
        fix = Fix(title=f"send what is in `{outer}` as the body", commands=(short(held, 200),))
        return f": {'they are' if len(keys) > 1 else 'it is'} in `{cut(outer, 20)}`", (fix,)
    if fault.near is not None:
        return "", (renaming(fault, fault.near),)
    name = json.dumps(keys[0], ensure_ascii=False)
    if len(keys) == 1 and not fault.path and _belongs_in(evidence, keys[0], value):
        return ", but what belongs in it", (
            Fix(title=f"put the body under `{keys[0]}`", commands=(f"{{{name}: {short(value, 200)}}}",)),
        )
    if sent is not None:
        return "", (renaming(fault, sent),)
    pairs = ", ".join(f"{json.dumps(key, ensure_ascii=False)}: <value>" for key in keys[:20])
    title = f"send `{keys[0]}` as well" if len(keys) == 1 else "send them as well"
    return "", (Fix(title=title, commands=(f"{{{pairs}}}",), safety=Safety.PLACEHOLDER),)


def _belongs_in(evidence: Evidence, key: str, value: Json) -> bool:
    """True where the body has the keys that are declared for the value of `key`."""
    held = contract_for(evidence)
    inner = below(held.input, held.input, key) if held is not None and held.input is not None else None
    if held is None or held.input is None or inner is None or not isinstance(value, dict):
        return False
    declared = set(properties_of(held.input, inner))
    return len(declared & set(value)) * 2 > len(declared)


FRAME = 'import json\nimport pandas as pd\ndef run(raw):\n    return pd.DataFrame(json.loads(raw))[["a", "b"]].values\n'
PEOPLE = {"type": "array", "items": {"type": "object", "required": ["name"], "properties": {"name": {}, "age": {}}}}

PERSON = {"type": "object", "properties": {"name": {}}}

CASES = (
    fires(to_array({"rows": [[1, 2]]}), saw="the body has no key `data`", findings=1),
    fires(to_array({"date": [[1, 2]]}), saw="a key like it is there: date", line=1, findings=1),
    fires(to_code({"lines": [[1, 2]]}), saw='return model.predict(data["rows"])', findings=1),
    fires(to_document({"age": 3}, age={"type": "integer"}, colour={"type": "string"}), saw="no key `colour`"),
    fires(to_document({"people": [{"age": 1}]}, people=PEOPLE), saw="`/people/0` has no key `name`"),
    fires(to_document({}, a={}, b={}), saw="no keys `a` and `b`", findings=1),
    fires(to_code({"rows": [{"a": 1, "b": 2}]}, FRAME), saw="no keys `a` and `b`: they are in `rows`", findings=1),
    fires(to_document({"name": 1, "age": 2}, person=PEOPLE["items"]), saw="`person`, but what belongs in it"),
    fires(
        to_document({"people": 1}, rows={"type": "array"}).replace(endpoint=live(scored()).endpoint),
        saw="scored this body",
        name="a live service takes it: a warning",
    ),
    fires(to_document({"name": 1}, person=PERSON), saw="`person`, but what belongs in it", name="one key of it"),
    quiet(to_array({"data": [[1, 2]]})),
    quiet(to_array({"Data": [[1, 2]]}), name="another case: told by its own check"),
    quiet(to_array([[1, 2]]), name="no object at all: told as a form"),
    quiet(to_code({"rows": [[1, 2]]})),
    quiet(to_code({}, "import json\ndef run(raw):\n    return json.loads(raw).get('rows')\n"), name="it may be absent"),
    quiet(to_document({"age": 3}, age={"type": "integer"})),
)
