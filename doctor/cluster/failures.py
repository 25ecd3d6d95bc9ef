"""What a request without a good answer means: place, what was seen, remedy, in the words of a person."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import urllib3.exceptions

from doctor.cluster.kubeconfig import Settings
from doctor.redact import redact

MOST = 300  # characters of a server's own words
_TIME = rb"(?:\x17\x0d(\d{12})Z|\x18\x0f(\d{14})Z)"
_VALIDITY = re.compile(rb"\x30[\x1e\x20\x22]" + _TIME + _TIME)  # SEQUENCE of two times, X.509 4.1.2.5
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def is_of_tls(error: BaseException) -> bool:
    """True where the two do not believe each other: asking again cannot help."""
    return any(isinstance(one, ssl.SSLError) and "EOF occurred" not in str(one) for one in chain_of(error))


def worth_trying(error: BaseException) -> int:
    """How often a server is asked that has never answered: once where nobody listens, twice where it is silent."""
    if never_sent(error):
        return 1
    silent = urllib3.exceptions.ReadTimeoutError | TimeoutError
    return 2 if any(isinstance(one, silent) for one in chain_of(error)) else 9


def never_sent(error: BaseException) -> bool:
    """True where the server surely saw nothing of the request."""
    return any(
        isinstance(one, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)
        for one in chain_of(error)
    )


def told(settings: Settings, error: BaseException) -> str:
    """The text of a failed connection."""
    where = f"{settings.address} ({settings.said_by})" if settings.said_by else settings.address
    chain = list(chain_of(error))
    if settings.proxy and any(isinstance(one, urllib3.exceptions.ProxyError) for one in chain):
        return (
            f"the proxy {redact(settings.proxy)} did not let doctor through to {where}: {short(chain[-1])}; "
            "check the proxy, or name the server in NO_PROXY"
        )
    for one in chain:
        words = _cause(one, where, settings)
        if words:
            return words
    return f"the API server at {where} cannot be reached: {short(chain[-1])}; kubectl version tells whether it works"


def _cause(error: BaseException, where: str, settings: Settings) -> str | None:
    if isinstance(error, ssl.SSLError):
        return _tls(error, where, settings)
    if isinstance(error, ConnectionRefusedError):
        return (
            f"nothing listens at {where}: connection refused; see whether the cluster runs, and whether the context is "
            "the right one (kubectl config get-contexts)"
        )
    if isinstance(error, urllib3.exceptions.NameResolutionError) or type(error).__name__ == "gaierror":
        return (
            f"the host of {where} is not known here; a private cluster needs its network or VPN, and a cluster that "
            "was made anew a new kubeconfig"
        )
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return None  # the reason follows in the chain
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return (
            f"the API server at {where} cannot be reached: no connection in time; check VPN and firewall, "
            "and the addresses that the cluster lets in"
        )
    if isinstance(error, urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return f"the API server at {where} did not answer in time; try again, or give it more (--timeout)"
    if isinstance(error, urllib3.exceptions.URLSchemeUnknown | urllib3.exceptions.LocationParseError) or (
        "Missing dependencies for SOCKS" in str(error)
    ):
        return f"{where} is no address that doctor can use: {short(error)}; check the kubeconfig and its proxy"
    dropped = ConnectionResetError | BrokenPipeError | urllib3.exceptions.IncompleteRead
    if isinstance(error, dropped) or type(error).__name__ in {
        "RemoteDisconnected",
        "BadStatusLine",
        "InvalidChunkLength",
    }:
        return (
            f"the API server at {where} closed the connection in the middle of an answer; try again, and see whether a "
            "proxy or load balancer stands before it"
        )
    if isinstance(error, OSError) and error.errno in {101, 113}:
        return f"the host of {where} cannot be reached: {error.strerror}; check the network and the address"
    return None


def _tls(error: ssl.SSLError, where: str, settings: Settings) -> str:
    """OpenSSL's reasons, in words."""
    said = str(error)
    if re.search("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST", said):
        return f"what listens at {where} speaks no TLS; check scheme and port of the server in the kubeconfig"
    if "mismatch" in said and "key values" not in said:
        return (
            f"the certificate of the API server at {where} is for another name: {_reason(said)}; "
            "use a name that it holds, or set tls-server-name in the kubeconfig"
        )
    if "has expired" in said or "not yet valid" in said:
        return (
            f"the certificate of the API server at {where} is not valid now: {_reason(said)}; renew it "
            "(kubeadm certs renew all), and check this machine's clock"
        )
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return (
            f"the certificate of the API server at {where} is not from the authority that the kubeconfig names: "
            f"{_reason(said)}; fetch the kubeconfig again, or add the authority of a proxy between to "
            "certificate-authority-data"
        )
    if re.search(r"(?i)alert|certificate.required|bad.certificate|unknown.ca|handshake.failure|EOF occurred", said):
        expired = expiry(settings.certificate)
        since = f" (it expired {expired})" if expired else ""
        return (
            f"the API server at {where} does not accept the certificate it was shown{since}: {_reason(said)}; "
            f"{settings.login}"
        )
    return f"no TLS connection to the API server at {where}: {_reason(said)}; fetch the kubeconfig again"


def unauthorized(settings: Settings, message: str, token: str) -> str:
    """The text of a 401: who was not believed, and why as far as can be known here."""
    expired = expiry(settings.certificate) or token_expiry(token)
    what = "the client certificate" if expired and expiry(settings.certificate) else "the token"
    why = f"{what} expired {expired}" if expired else short(message)
    where = f"{settings.address} does not know who asks (401, {settings.said_by})"
    return f"the API server at {where}: {why}; {settings.login}"


def expiry(certificate: bytes, now: datetime | None = None) -> str | None:
    """When a certificate (PEM) expired; None while it is valid, or where it cannot be read."""
    import base64
    import binascii

    found = _PEM.search(certificate)
    try:
        validity = _VALIDITY.search(base64.b64decode(found[1])) if found else None
    except binascii.Error:
        return None
    if validity is None:
        return None
    text = validity[4].decode() if validity[4] else _century(validity[3].decode())
    end = datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return f"{end:%Y-%m-%dT%H:%M:%SZ}" if end < (now or datetime.now(UTC)) else None


def _century(text: str) -> str:
    """Two digits of a year: from 50 on those of the last century."""
    return ("19" if int(text[:2]) >= 50 else "20") + text


def token_expiry(token: str, now: datetime | None = None) -> str | None:
    """When a token in JWT form expired; None while it is valid, or where it does not tell."""
    import base64
    import json

    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        end = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None
    return f"{end:%Y-%m-%dT%H:%M:%SZ}" if end < (now or datetime.now(UTC)) else None


def not_kubernetes(settings: Settings, status: int, reason: str, body: bytes) -> str:
    """What is said of an answer that no API server gives: a login page, a proxy's error."""
    title = re.search(rb"(?is)<title[^>]*>(.*?)</title>", body)
    words = short(redact((title[1] if title else b"").decode("utf-8", "replace")))
    seen = f"{status} {reason}".strip() + (f", a page `{words}`" if title and words else "")
    host = urlsplit(settings.proxy).hostname if settings.proxy else None
    between = f"the proxy {host}" if host else "a proxy or login page between"
    return (
        f"what answers at {settings.address} is no API server: {seen}; check the server in {settings.said_by}, "
        f"and {between}"
    )


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """An exception and all that is inside of it: what it was raised from, its reason, its arguments."""
    pending, seen = [error], set[int]()
    while pending:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = (getattr(one, "reason", None), getattr(one, "original_error", None), *one.args)
        pending += [other for other in (*inner, one.__cause__, one.__context__) if isinstance(other, BaseException)]


def _reason(said: str) -> str:
    """OpenSSL's words without its codes."""
    text = re.sub(r"^\(?'?\[SSL[^\]]*\]\s*|\s*\(_ssl\.c:\d+\)|^\[[^\]]*\]\s*", "", said)
    return short(text.split("certificate verify failed: ")[-1]).rstrip(".")


def short(error: object) -> str:
    """One line, without the representations of objects that urllib3 puts into its texts."""
    text = " ".join(str(error).split())
    text = re.sub(r"HTTPS?Connection(?:Pool)?\([^)]*\):? ?|<[\w.]+ object at 0x[0-9a-f]+>:? ?", "", text)
    return text[:MOST] or type(error).__name__
