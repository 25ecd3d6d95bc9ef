"""What a failed call of the engine means: place, what was seen, remedy, in the words of a person."""

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import docker.errors
import requests
import urllib3.exceptions

from doctor.errors import CannotExamine

MOST = 300  # characters of the engine's own words


class Refused(CannotExamine):
    """The engine answered, and would not do this one thing; what else is wanted of it may still be had."""


def told_failure(address: str, error: BaseException, *, said_by: str = "", known: frozenset[str] = frozenset()) -> str:
    """The text of a failure. `known` are names and ids of containers that were there before."""
    if isinstance(error, docker.errors.APIError):
        return _refusal(address, error, known)
    if isinstance(error, docker.errors.InvalidVersion):
        return f"the engine at {address} is too old: {_short(error)}; update it to Docker 1.12 (API 1.24) or newer"
    chain = list(_chain(error))
    where = f"{address} ({said_by})" if said_by else address
    if "paramiko" in str(error):
        host = urlsplit(address).netloc or "HOST"
        return (
            f"the engine at {where} is reached by ssh, for which doctor needs the package paramiko: install it beside "
            f"doctor (pip install paramiko), or run ssh -N -L localhost:2375:/var/run/docker.sock {host} "
            "and set DOCKER_HOST=tcp://localhost:2375"
        )
    for one in chain:
        told = _cause(one, where, address, said_by)
        if told:
            return told
    return f"the Docker engine at {where} cannot be reached: {_short(chain[-1])}; docker version tells whether it works"


def _refusal(address: str, error: docker.errors.APIError, known: frozenset[str]) -> str:
    """What the engine itself said."""
    said = _short(error.explanation or error)
    if "HTTP request to an HTTPS server" in said:
        return (
            f"the engine at {address} wants TLS and was asked without; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to "
            "the folder of its ca.pem, cert.pem and key.pem"
        )
    gone = re.search(r"[Nn]o such container: (\S+)", said)
    if gone and (gone[1] in known or not known):
        named = {one for one in known if one and not re.fullmatch(r"[0-9a-f]{12,64}", one)}
        name = next(iter(named)) if len(named) == 1 else gone[1][:30]
        return f"the container {name} was removed while doctor looked at it; start it again, and keep it (no --rm)"
    if re.search(r"(?i)client version \S+ is too (?:new|old)", said):
        return (
            f"the engine at {address} does not speak this version of its interface: {said}; update the older of the two"
        )
    status = error.status_code
    if status in {401, 403, 407}:
        return (
            f"the engine at {address} refused the call ({status}): {said}; ask for the right to read containers there"
        )
    if error.response is not None and not _is_json(error.response):
        return f"what answers at {address} is no Docker engine: {status} {error.response.reason}; check DOCKER_HOST"
    return f"the engine at {address} refused: {said}"


def _is_json(response: requests.Response) -> bool:
    """Refusals of an engine are JSON."""
    try:
        return isinstance(response.json(), dict)
    except (ValueError, RuntimeError):
        return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that is inside of it: what it was raised from, its reason, its arguments."""
    pending, seen = [error], set()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (getattr(one, "reason", None), *one.args, one.__cause__, one.__context__)
        pending += [other for other in inner if isinstance(other, BaseException)]


def _cause(error: BaseException, where: str, address: str, said_by: str) -> str | None:
    if isinstance(error, ssl.SSLError):
        return _tls(error, where)
    if isinstance(error, FileNotFoundError):
        return (
            f"there is no Docker engine at {where}: the socket is not there; "
            f"start it (sudo systemctl start docker), or set DOCKER_HOST to where it listens{_other_socket(address)}"
        )
    if isinstance(error, PermissionError):
        return (
            f"the socket of the Docker engine at {where} may not be opened: permission denied; "
            "run doctor with sudo, or join the group that owns it (sudo usermod -aG docker $USER, then log in again)"
        )
    if isinstance(error, ConnectionRefusedError):
        what = (
            "check host and port, and that the engine listens there (dockerd -H)"
            if _is_tcp(address)
            else ("the socket is left over from an engine that ended: start it again (sudo systemctl start docker)")
        )
        return f"nothing listens at {where}: connection refused; {what}"
    if isinstance(error, requests.exceptions.JSONDecodeError) or error.args == ("ApiVersion",):
        return f"what answers at {where} is no Docker engine; check the address{f' in {said_by}' if said_by else ''}"
    timed_out = isinstance(error, requests.exceptions.ConnectTimeout | urllib3.exceptions.ConnectTimeoutError)
    if timed_out and not isinstance(error, urllib3.exceptions.NewConnectionError):  # refusals and unknown names are one
        return f"the Docker engine at {where} cannot be reached: no connection in time; check host, port and firewall"
    if isinstance(error, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return f"the Docker engine at {where} stopped answering; restart the engine if docker ps hangs too"
    if type(error).__name__ in {"gaierror", "NameResolutionError"}:
        return f"the host of {where} is not known here; check the name in {said_by or 'DOCKER_HOST'}"
    if isinstance(error, ConnectionResetError | BrokenPipeError | urllib3.exceptions.IncompleteRead) or (
        type(error).__name__ in {"RemoteDisconnected", "BadStatusLine", "InvalidChunkLength"}
    ):
        return (
            f"the Docker engine at {where} closed the connection in the middle of an answer; "
            "see whether it still runs (docker version) and what its log says (journalctl -u docker)"
        )
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema) or (
        isinstance(error, docker.errors.DockerException | ValueError) and re.match("Invalid|Port ", str(error))
    ):
        return f"{where} is no address of an engine: {_short(error)}; write it as unix:///PATH, tcp://HOST:PORT or ssh://HOST"
    if isinstance(error, OSError) and error.errno in {101, 113}:
        return f"the host of {where} cannot be reached: {error.strerror}; check the network and the address"
    return None


def _tls(error: ssl.SSLError, where: str) -> str:
    """OpenSSL's reasons, in words."""
    said = str(error)
    place = os.environ.get("DOCKER_CERT_PATH") or "~/.docker"
    if "WRONG_VERSION_NUMBER" in said or "RECORD_LAYER_FAILURE" in said or "HTTP_REQUEST" in said:
        return (
            f"the engine at {where} speaks no TLS; unset DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, "
            "or check the port (2376 is the usual one with TLS, 2375 without)"
        )
    if "mismatch" in said:
        return (
            f"the certificate of the engine at {where} is for another name: {_reason(said)}; "
            "use a name or address that it holds, or have it made again with this one"
        )
    if "has expired" in said or "not yet valid" in said:
        return f"the certificate of the engine at {where} is out of date: {_reason(said)}; renew it or set the clock"
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return (
            f"the certificate of the engine at {where} is not signed by the CA in {place}/ca.pem: {_reason(said)}; "
            "set DOCKER_CERT_PATH to the folder with the CA that signed it"
        )
    # With TLS 1.3 an engine refuses a certificate after the handshake, and the refusal may be lost with the connection.
    if re.search(r"(?i)alert|certificate.required|bad.certificate|unknown.ca|handshake.failure|EOF occurred", said):
        return (
            f"the engine at {where} does not accept the certificate it was shown, or wants one: {_reason(said)}; "
            f"set DOCKER_CERT_PATH to the folder with a cert.pem and key.pem that its CA signed (now {place})"
        )
    if "key values mismatch" in said or "PEM" in said:
        return (
            f"the certificate files in {place} cannot be used: {_reason(said)}; copy ca.pem, cert.pem and key.pem again"
        )
    return f"no TLS connection to the engine at {where}: {_reason(said)}; check the files in {place}"


def _reason(said: str) -> str:
    """OpenSSL's words without its codes: `self-signed certificate in certificate chain`."""
    text = re.sub(r"^\(?'?\[SSL[^\]]*\]\s*|\s*\(_ssl\.c:\d+\)|^\[[^\]]*\]\s*", "", said)
    return _short(text.split("certificate verify failed: ")[-1]).rstrip(".")


def _other_socket(address: str) -> str:
    """A socket of Docker Desktop or of a rootless engine, where one is."""
    home, runtime = Path.home(), os.environ.get("XDG_RUNTIME_DIR")
    places = [home / ".docker/run/docker.sock", home / ".docker/desktop/docker.sock"]
    places += [Path(runtime) / "docker.sock"] if runtime else []
    found = next((path for path in places if path.exists() and f"unix://{path}" != address), None)
    return f"; there is one at unix://{found}" if found else ""


def _is_tcp(address: str) -> bool:
    return address.startswith(("tcp://", "http://", "https://"))


def _short(error: object) -> str:
    """One line, without the representations of objects that urllib3 puts into its texts."""
    text = " ".join(str(error).split())
    text = re.sub(r"HTTPS?Connection(?:Pool)?\([^)]*\):? ?|<[\w.]+ object at 0x[0-9a-f]+>:? ?", "", text)
    return text[:MOST] or type(error).__name__
