"""Certificates of one cluster: its authority, its server, its clients; and an authority that nobody trusts."""

import base64
import ssl
from dataclasses import dataclass, field
from functools import cached_property

import trustme


@dataclass(frozen=True)
class Certificates:
    """An authority and what it signs. `host` is the name that the server's certificate is made out to."""

    host: str = "127.0.0.1"
    authority: trustme.CA = field(default_factory=lambda: trustme.CA(organization_name="cluster of the tests"))

    @cached_property
    def server(self) -> ssl.SSLContext:
        """What the server shows, and whom it believes; a client may come without a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(self.host).configure_cert(context)
        self.authority.configure_trust(context)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def client(self, name: str) -> tuple[str, str]:
        """Certificate and key of a person, in base64 as a kubeconfig holds them. The common name is the user's."""
        issued = self.authority.issue_cert(f"{name}@cluster.example", common_name=name)
        chain = b"".join(one.bytes() for one in issued.cert_chain_pems)
        return _base64(chain), _base64(issued.private_key_pem.bytes())

    @property
    def bundle(self) -> str:
        """The authority's certificate in base64."""
        return _base64(self.authority.cert_pem.bytes())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
