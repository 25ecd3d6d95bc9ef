"""The request body has a key that the service does not read.

What it finds
-------------
A key of the sample that is no parameter of run(), that the document does not describe, or that the code of run()
never reads.

Why it breaks
-------------
The server passes over keys that are no parameters, and nobody is told. What was meant by the key has no effect; a
document that allows no other keys has clients refuse it.

How to fix
----------
Leave the key out, or give run() a parameter for it.

Learn more
----------
Source: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.faults import faults
from checks.contract.saying import cut
from checks.contract.telling import tell
from checks.contract.value_scenes import CODE, to_array, to_code
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Severity, Stage


@check("contract.key-unknown", needs=("samples",), severity=Severity.INFO, stage=Stage.RUN)
def key_unknown(evidence: Evidence) -> Iterator[Finding]:
    """Name the key, and those that are read."""
    for fault in faults(evidence, "key-unknown"):
        yield tell(
            fault,
            f"nothing reads the key `{cut(fault.key, 40)}`",
            Fix(title=f"leave `{fault.key}` out; these are read: {', '.join(fault.names[:6]) or 'none'}"),
        )


OPEN = CODE.replace("    return", "    audit(data)\n    return")

CASES = (
    fires(to_array({"data": [[1, 2]], "limit": 3}), saw="nothing reads the key `limit`", line=1, findings=1),
    fires(to_code({"rows": [[1, 2]], "limit": 3}), saw="run() reads rows", findings=1),
    quiet(to_array({"data": [[1, 2]]})),
    quiet(to_array({"date": [[1, 2]]}), name="a misspelt key is told as the one that is missing"),
    quiet(to_code({"rows": 1, "n": 2}, OPEN), name="the object goes where it cannot be followed"),
)
