"""What the environment says about the cluster of the live suite. See README.md."""

import os
import secrets
from pathlib import Path

KUBECONFIG = Path(os.environ["DOCTOR_TEST_KUBECONFIG"]) if os.environ.get("DOCTOR_TEST_KUBECONFIG") else None
IMAGE = os.environ.get("DOCTOR_TEST_IMAGE") or "azimg:latest"
AT_ONCE = int(os.environ.get("DOCTOR_TEST_AT_ONCE") or "6")
"""Services that are broken at the same time."""


def name_of_run() -> str:
    """A name that no other run has."""
    return secrets.token_hex(3)
