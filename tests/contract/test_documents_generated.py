"""Documents that the server makes raise no alarm but true ones, whatever the decorators hold."""

import json
import sys
from pathlib import Path

import pytest
from swagger_cases import CASES, Case

from checks.cases import script
from checks.contract import group_documents
from checks.contract.records import Deployment, Documents
from checks.evidence import Probe
from checks.finding import Severity
from checks.outcome import Crashed, Found, run_checks
from doctor.contract.declared import declared
from doctor.contract.documents import document_of
from doctor.contract.served import NotServed, served

NAMES = {"2": "swagger.json", "3": "swagger3.json", "3.1": "swagger3.1.json"}
TRUE = {
    ("standard containers", "contract.document-invalid"): "keys that are numbers",
    ("numbers that JSON lacks", "contract.document-invalid"): "NaN",
    ("a type of the person's own", "contract.document-invalid"): "a type that JSON schema does not have",
    ("a value that adds to the JSON", "contract.document-invalid"): "a service name that breaks out of its quotes",
}
"""What is wrong with them indeed."""
GENERATED = [case for case in CASES if not case.files]


@pytest.mark.server
@pytest.mark.parametrize("case", GENERATED, ids=lambda case: case.name)
def test_no_false_alarm(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "score.py"
    path.write_bytes(case.script.encode("utf-8", "surrogateescape"))
    interface = declared(path, python=sys.executable, variables=case.variables)
    probe = Probe(interpreter="python", python="3.11.9", steps=(), interface=interface)
    versions = 0
    for version, name in NAMES.items():
        try:
            made = json.dumps(served(interface, version, tmp_path, case.variables))
        except NotServed:
            continue
        versions += 1
        documents = Documents(items=(document_of(made.encode(), name, "beside"),))
        evidence = script(case.script).replace(
            documents=documents,
            probe=probe,
            deployment=Deployment(source="endpoint.yml", kind="managed", auth_mode="key"),
        )
        outcomes = run_checks(group_documents.CHECKS, evidence)
        assert not [one for one in outcomes if isinstance(one, Crashed)]
        told = {
            one.id
            for outcome in outcomes
            if isinstance(outcome, Found)
            for one in outcome.findings
            if one.severity is not Severity.INFO
        }
        no_second = {"contract.version-2-missing"} if "2.0" not in interface.versions and interface.versions else set()
        assert {one for one in told - no_second if (case.name, one) not in TRUE} == set()
    assert versions
