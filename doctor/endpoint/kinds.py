"""Who answers: told by the host, the path, and the headers of the answers."""

import re
from collections.abc import Sequence

from checks.http.records import Call, ServiceKind
from doctor.endpoint.address import Address

_MANAGED = re.compile(r"\.inference\.ml\.azure\.(com|us|cn)$")
_BEHIND_FE = re.compile(r"^/api/v1/(service|endpoint)/[^/]+/")
_OF_SERVER = ("x-ms-server-version", "x-ms-run-function-failed")
_OF_MANAGED = ("ms-azureml-", "azureml-model-")


def kind_of(address: Address, calls: Sequence[Call] = ()) -> tuple[ServiceKind, str]:
    """The kind, and the sign by which it was told. What the URL says counts more than what a header says."""
    host = address.host.lower()
    if _MANAGED.search(host):
        return "managed", f"host {host}"
    if host.endswith(".azurecontainer.io"):
        return "container-instance", f"host {host}"
    if _BEHIND_FE.match(address.base):
        return "kubernetes", f"path {address.base}"
    for call in calls:
        if call.headers.get("server", "").lower().startswith("azureml-fe"):
            return "kubernetes", f"header server: {call.headers['server']}"
    for call in calls:
        if name := next((name for name in call.headers if name.startswith(_OF_MANAGED)), None):
            return "managed", f"header {name}"
    for name in _OF_SERVER:
        if values := [call.headers[name] for call in calls if name in call.headers]:
            return "server", f"header {name}: {values[0]}"
    return _by_program(calls)


def _by_program(calls: Sequence[Call]) -> tuple[ServiceKind, str]:
    """The image's own gunicorn or nginx, when the server behind it does not answer."""
    for call in calls:
        program = call.headers.get("server", "")
        if call.purpose == "health" and call.status == 200 and call.body.strip() == "Healthy":
            return "server", "GET / answered Healthy"
        if program.lower().startswith("gunicorn"):
            return "server", f"header server: {program}"
    return "other", ""
