"""The URL of a service as a person gives it: what is asked there, and what of it may be shown."""

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, unquote_plus, urlsplit

from doctor.errors import ConfigError

SCORE, SWAGGER = "score", "swagger.json"
_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_SERVICE = re.compile(r"^/api/v1/(?:service|endpoint)/[^/]+/")
"""Root of a service behind azureml-fe. Source: reference, Kubernetes online endpoints and v1 model management."""
_PORTS = {"http": 80, "https": 443}
_PLAIN_HOSTS = (".azurecontainer.io", ".local", ".internal", "localhost")
"""Hosts that speak http where nobody asked for more: container instances without a certificate, and the own machine."""
_PORTALS = frozenset({"ml.azure.com", "ai.azure.com", "portal.azure.com", "studio.azureml.net", "management.azure.com"})
"""Where people look at an endpoint, or manage it; none of them scores."""
_SECRET = re.compile(r"(?i)code|sig|key|token|secret|pass|pwd|auth|cred")
_LONG = 12  # characters of a value that may be a key whatever it is called
_REMEDY = "give the scoring URL, such as https://<endpoint>.<region>.inference.ml.azure.com/score"


@dataclass(frozen=True)
class Address:
    """Where a service is. `base` is the path of its root with a slash at the end, `path` the one to score at.

    `query` is what stood behind the question mark: it is sent, and never shown.
    """

    scheme: str
    host: str
    port: int
    base: str
    path: str
    query: str = field(default="", repr=False)

    @property
    def secure(self) -> bool:
        """True for https."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL; the usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The scoring URL without its query."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def swagger(self) -> str:
        """The path of the description."""
        return self.base + SWAGGER

    def to(self, path: str, query: str = "") -> str:
        """The whole URL of a path, with the query of the person behind that of the call. Not to be shown."""
        asked = "&".join(part for part in (query, self.query) if part)
        return f"{self.scheme}://{self.authority}{path}" + (f"?{asked}" if asked else "")

    def turned(self) -> "Address":
        """The same host over the other scheme: on its usual port, or on the port that was named."""
        scheme = "http" if self.secure else "https"
        port = _PORTS[scheme] if self.port == _PORTS[self.scheme] else self.port
        return Address(scheme, self.host, port, self.base, self.path, self.query)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values of the query that may be a key or a signature, as they are sent and as they are meant."""
        pairs = [(name, value) for name, _, value in (part.partition("=") for part in self.query.split("&"))]
        found = [value or name for name, value in pairs if _is_secret(name, value or name)]
        return tuple(dict.fromkeys(one for value in found for one in (value, unquote(value), unquote_plus(value))))


def _is_secret(name: str, value: str) -> bool:
    """By its name, or since it is long: `true` and `blue` must not be hidden wherever an answer says them."""
    return "version" not in name.lower() and (bool(_SECRET.search(name)) or len(value) >= _LONG)


def read_address(text: str) -> Address:
    """The address that a person means. Raises ConfigError, whose text repeats neither user, password nor query."""
    text = text.strip().strip("<>\"'").strip()
    scheme, rest = _scheme_of(text)
    try:
        parts = urlsplit(f"{scheme or 'http'}://{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError(f"this is no URL: host or port cannot be read; {_REMEDY}") from None
    if "@" in parts.netloc or "@" in rest.partition("?")[0].partition("/")[0]:
        raise ConfigError(
            "the URL holds a user or a password: leave them out, and name the variable of the key with --key-env"
        )
    if not host or re.search(r"[\s\x00-\x20\x7f\\]", host) or port == 0:
        raise ConfigError(f"this is no URL: no host stands in it; {_REMEDY}")
    if re.search(r"[<>{}]|%3[ce]|%7[bd]", host, re.IGNORECASE):
        raise ConfigError(f"the host is a placeholder that nobody filled in: {host}; {_REMEDY}")
    if host.lower() in _PORTALS:
        raise ConfigError(
            f"{host} is a page for people, and no service: copy the REST endpoint (scoring URI) that it shows,"
            " such as https://<endpoint>.<region>.inference.ml.azure.com/score"
        )
    scheme = scheme or _guessed(host, port)
    base, path = _paths(quote(parts.path, safe="/%:@!$&'()*+,;=~-._"))
    return Address(scheme, host, port or _PORTS[scheme], base, path, _sendable(parts.query))


def _scheme_of(text: str) -> tuple[str | None, str]:
    found = _SCHEME.match(text)
    if not found:
        return None, text.removeprefix("//")
    scheme = found.group(1).lower()
    if scheme not in _PORTS:
        raise ConfigError(f"a service is asked by http or https, not by {scheme}; {_REMEDY}")
    return scheme, text[found.end() :]


def _guessed(host: str, port: int | None) -> str:
    """The scheme that a person left out."""
    if port in (80, 443):
        return "https" if port == 443 else "http"
    if port is not None or "." not in host or host.endswith(_PLAIN_HOSTS):
        return "http"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "https"
    return "http"


def _paths(path: str) -> tuple[str, str]:
    """Root and scoring path. A path that is neither root nor one of the known is taken as the one to score at."""
    path = re.sub(r"/swagger\.json/?$", "/", path or "/")
    service = _SERVICE.match(path if path.endswith("/") else path + "/")
    if service and len(path.rstrip("/")) < len(service.group()):
        path = service.group()
    if path.endswith("/") and not path.endswith(f"/{SCORE}/"):
        return path, path + SCORE
    if re.search(rf"/{SCORE}/?$", path):
        return re.sub(rf"{SCORE}/?$", "", path), path
    return (service.group() if service else "/"), path


def _sendable(query: str) -> str:
    return quote(query, safe="/%:@!$&'()*+,;=~-._?[]")
