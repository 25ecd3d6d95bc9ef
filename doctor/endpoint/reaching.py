"""The way to a service: its name, the connection, and the handshake; what is known of it so far."""

import socket
import ssl
from dataclasses import dataclass, field

from checks.http.records import Connection, Name, Tls
from doctor.endpoint.address import Address
from doctor.endpoint.connecting import connect, opened
from doctor.endpoint.deadline import Deadline
from doctor.endpoint.handshake import shake_hands
from doctor.endpoint.masking import Secrets
from doctor.endpoint.naming import resolve
from doctor.endpoint.proxies import Proxy, proxy_for
from doctor.endpoint.wishes import Listen, Wishes


@dataclass
class Way:
    """How a service is reached. `key` is the word behind Bearer."""

    address: Address
    wishes: Wishes
    deadline: Deadline
    key: str | None = field(repr=False)
    proxy: Proxy | None
    secrets: Secrets
    listen: Listen
    name: Name | None = None
    connection: Connection | None = None
    tls: Tls | None = None

    @property
    def limit(self) -> float:
        """Seconds that the next step may take."""
        return self.deadline.left(self.wishes.timeout)

    @property
    def connected(self) -> bool:
        """True when a connection was made."""
        return self.connection is not None and self.connection.problem is None

    @property
    def trusted(self) -> bool:
        """True when key and payloads may be sent."""
        return self.connected and (self.tls is None or self.tls.verified)

    @property
    def unlike(self) -> bool:
        """True when nothing of HTTP can be asked: the handshake did not get as far as a certificate."""
        return self.tls is not None and not self.tls.verified and self.tls.certificate is None

    @property
    def leads(self) -> dict[str, str]:
        """The host that is connected to, and its address."""
        host = self.proxy.host if self.proxy else self.address.host
        return {host: self.connection.address} if self.connection else {}

    def opened(self) -> socket.socket:
        """A new connection over which TLS with the service can begin. Raises OSError."""
        assert self.connection is not None
        return opened(self.address, self.connection, self.proxy, self.limit)


def way_to(address: Address, wishes: Wishes, key: str | None, listen: Listen) -> Way:
    """The way to a service, not gone yet."""
    proxy = proxy_for(address)
    secrets = Secrets(key or "", *address.secrets, (proxy.password if proxy else None) or "")
    return Way(address, wishes, Deadline(wishes.total), key, proxy, secrets, listen)


def go(way: Way, context: ssl.SSLContext) -> None:
    """Resolves, connects and shakes hands, as far as it goes."""
    place = way.proxy or way.address
    way.listen(f"resolving {place.host}")
    way.name = resolve(place.host, place.port, way.limit)
    if way.name.problem:
        return
    way.listen(f"connecting to {place.host}:{place.port}")
    connection = connect(way.name.addresses, place.port, way.deadline, way.wishes.timeout, way.proxy)
    way.connection = connection
    if connection.problem or not way.address.secure or (way.proxy and way.proxy.scheme != "http"):
        return
    way.listen("looking at the certificate")
    way.tls = shake_hands(way.opened, way.address.host, context)
