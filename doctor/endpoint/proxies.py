"""The proxy that the environment names for a URL, by the rules of httpx."""

import ipaddress
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from doctor.endpoint.address import Address


@dataclass(frozen=True)
class Proxy:
    """A proxy. `shown` names it without its credentials."""

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """Its URL without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def proxy_for(address: Address) -> Proxy | None:
    """The proxy for this address from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; None when none is named.

    NO_PROXY as httpx reads it: `*` for all, a host with its subdomains, `.host` for the subdomains alone, an address.
    """
    named = urllib.request.getproxies()
    text = named.get(address.scheme) or named.get("all")
    if not text or _left_out(address.host, named.get("no", "")):
        return None
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 1080)
    except ValueError:
        return None
    user, password = (unquote(word) if word else None for word in (parts.username, parts.password))
    return Proxy(parts.scheme, parts.hostname, port, user, password) if parts.hostname else None


def _left_out(host: str, listed: str) -> bool:
    names = [name.strip().lower() for name in listed.split(",") if name.strip()]
    return any(name == "*" or _covers(name, host.lower()) for name in names)


def _covers(name: str, host: str) -> bool:
    name = name.partition("://")[2] or name
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        bare = name.removeprefix("*").removeprefix(".")
        return host.endswith(f".{bare}") or (host == bare and not name.startswith((".", "*.")))
    return host == name.strip("[]")
