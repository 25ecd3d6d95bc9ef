"""TLS as a client that verifies meets it; when that one refuses, a second look at the certificate, without any key.

The standard library decodes only a certificate that it verified. One that was refused is therefore asked for once more,
with itself as the only trusted issuer and with its dates left aside: that says nothing of its trust, and shows it.
"""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from checks.http.records import Certificate, Tls
from doctor.endpoint.connecting import ProxyRefused
from doctor.errors import ConfigError

Open = Callable[[], socket.socket]
_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL (x509_vfy.h), which the ssl module takes without naming it."""
_DAY = 86400.0
_MOST_NAMES = 100
_CODES: dict[int, str] = {
    9: "not-yet-valid", 10: "expired", 18: "self-signed", 62: "name", 63: "name", 64: "name",
    2: "chain", 19: "chain", 20: "chain", 21: "chain", 24: "chain", 26: "chain",
}  # fmt: skip
"""X509_V_ERR_* of OpenSSL (x509_vfy.h) -> what is wrong."""


def trusting(ca: Path | None) -> ssl.SSLContext:
    """A client that verifies: with the system's certificates, those of certifi that httpx and requests take, and `ca`.

    Raises ConfigError when that file holds no certificate.
    """
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    if ca is not None:
        try:
            context.load_verify_locations(cafile=str(ca))
        except ssl.SSLError:
            raise ConfigError(f"{ca}: no certificate in PEM form stands in it") from None
        except OSError as error:
            raise ConfigError(f"{ca}: {error.strerror or error}") from None
    return context


def looking() -> ssl.SSLContext:
    """A client that verifies nothing and takes every version. Nothing secret may be sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def shake_hands(opened: Open, host: str, context: ssl.SSLContext) -> Tls:
    """The handshake with a service. `opened` makes a connection, anew for each look."""
    try:
        version, seen, _ = _once(opened, host, context)
        return Tls(version=version, certificate=_certificate(seen), verified=True)
    except ProxyRefused as error:
        return Tls(problem="other", words=str(error))
    except (OSError, ValueError) as error:  # SSLError is an OSError
        told = Tls(problem=_problem(error), words=_words(error))
    if told.problem in ("not-tls", "closed"):
        return told
    return _second_look(opened, host, told)


def wants_certificate(opened: Open, host: str, context: ssl.SSLContext) -> bool:
    """True when the host ends a handshake of TLS 1.3 because no client certificate came: its alert follows later."""
    try:
        with opened() as plain, context.wrap_socket(plain, server_hostname=host) as wrapped:
            wrapped.settimeout(min(1.0, wrapped.gettimeout() or 1.0))
            wrapped.recv(1)
    except (OSError, ValueError) as error:
        return bool(_problem(error) == "client-certificate")
    return False


def _second_look(opened: Open, host: str, told: Tls) -> Tls:
    try:
        version, _, raw = _once(opened, host, looking())
    except (OSError, ValueError) as error:
        refused = told.problem == "other" and "HANDSHAKE_FAILURE" in str(error)
        if refused and _asks_for_one(opened, host):
            return msgspec.structs.replace(told, problem="client-certificate")
        return told
    if told.problem == "other" and version in ("TLSv1", "TLSv1.1", "SSLv3"):
        told = msgspec.structs.replace(told, problem="old-version")
    try:
        seen = _once(opened, host, _trusting_only(raw))[1] if raw else {}
    except (OSError, ValueError):
        seen = {}
    return Tls(version=version, certificate=_certificate(seen), problem=told.problem, words=told.words)


def _once(opened: Open, host: str, context: ssl.SSLContext) -> tuple[str | None, dict[str, Any], bytes | None]:
    with opened() as plain, context.wrap_socket(plain, server_hostname=host) as wrapped:
        return wrapped.version(), dict(wrapped.getpeercert() or {}), wrapped.getpeercert(binary_form=True)


def _trusting_only(certificate: bytes) -> ssl.SSLContext:
    context = looking()
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags = ssl.VerifyFlags(ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    context.load_verify_locations(cadata=certificate)
    return context


def _problem(error: Exception) -> Any:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CODES.get(error.verify_code, "other")
    words = str(error).upper()
    if any(sign in words for sign in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH")):
        return "not-tls"
    if any(sign in words for sign in ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "VERSION_TOO_LOW")):
        return "old-version"
    if "CERTIFICATE_REQUIRED" in words:
        return "client-certificate"
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError) or "UNEXPECTED_EOF" in words:
        return "closed"
    return "other"


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or str(error)
    if isinstance(error, TimeoutError):
        return "the host did not answer the handshake in time"
    return str(error).partition(" (_ssl.c")[0]


def _certificate(seen: dict[str, Any]) -> Certificate | None:
    if not seen:
        return None
    start, end = (_seconds(str(seen.get(key, ""))) for key in ("notBefore", "notAfter"))
    now = time.time()
    return Certificate(
        subject=_name(seen.get("subject", ())),
        issuer=_name(seen.get("issuer", ())),
        names=tuple(str(value) for _, value in seen.get("subjectAltName", ()))[:_MOST_NAMES],
        not_before=_utc(start),
        not_after=_utc(end),
        days_left=None if end is None else round((end - now) / _DAY, 2),
        days_until_valid=max(0.0, round((start - now) / _DAY, 2)) if start is not None else 0.0,
        self_signed=seen.get("subject") == seen.get("issuer"),
    )


def _seconds(text: str) -> float | None:
    try:
        return float(ssl.cert_time_to_seconds(text))
    except ValueError:
        return None


def _utc(seconds: float | None) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds is not None else ""


def _name(parts: Any) -> str:
    """The common name; without one, what else the name says."""
    pairs = [pair for group in parts for pair in group]
    common = [value for key, value in pairs if key == "commonName"]
    return str(common[-1]) if common else ", ".join(str(value) for _, value in pairs)


def _asks_for_one(opened: Open, host: str) -> bool:
    """True when the host asks for a client certificate: in TLS 1.2 it says so before anything is encrypted."""
    context = looking()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=host)
    heard = b""
    try:
        with opened() as plain:
            for _ in range(20):
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    part = plain.recv(65536)
                    heard += part
                    incoming.write(part)
                    if not part:
                        break
    except OSError:
        pass
    return _REQUEST in _messages(heard)


_HANDSHAKE, _REQUEST = 22, 13  # record and message type of a CertificateRequest. Source: RFC 5246, 6.2.1 and 7.4


def _messages(heard: bytes) -> set[int]:
    """The types of the handshake messages in what a host sent in the clear."""
    text = b""
    while len(heard) >= 5 and heard[0] == _HANDSHAKE:
        length = int.from_bytes(heard[3:5], "big")
        text, heard = text + heard[5 : 5 + length], heard[5 + length :]
    kinds: set[int] = set()
    while len(text) >= 4:
        kinds.add(text[0])
        text = text[4 + int.from_bytes(text[1:4], "big") :]
    return kinds
