"""The service has no description of version 2, which is the one that is served by default.

What it finds
-------------
A decorated run() whose samples cannot be written in Swagger 2.0, lists or frames that mix types, and no swagger.json of
your own.

Why it breaks
-------------
The server then makes 3.0 and 3.1 only, and `GET /swagger.json`, which asks for version 2, answers 404. Test pages and
clients that know no other address find no description. Scoring works.

How to fix
----------
Ask for `?version=3`; or give samples that do not mix types, such as records in place of rows.

Learn more
----------
inference-schema 1.8, `get_supported_versions`; azureml-inference-server-http 1.5.1, `server/swagger.py`.
"""

from collections.abc import Iterator

import msgspec

from checks.cases import fires, quiet
from checks.check import check
from checks.contract.describing import is_loaded, judged
from checks.contract.scenes import declared, documented, interface, openapi
from checks.evidence import Evidence, Missing
from checks.finding import Confidence, Finding, Fix, Quote, Severity, Stage
from checks.text import listed

NOTHING = frozenset({"", "{}", "[]", "null", "false", "0", '""'})
"""Files of which the server takes no notice."""


@check(
    "contract.version-2-missing",
    needs=("probe",),
    stage=Stage.ANSWER,
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
)
def version_2_missing(evidence: Evidence) -> Iterator[Finding]:
    """Look at the versions that the decorators allow."""
    probe = evidence.probe
    declares = None if isinstance(probe, Missing) else probe.interface
    if declares is None or declares.kind != "schema" or not declares.versions or declares.problem:
        return
    own = any(
        is_loaded(one) and one.name in ("swagger.json", "swagger2.json") and one.text.strip() not in NOTHING
        for one in judged(evidence)
    )
    if own or any(one.split(".")[0] == "2" for one in declares.versions):
        return
    source = evidence.target.name if isinstance(evidence.script, Missing) else evidence.script.path
    yield Finding(
        title="GET /swagger.json answers 404: a sample mixes types",
        evidence=(
            Quote(
                source=source, text=f"seen versions {listed(declares.versions)}, expected 2.0 too: it is the default"
            ),
        ),
        about=("document:swagger.json", "status:404"),
        fixes=(
            Fix(title="ask for version 3", commands=("curl '<endpoint>/swagger.json?version=3'",)),
            Fix(title="give a sample whose lists hold one type each: orient='records' in place of values or split"),
        ),
    )


def _versions(*versions: str) -> Evidence:
    return declared(interface=msgspec.structs.replace(interface(), versions=versions))


CASES = (
    fires(_versions("3.0", "3.1"), saw="GET /swagger.json answers 404"),
    quiet(_versions("2.0", "3.0", "3.1")),
    quiet(_versions(), name="the versions are not known"),
    quiet(
        _versions("3.0", "3.1").replace(documents=documented(openapi(), role="beside").documents),
        name="a swagger.json of the person's own is served",
    ),
)
