"""What a service will serve as /swagger.json, made without its server.

Source: azureml-inference-server-http 1.5.1, `server/swagger.py` and its templates, which this must equal key by key.
"""

from collections.abc import Mapping
from pathlib import Path

from checks.contract.records import Interface, Json

VERSIONS = ("2", "3", "3.1")


class NotServed(Exception):
    """The server answers 404 for that version; the text is the server's message."""


def served(interface: Interface, version: str, app_root: Path, variables: Mapping[str, str]) -> Json:
    """The document that `GET /swagger.json?version=` gives. A file of the person's own in `app_root` goes first.

    `variables` are SERVICE_NAME, SERVICE_VERSION and SERVICE_PATH_PREFIX of the deployment. Raises NotServed; and
    CannotExamine where a file of the person's own stops the server (no JSON).
    """
    raise NotImplementedError
