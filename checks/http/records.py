"""What was seen of a live service from outside. Times are in seconds; nothing secret is kept."""

from typing import Literal

from checks.finding import Record

ServiceKind = Literal["managed", "kubernetes", "container-instance", "server", "other"]
"""Who answers: a managed online endpoint; azureml-fe before a Kubernetes (AKS) deployment; the front end of a container
instance; the inference server itself (or nginx of its image); something else."""


class Name(Record, frozen=True):
    """How the host's name was resolved. `problem`: unknown (no such name), no-answer (of the name server), private
    (the public name of a private endpoint without its zone); None when addresses were found.
    """

    host: str
    addresses: tuple[str, ...] = ()
    problem: Literal["unknown", "no-answer", "other"] | None = None
    words: str = ""
    seconds: float = 0.0


class Connection(Record, frozen=True):
    """The TCP connection to one address. `proxy` is the proxy that stands between, without its credentials."""

    address: str
    port: int
    problem: Literal["refused", "unreachable", "timeout", "reset", "other"] | None = None
    words: str = ""
    seconds: float = 0.0
    proxy: str | None = None


class Certificate(Record, frozen=True):
    """The certificate that the host showed. Times are UTC as `2026-11-20T18:07:02Z`; `days_left` is negative when it
    has expired; `days_until_valid` is positive when it is not valid yet.
    """

    subject: str
    issuer: str
    names: tuple[str, ...] = ()
    not_before: str = ""
    not_after: str = ""
    days_left: float | None = None
    days_until_valid: float = 0.0
    self_signed: bool = False


class Tls(Record, frozen=True):
    """The handshake. `problem` is the first reason why a client that verifies refuses; later requests went on without
    verification only to look, and without any key.

    `not-tls`: the port answers in plain HTTP; `old-version`: only TLS 1.1 or older; `chain`: an issuer is missing or
    unknown; `client-certificate`: the host asks for one.
    """

    version: str | None = None
    certificate: Certificate | None = None
    problem: (
        Literal[
            "expired", "not-yet-valid", "self-signed", "name", "chain", "not-tls", "old-version",
            "client-certificate", "closed", "other",
        ]
        | None
    ) = None  # fmt: skip
    words: str = ""
    verified: bool = False


class Call(Record, frozen=True):
    """One request and its answer.

    `purpose`: health (GET /), swagger (GET /swagger.json), score (POST with a sample), empty (OPTIONS of the scoring
    path with the key, when there is no sample: it scores nothing), no-key, wrong-key (GET /swagger.json, without a key
    or with one that is made up), preflight (OPTIONS with an Origin, without the key), plain (GET of the root over http
    where https was given, or the reverse, without the key), series (one of the timing series, its body cut short).

    `path` is that of the URL, without a query's values. `problem` is why no whole answer came, with `words`:
    `refused`, `closed` (without an answer), `reset`, `timeout` (nothing came), `slow` (it came too slowly), `cut` (the
    body ended early), `length` (body and Content-Length disagree), `encoding` (gzip that is none), `not-http`, `large`
    (given up at the limit), `redirects` (too many or in a circle), `tls`, `proxy`, `other`. `status` may be set beside
    it. `headers` are those of the answer in small letters that tell something; values are redacted. `body` is redacted
    and cut at 1,000,000 characters (`cut`: more came), `size` counts bytes as they came. `sent` counts the bytes of the
    body that was sent, `sent_type` is its Content-Type where it was not application/json. `request_id` was sent as
    x-request-id and x-ms-client-request-id: a ticket can quote it where the answer holds none.
    """

    purpose: Literal["health", "swagger", "score", "empty", "no-key", "wrong-key", "preflight", "plain", "series"]
    method: str
    path: str
    status: int | None = None
    seconds: float = 0.0
    first_byte: float | None = None
    headers: dict[str, str] = {}
    body: str = ""
    size: int = 0
    content_type: str = ""
    problem: (
        Literal[
            "refused", "closed", "reset", "timeout", "slow", "cut", "length", "encoding", "not-http", "large",
            "redirects", "tls", "proxy", "other",
        ]
        | None
    ) = None  # fmt: skip
    words: str = ""
    redirects: tuple[str, ...] = ()
    sample: str | None = None
    sent: int = 0
    sent_type: str = ""
    request_id: str = ""
    cut: bool = False


class Timing(Record, frozen=True):
    """A small series of equal requests, one after the other: seconds of each, and the statuses that came."""

    seconds: tuple[float, ...]
    statuses: tuple[int, ...]
    sample: str | None = None


class Endpoint(Record, frozen=True, tag=True):
    """A live service. `url` is without user, password and query.

    `kind` is who answers, `how` by which sign it was told. `credential`: what was sent as Authorization, `variable` the
    environment variable it was read from; never its value. `patience` is the time limit of one request. `deployment` is
    the one that was asked for with the header `azureml-model-deployment`. `ca` is the file of certificates that were
    trusted besides, `origin` the page of the preflight where a person named one. `hints` tell what is odd about the
    credential, and nothing of its value: `quoted`, `placeholder`, `token` (a key that is a token), `expired TIME`,
    `audience URL`.
    """

    url: str
    kind: ServiceKind
    how: str = ""
    name: Name | None = None
    connection: Connection | None = None
    tls: Tls | None = None
    calls: tuple[Call, ...] = ()
    timing: Timing | None = None
    credential: Literal["key", "token"] | None = None
    variable: str | None = None
    patience: float = 10.0
    deployment: str | None = None
    ca: str | None = None
    origin: str | None = None
    hints: tuple[str, ...] = ()

    def of(self, *purposes: str) -> tuple[Call, ...]:
        """The calls of these purposes, in the order in which they were made."""
        return tuple(call for call in self.calls if call.purpose in purposes)

    def first(self, purpose: str) -> Call | None:
        """The first call of that purpose, or None."""
        return next(iter(self.of(purpose)), None)
