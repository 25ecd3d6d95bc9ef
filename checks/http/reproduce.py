"""Lines that show the same as a finding, to paste: curl, and Python's requests. No key stands in them."""

import json
import re
import shlex

from checks.http.records import Call, Endpoint

WRONG_KEY = "wrong-key"
ORIGIN = "https://example.com"
WITH_BODY = frozenset({"score", "series", "no-key", "wrong-key"})
PATIENCE = 30  # seconds, at least: a line that is pasted should see an answer that came late
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:[?#].*)?", re.DOTALL)
_UNSAFE = re.compile(r"[^A-Za-z0-9/%:@!$&'()*+,;=~._?-]+")
_LIBRARY = frozenset({"get", "post", "options", "head", "put", "delete", "patch"})


def reproduced(endpoint: Endpoint, call: Call) -> tuple[str, str]:
    """The request of a call, for curl and as a line of Python. A key is a variable of the shell: its name is the
    endpoint's, else `KEY`. The body is the sample's file (`@sample.json`).

    Certificates are verified, as a client does: where that fails, both lines show it.
    """
    headers, url = _headers(endpoint, call), url_of(endpoint, call)
    seconds = max(PATIENCE, round(endpoint.patience))
    body = call.sample if call.purpose in WITH_BODY else None
    return (
        _curl(endpoint, call, url, headers, body, seconds),
        _python(endpoint, call, url, headers, body, seconds),
    )


def url_of(endpoint: Endpoint, call: Call) -> str:
    """Where a call went: the endpoint's host and the call's path; for `plain` the other scheme."""
    scheme, host = split(endpoint.url)[:2]
    if call.purpose == "plain":
        scheme = {"https": "http", "http": "https"}.get(scheme, scheme)
    path = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), call.path or "/")
    return f"{scheme}://{host}{path}"


def split(url: str) -> tuple[str, str, str]:
    """Scheme, host with its port, and path of a URL, each as written but the scheme, which is in small letters."""
    found = _URL.fullmatch(url.strip())
    return (found[1].lower(), found[2], found[3] or "/") if found else ("", "", url)


def variable_of(endpoint: Endpoint) -> str:
    """The name of the environment variable that holds the key."""
    name = endpoint.variable or ""
    return name if _VARIABLE.fullmatch(name) else "KEY"


def _headers(endpoint: Endpoint, call: Call) -> dict[str, str]:
    """Those that decide the answer; the key is left out."""
    headers: dict[str, str] = {}
    if call.sent_type or (call.purpose in WITH_BODY and call.sample is not None):
        headers["Content-Type"] = call.sent_type or "application/json"
    if call.purpose == "preflight":
        headers["Origin"] = endpoint.origin or ORIGIN
        headers["Access-Control-Request-Method"] = "POST"
        headers["Access-Control-Request-Headers"] = "authorization,content-type"
    if endpoint.deployment:
        headers["azureml-model-deployment"] = endpoint.deployment
    if call.purpose == "wrong-key":
        headers["Authorization"] = f"Bearer {WRONG_KEY}"
    return headers


def _takes_key(endpoint: Endpoint, call: Call) -> bool:
    """A key goes where the call sent it: never over a connection that could not be verified, or to another scheme."""
    trusted = endpoint.tls is None or endpoint.tls.problem is None
    return (
        endpoint.credential is not None
        and trusted
        and call.purpose not in {"no-key", "wrong-key", "preflight", "plain"}
    )


def _curl(endpoint: Endpoint, call: Call, url: str, headers: dict[str, str], body: str | None, seconds: int) -> str:
    words = ["curl", "-sS", "-i", "--max-time", str(seconds)]
    words += ["-L"] if call.redirects else []
    words += ["--cacert", shlex.quote(endpoint.ca)] if endpoint.ca and url.startswith("https") else []
    words += (
        ["-X", call.method] if call.method not in {"GET", "POST"} or (call.method == "POST" and body is None) else []
    )
    words += [part for name, value in headers.items() for part in ("-H", shlex.quote(f"{name}: {value}"))]
    if _takes_key(endpoint, call):
        words += ["-H", f'"Authorization: Bearer ${variable_of(endpoint)}"']
    if body is not None:
        words += ["--data-binary", f"@{body}" if _is_plain(body) else shlex.quote(f"@{body}")]
    return " ".join([*words, shlex.quote(url)])


def _python(endpoint: Endpoint, call: Call, url: str, headers: dict[str, str], body: str | None, seconds: int) -> str:
    method = call.method.lower()
    ask = (
        f"requests.{method}({_text(url)}"
        if method in _LIBRARY
        else f"requests.request({_text(call.method)}, {_text(url)}"
    )
    entries = [f"{_text(name)}: {_text(value)}" for name, value in headers.items()]
    takes_key = _takes_key(endpoint, call)
    if takes_key:
        entries.append(f'"Authorization": "Bearer " + os.environ[{_text(variable_of(endpoint))}]')
    arguments = [ask]
    arguments += [f'data=open({_text(body)}, "rb").read()'] if body is not None else []
    arguments += [f"headers={{{', '.join(entries)}}}"] if entries else []
    arguments += [f"verify={_text(endpoint.ca)}"] if endpoint.ca and url.startswith("https") else []
    arguments += [] if call.redirects or method == "head" else ["allow_redirects=False"]
    code = (
        f"import {'os, ' if takes_key else ''}requests; "
        f"r = {', '.join(arguments)}, timeout={seconds}); print(r.status_code, r.text[:500])"
    )
    return f"python -c {shlex.quote(code)}"


def _is_plain(name: str) -> bool:
    return shlex.quote(name) == name


def _text(value: str) -> str:
    """A literal of Python in double quotes, so that the whole line can stand in single ones."""
    return json.dumps(value, ensure_ascii=False)
