"""What a container's command says of the script that is served."""

import pytest

from checks.containers import Container, ContainerState, EngineInfo
from checks.evidence import Missing


def made(*command: str, **environment: str) -> Container:
    return Container(
        id="0",
        name="churn",
        engine=EngineInfo(address="unix:///var/run/docker.sock"),
        state=ContainerState(status="running"),
        image=Missing(reason="not asked for"),
        command=command,
        environment=environment,
        working_dir="/var/azureml-app",
    )


@pytest.mark.parametrize(
    ("text", "environment", "script"),
    [
        (
            'exec azmlinfsrv --entry_script "$AZUREML_ENTRY_SCRIPT" --port 5001',
            {"AZUREML_ENTRY_SCRIPT": "a.py"},
            "a.py",
        ),
        ("azmlinfsrv --entry_script=${AZUREML_ENTRY_SCRIPT}", {"AZUREML_ENTRY_SCRIPT": "a.py"}, "a.py"),
        ("azmlinfsrv --entry_script ${SCRIPT:-b.py}", {}, "b.py"),
        ("azmlinfsrv --entry_script ${SCRIPT:-b.py}", {"SCRIPT": ""}, "b.py"),
        ("azmlinfsrv --entry_script ${SCRIPT-b.py}", {"SCRIPT": "c.py"}, "c.py"),
        ('azmlinfsrv --entry_script "$NOT_SET" --port 5001', {}, "main.py"),
    ],
)
def test_a_shell_puts_variables_in(text: str, environment: dict[str, str], script: str) -> None:
    assert made("/bin/sh", "-c", text, **environment).entry_script == f"/var/azureml-app/{script}"


def test_without_a_shell_nobody_does() -> None:
    assert made("azmlinfsrv", "--entry_script", "$SCRIPT", SCRIPT="a.py").entry_script == "/var/azureml-app/$SCRIPT"
