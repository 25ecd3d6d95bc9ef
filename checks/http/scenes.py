"""Makes the evidence of firing and quiet cases: a live service and what it answered."""

from checks.evidence import Evidence, Target
from checks.http.records import Call, Certificate, Connection, Endpoint, Name, Tls

URL = "https://churn.westeurope.inference.ml.azure.com/score"
LOCAL = "http://127.0.0.1:5001/score"
OF_SERVER = {
    "content-type": "application/json",
    "x-ms-run-function-failed": "False",
    "x-ms-server-version": "azmlinfsrv/1.5.1",
}
HEALTHY = Call(purpose="health", method="GET", path="/", status=200, body="Healthy", content_type="text/html")
VALID = Certificate(
    subject="*.westeurope.inference.ml.azure.com",
    issuer="Example Issuing CA",
    names=("*.westeurope.inference.ml.azure.com",),
    not_before="2026-06-01T00:00:00Z",
    not_after="2027-06-01T00:00:00Z",
    days_left=191.0,
)


def scored(status: int | None = 200, body: str = "[3.0]", **fields: object) -> Call:
    """One scoring call with a sample."""
    made = {
        "purpose": "score", "method": "POST", "path": "/score", "status": status, "body": body, "sample": "sample.json",
        "content_type": "application/json", "headers": {"content-type": "application/json"}, "size": len(body),
        **fields,
    }  # fmt: skip
    return Call(**made)  # type: ignore[arg-type]


def live(*calls: Call, url: str = LOCAL, **fields: object) -> Evidence:
    """A live service that was reached; `fields` are those of Endpoint."""
    host = url.split("/")[2].split(":")[0]
    secure = url.startswith("https")
    made = {
        "url": url, "kind": "managed" if "inference.ml.azure.com" in url else "server", "calls": calls,
        "name": Name(host=host, addresses=("10.0.0.4",)),
        "connection": Connection(address="10.0.0.4", port=443 if secure else 5001),
        "tls": Tls(version="TLSv1.3", certificate=VALID, verified=True) if secure else None,
        **({"credential": "key", "variable": "SCORE_KEY"} if secure else {}), **fields,
    }  # fmt: skip
    return Evidence(target=Target(kind="url", name=url), endpoint=Endpoint(**made))  # type: ignore[arg-type]
