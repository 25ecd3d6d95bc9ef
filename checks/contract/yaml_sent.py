"""YAML is sent to a service that reads JSON.

What it finds
-------------
Lines of `key: value` or of `- item` without brackets, where JSON is read.

Why it breaks
-------------
The server hands the body to run() as text, or parses it itself for a decorated run(). Either way one JSON parser
reads it, and JSON has one spelling only: the request ends in 400 (decorated) or in an exception of json.loads() and
500.

How to fix
----------
Write the same as JSON.

Learn more
----------
RFC 8259, the grammar of JSON. Source of the statuses: azureml-inference-server-http 1.5.1, `server/input_parsers.py`.
"""

from collections.abc import Iterator

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.form_cases import READS_TEXT, sent
from checks.contract.forms import FORETELLS, told
from checks.evidence import Evidence
from checks.finding import Finding, Fix, Stage


@check("contract.yaml-sent", needs=("samples",), stage=Stage.RUN, explains=FORETELLS)
def yaml_sent(evidence: Evidence) -> Iterator[Finding]:
    """Show the first line."""
    for one in told("contract.yaml-sent", evidence):
        yield one.finding(
            f"{one.file} is YAML, and {one.wanted.who} reads JSON",
            Fix(
                title="turn the file into JSON",
                commands=(f"{COMMAND} < {one.sample.source}",),
            ),
            saw=(one.first(),),
        )


COMMAND = 'python -c "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"'
CASES = (
    fires(sent("data:\n  - [1, 2]\n"), saw="is YAML", line=1, findings=1),
    fires(sent("---\ndata: [[1, 2]]\n"), saw="is YAML"),
    fires(sent("$schema: https://example.com/deployment.json\nname: blue\n"), saw="is YAML", name="a deployment's"),
    quiet(sent('{"data":\n [[1, 2]]}')),
    quiet(sent("Dear all: hello", READS_TEXT, "sample.txt"), name="a service of texts"),
)
