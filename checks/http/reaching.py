"""Findings about the way to a service: its connection and its certificate."""

import msgspec

from checks.evidence import Evidence
from checks.finding import Finding, Fix, Quote
from checks.http.records import Certificate, Connection, Endpoint, Tls
from checks.http.scenes import URL, VALID, live
from checks.http.seen import by_hand, host_of, port_of
from checks.runtime.wording import one_line, seconds_of, titled


def at_connection(endpoint: Endpoint, title: str, *fixes: Fix, **fields: object) -> Finding:
    """A finding about the connection, which must be there."""
    made = endpoint.connection or Connection(address=host_of(endpoint), port=port_of(endpoint))
    took = f" after {seconds_of(made.seconds)}" if made.seconds >= 1 else ""
    through = (Quote(source="proxy", text=one_line(made.proxy)),) if made.proxy else ()
    said = Quote(
        source=f"connection to {made.address} port {made.port}",
        text=f"{one_line(made.words) or made.problem or 'made'}{took}",
    )
    found = Finding(
        title=titled(title, 88),
        evidence=(said, *through),
        about=(f"host:{host_of(endpoint)}",),
        fixes=fixes,
        reproduce=by_hand(endpoint),
    )
    return msgspec.structs.replace(found, **fields)


def tls_problem(endpoint: Endpoint, *problems: str) -> Tls | None:
    """The handshake, where it failed for one of these reasons."""
    tls = endpoint.tls
    return tls if tls is not None and tls.problem in problems else None


def at_handshake(endpoint: Endpoint, tls: Tls, title: str, *fixes: Fix, **fields: object) -> Finding:
    """A finding about the handshake and the certificate that was shown."""
    found = Finding(
        title=titled(title, 88),
        evidence=(
            Quote(source=f"handshake with {host_of(endpoint)} port {port_of(endpoint)}", text=_words(tls)),
            *((quote_certificate(tls.certificate),) if tls.certificate else ()),
        ),
        about=(f"host:{host_of(endpoint)}",),
        fixes=fixes,
        confirm=show_certificate(endpoint),
        reproduce=by_hand(endpoint),
    )
    return msgspec.structs.replace(found, **fields)


def quote_certificate(shown: Certificate) -> Quote:
    """Whom the certificate is for, who signed it, and how long it holds."""
    names = ", ".join(shown.names[:5]) + (f" and {len(shown.names) - 5} more" if len(shown.names) > 5 else "")
    return Quote(
        source="certificate",
        text=one_line(
            f"for {names or shown.subject or 'no name'}, by {shown.issuer or 'nobody'}, "
            f"valid {shown.not_before or '?'} to {shown.not_after or '?'}",
            300,
        ),
    )


def show_certificate(endpoint: Endpoint) -> str:
    """The command that prints the certificate that the host shows now."""
    host = host_of(endpoint)
    return (
        f"openssl s_client -connect {host}:{port_of(endpoint)} -servername {host} </dev/null"
        " | openssl x509 -noout -subject -issuer -dates -ext subjectAltName"
    )


def _words(tls: Tls) -> str:
    version = f"{tls.version}: " if tls.version else ""
    return f"{version}{one_line(tls.words) or tls.problem or 'verified'}"


def shaken(problem: str | None, url: str = URL, version: str | None = "TLSv1.3", **certificate: object) -> Evidence:
    """Evidence of a handshake that failed so, for cases; `certificate` changes a valid one."""
    shown = msgspec.structs.replace(VALID, **certificate)
    made = {"version": version, "certificate": shown, "problem": problem, "verified": problem is None}
    return live(url=url, tls=Tls(**made))  # type: ignore[arg-type]
