"""Reads the endpoint or deployment file of Azure ML beside a script: what the contract must fit."""

from pathlib import Path

from checks.contract.records import Deployment
from checks.evidence import Missing


def deployment_beside(folder: Path) -> Deployment | Missing:
    """What endpoint and deployment files in the folder say, told by their `$schema`; Missing with the reason.

    Of several endpoints only what they agree on. Source: schemas managedOnlineEndpoint, managedOnlineDeployment,
    kubernetesOnlineEndpoint of Azure ML's CLI v2; deployment configurations of v1 (`computeType: aci`, `authEnabled`).
    """
    raise NotImplementedError
