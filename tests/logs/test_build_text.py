"""Readers of build logs and refusals: what they find over several lines, and when they keep silent."""

import pytest

from checks.evidence import Log
from checks.logs.analysis import Analysis, analyse
from checks.logs.findings import findings


def read(text: str) -> Analysis:
    return analyse(Log(source="build.log", text=text))


def first(text: str) -> tuple[str, dict[str, str]]:
    group = read(text).causes[0]
    return group.signature.id, dict(group.best.fields)


def test_a_conflict_is_told_once_with_both_sides() -> None:
    text = """
ERROR: Cannot install x and inference-schema==1.5 because these package versions have conflicting dependencies.

The conflict is caused by:
    azureml-inference-server-http 0.8.4.2 depends on inference-schema~=1.7.0
    inference-schema[numpy-support] 1.5 depends on inference-schema 1.5 (requires-python:>=3.7,<3.11))

ERROR: ResolutionImpossible: for help visit https://pip.pypa.io
"""
    analysis = read(text)
    assert [group.signature.id for group in analysis.causes] == ["pip-conflict"]
    fields = analysis.causes[0].best.fields
    assert fields["subject"] == "inference-schema"
    assert fields["holder"] == "azureml-inference-server-http 0.8.4.2"
    assert fields["need"] == "inference-schema~=1.7.0"
    assert fields["other"] == "inference-schema 1.5"


def test_a_long_conflict_keeps_its_title_short() -> None:
    text = f"""
The conflict is caused by:
    {"contoso-" * 6}features 2026.11.1.post1 depends on {"contoso-" * 6}schema<2026.10 and >=2025.3
    The user requested {"contoso-" * 6}schema==2026.11
"""
    (finding,) = findings(Log(source="build.log", text=text))
    assert len(finding.title) <= 100
    assert "conflicting versions" in finding.title


@pytest.mark.parametrize(
    ("ignored", "wanted", "id"),
    [
        ("1.2.0 Requires-Python >=3.9", "contoso==1.2.0", "pip-other-python"),
        ("1.1.0 Requires-Python >=3.9", "contoso==1.3.0", "pip-no-version"),
        ("1.2.0 Requires-Python >=3.9; 1.3.0 Requires-Python >=3.10", "contoso>=1.2", "pip-other-python"),
        ("1.2.0 Requires-Python >=3.9", "not a requirement", "pip-other-python"),
        ("nonsense Requires-Python >=3.9", "contoso==1.2.0", "pip-other-python"),
    ],
)
def test_another_python_is_to_blame_only_for_the_version_wanted(ignored: str, wanted: str, id: str) -> None:
    text = f"""
ERROR: Ignored the following versions that require a different python version: {ignored}
ERROR: Could not find a version that satisfies the requirement {wanted} (from versions: 0.1, 0.9)
"""
    assert first(text)[0] == id


def test_a_well_known_slip_is_named() -> None:
    told, fields = first("ERROR: Could not find a version that satisfies the requirement cv2 (from versions: none)")
    assert told == "pip-no-distribution"
    assert "opencv-python-headless" in fields["instead"]


def test_a_list_of_conda_is_one_cause() -> None:
    lines = "\n".join(f"  - nothing provides requested pkg{n} ==1.0 h0_{n}" for n in range(50))
    analysis = read(f"LibMambaUnsatisfiableError: Encountered problems while solving:\n{lines}\n")
    assert [group.signature.id for group in analysis.causes] == ["conda-nothing-provides"]
    assert "and 46 more" in analysis.causes[0].best.fields["packages"]


def test_a_solver_that_speaks_twice_is_one_cause() -> None:
    text = """
LibMambaUnsatisfiableError: Encountered problems while solving:
  - package scikit-learn-0.22.1-py36h22eb022_0 requires python >=3.6,<3.7.0a0, but none can be installed

Could not solve for environment specs
The following packages are incompatible
├─ python 3.10**  is requested and can be installed;
└─ scikit-learn 0.22.1**  is not installable because there are no viable options
"""
    analysis = read(text)
    assert [group.signature.id for group in analysis.causes] == ["conda-unsatisfiable"]
    assert analysis.causes[0].best.fields["first"] == "scikit-learn"


def test_uv_wraps_its_reason() -> None:
    text = """
#9 0.812   × No solution found when resolving dependencies:
#9 0.812   ╰─▶ Because scikit-learn==1.5.0 depends on numpy>=1.19.5 and you require
#9 0.812       numpy==1.18.0, we can conclude that your requirements are unsatisfiable.
#9 ERROR: process "/bin/sh -c uv pip install" did not complete successfully: exit code: 1
"""
    told, fields = first(text)
    assert told == "uv-conflict"
    assert "numpy>=1.19.5 and you require numpy==1.18.0" in fields["details"]


def test_the_same_words_outside_of_a_setup_are_another_cause() -> None:
    text = """
Traceback (most recent call last):
  File "/var/azureml-app/score.py", line 3, in <module>
    import torch
ModuleNotFoundError: No module named 'torch'
"""
    assert first(text)[0] == "module-not-found"


def test_a_build_that_went_on_is_healthy() -> None:
    text = """
#6 [3/6] RUN pip install -r requirements.txt
#6 3.2 WARNING: Retrying (Retry(total=4)) after connection broken by 'ReadTimeoutError("x")': /simple/pandas/
#6 8.2   ERROR: Failed building wheel for hnswlib
#6 9.2     Running setup.py install for hnswlib: finished with status 'done'
#6 9.9 azureml-core 1.40.0 requires pyopenssl<22.0.0, but you have pyopenssl 23.1.1 which is incompatible.
#6 10.0 Successfully installed hnswlib-0.7.0 pandas-2.0.3
#7 naming to docker.io/contoso/svc:1 done
"""
    analysis = read(text)
    assert [one.signature.id for one in analysis.causes] == []
    assert analysis.healthy


@pytest.mark.parametrize(
    ("action", "role"),
    [
        ("Microsoft.Authorization/roleAssignments/write", "User Access Administrator"),
        ("Microsoft.ContainerInstance/containerGroups/write", "Contributor"),
        ("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/write", "AzureML Data Scientist"),
        ("Microsoft.Contoso/things/read", "Reader"),
        ("Microsoft.Contoso/things/listSecrets/action", "Contributor"),
    ],
)
def test_the_role_that_is_missing(action: str, role: str) -> None:
    text = f"The client 'x' does not have authorization to perform action '{action}' over scope '/subscriptions/0' or"
    told, fields = first(text)
    assert told == "authorization-failed"
    assert fields["role"].startswith(role)


def test_a_code_that_no_table_has_is_told_with_its_number() -> None:
    (finding,) = findings(Log(source="x", text="AADSTS123456789: something new"))
    assert "123456789" in finding.title
