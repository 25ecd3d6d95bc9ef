"""Endpoint and deployment files beside a script."""

import json
from pathlib import Path

import pytest

from checks.contract.records import Deployment
from checks.evidence import Missing
from doctor.contract.deployment_file import deployment_beside

SCHEMA = "https://azuremlschemas.azureedge.net/latest"
ENDPOINT = f"$schema: {SCHEMA}/managedOnlineEndpoint.schema.json\nname: score\nauth_mode: "
DEPLOYMENT = f"""\
$schema: {SCHEMA}/managedOnlineDeployment.schema.json
name: blue
endpoint_name: score
request_settings:
  request_timeout_ms: 5000
instance_type: Standard_DS3_v2
"""


def beside(folder: Path, **files: str) -> Deployment | Missing:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return deployment_beside(folder)


def made(folder: Path, **files: str) -> Deployment:
    found = beside(folder, **files)
    assert isinstance(found, Deployment)
    return found


@pytest.mark.parametrize(
    ("written", "meant"), [("key", "key"), ("Key", "key"), ("amlToken", "aml_token"), ("AAD_TOKEN", "aad_token")]
)
def test_an_endpoint_and_its_deployment(tmp_path: Path, written: str, meant: str) -> None:
    found = made(tmp_path, endpoint_yml=ENDPOINT + written, blue_yaml=DEPLOYMENT)
    assert found == Deployment(
        source="endpoint.yml", kind="managed", auth_mode=meant, auth_line=3, request_timeout_ms=5000
    )


def test_an_endpoint_says_key_when_it_says_nothing(tmp_path: Path) -> None:
    found = made(tmp_path, e_yml=f"$schema: {SCHEMA}/kubernetesOnlineEndpoint.schema.json\nname: score\n")
    assert (found.kind, found.auth_mode, found.auth_line) == ("kubernetes", "key", None)


def test_without_a_schema_the_keys_tell(tmp_path: Path) -> None:
    found = made(tmp_path, e_yml="name: score\nauth_mode: aml_token\n", d_yml=DEPLOYMENT.split("\n", 1)[1])
    assert (found.auth_mode, found.request_timeout_ms, found.kind) == ("aml_token", 5000, "managed")


def test_several_endpoints_count_as_far_as_they_agree(tmp_path: Path) -> None:
    found = made(tmp_path, a_yml=ENDPOINT + "key", b_yml=ENDPOINT + "aad_token", c_yml=DEPLOYMENT)
    assert (found.auth_mode, found.auth_line, found.request_timeout_ms) == (None, None, 5000)
    assert made(tmp_path, b_yml=ENDPOINT + "key").auth_mode == "key"


def test_a_deployment_alone_says_nothing_of_keys(tmp_path: Path) -> None:
    found = made(tmp_path, d_yml=DEPLOYMENT)
    assert (found.source, found.auth_mode, found.request_timeout_ms) == ("d.yml", None, 5000)


@pytest.mark.parametrize(
    ("said", "kind", "auth"),
    [
        ({"computeType": "ACI"}, "container-instance", "none"),
        ({"computeType": "aci", "authEnabled": True}, "container-instance", "key"),
        ({"computeType": "AKS"}, "kubernetes", "key"),
        ({"computeType": "AKS", "authEnabled": False}, "kubernetes", "none"),
        ({"computeType": "AKS", "authEnabled": False, "tokenAuthEnabled": True}, "kubernetes", "aml_token"),
    ],
)
def test_a_configuration_of_the_first_version(tmp_path: Path, said: dict[str, object], kind: str, auth: str) -> None:
    found = made(tmp_path, deploymentconfig_json=json.dumps(said, indent=1))
    assert (found.kind, found.auth_mode) == (kind, auth)
    assert (found.auth_line is not None) == (len(said) > 1)


@pytest.mark.parametrize(
    "text",
    [
        "dependencies:\n- python\n",
        "apiVersion: v1\nkind: ConfigMap\nname: x\nauth_mode: key\n",
        "auth_mode: [",
        '{"computeType": "local"}',
        "name: batch\nendpoint_name: x\nauth_mode: key\n",
        "- auth_mode: key\n",
        "",
    ],
)
def test_other_files(tmp_path: Path, text: str) -> None:
    found = beside(tmp_path, some_yml=text)
    assert isinstance(found, Missing)
    assert "endpoint or deployment file" in found.reason


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    assert isinstance(deployment_beside(tmp_path / "none"), Missing)
