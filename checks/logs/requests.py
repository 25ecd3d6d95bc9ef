"""What the lines around an exception tell about the request, the start or the process that it belongs to."""

from collections.abc import Iterator, Mapping

from checks.logs.matcher import search
from checks.logs.place import Place, Reader
from checks.logs.tracebacks import Block

SERVING = frozenset(
    {
        *("invoke_run", "run", "handle_score", "run_scoring", "invoke_user_with_timer"),
        *("dispatch_request", "full_dispatch_request", "run_endpoint_function", "handle_request", "run_asgi", "serve"),
        *(
            "wsgi_app",
            "predict",
            "infer",
            "handle",
            "inference",
            "preprocess",
            "postprocess",
            "invocations",
            "transformation",
        ),
    }
)
"""Functions of servers, and of scripts for them, that run while a request is answered."""

STARTING = frozenset(
    {"invoke_init", "init", "initialize", "load", "load_context", "load_script", "exec_module", "load_wsgiapp"}
)
"""Functions that run before the first request."""

ENTRY_POINT = "azureml_inference_server_http/amlserver.py"
"""Reads the settings and starts the server; its function is called run() too."""

READY = (
    r"ready for serving traffic|Users's init has completed|Application startup complete|Serving Flask app"
    r"|Running on https?://|Uvicorn running on|Scoring timeout setting is not found|Scoring [Tt]imer is set to"
    r"|Validation Request Content-Type|Received input:"
)
NOT_READY = r"Invoking user's init function|Starting gunicorn \d|Initializing logger|Started server process"
FAILED_REQUEST = (
    r'(?:"|^|- |: )(?P<method>GET|POST|PUT|HEAD) (?P<path>/[\w./?=&%-]*)'
    r'(?: HTTP/\d(?:\.\d)?"?,?)? "?(?P<status>[45]\d\d)\b'
)
_CONVERTED = r"\b(?:int|float)\(.{0,40}?(?:environ(?:\.get\(|\[)|getenv\()\s*[rf]?[\"'](?P<variable>\w+)"
PROBE = r"kube-probe|GoogleHC|ELB-HealthChecker|favicon|robots\.txt"
FINISHED = (
    r"Users's init has completed|User's init function failed|ready for serving traffic|WORKER TIMEOUT|Traceback \(most"
    r"|exited with code|was sent SIG|terminated due to signal|Killed|OOMKilled|out of memory|Fatal Python error"
    r"|Segmentation fault|MemoryError|is not normal|Worker failed to boot|\b[A-Z]\w*(?:Error|Exception): "
)


def has(pattern: str, text: str) -> bool:
    """True when the pattern matches somewhere in the text."""
    return search(pattern, text) is not None


def serving(place: Place) -> bool | None:
    """True while a request is answered, False during the start, None when nothing tells."""
    if place.block and place.block.frames:
        if place.block.frames[-1].path.endswith(ENTRY_POINT):
            return False
        functions = [frame.function for frame in place.block.frames]
        first = next((name for name in functions if name in SERVING or name in STARTING), None)
        if first:
            return first in SERVING
        if _at_import(place.block):
            return False
    for line in reversed(place.lines[: place.position]):
        if has(READY, line.text):
            return True
        if has(NOT_READY, line.text):
            return False
    return True if failed_request(place) else None


def _at_import(block: Block) -> bool:
    """True where the line that fails stands outside of every function: in a module, or in a class of one."""
    own = [frame for frame in block.frames if frame.own]
    while len(own) > 1 and own[-2].code.startswith("class "):
        own.pop()
    return bool(own) and own[-1].function == "<module>"


def failed_request(place: Place) -> Mapping[str, str] | None:
    """Method, path and status of the access line nearest below (within 60 lines) that tells of a failed request."""
    for line in place.lines[place.position : place.position + 60]:
        found = search(FAILED_REQUEST, line.text)
        if found and not has(PROBE, line.text) and found["path"] not in {"/", "/favicon.ico"}:
            return found
    return None


def at_request(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what happens while the service starts, and what nothing connects with a request."""
    return {} if serving(place) else None


def not_at_start(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what happens while the service starts."""
    return None if serving(place) is False else {}


def payload_key(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """A KeyError while a request is answered: `body` says what the request carried instead of the key."""
    near = [line.text for line in place.lines[max(0, place.position - 2) : place.position + 1]]
    if not serving(place) and not any(has(r"BadRequestKeyError|^Content: b", text) for text in near):
        return None
    if place.block and place.block.frames and place.block.frames[-1].path.endswith("os.py"):
        return None  # os.environ
    before = [line.text for line in place.lines[max(0, place.position - 60) : place.position]]
    request = failed_request(place) or {}
    empty = any(has(r"Received input: ?(?:\{\}|''|\"\"|$)", text) for text in before)
    if request.get("method") == "GET":
        body = "the scoring URL was called with a GET request, so there was no body and the input is empty"
    elif empty:
        body = "the request had an empty body, so the input has no keys at all"
    else:
        body = "the JSON that the client sent does not contain this key, or spells it in another way"
    return {"body": body, "key": fields["key"]}


def bare_body(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Why a body is not JSON at its first character; refuses what was read while the service starts."""
    if serving(place) is False:
        return None
    request = failed_request(place) or {}
    if request.get("method") == "GET":
        return {"body": "the scoring URL was called with a GET request, which has no body"}
    return {"body": "the body was empty, was sent as a form (curl -d without a Content-Type), or holds no JSON at all"}


def start_never_finishes(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses a call of init() after which anything shows how it ended."""
    for line in _rest_of_start(place):
        if has(FINISHED, line):
            return None
    return {}


def _rest_of_start(place: Place) -> Iterator[str]:
    """The lines after a place until the next start of the server."""
    for line in place.lines[place.position + 1 :]:
        if has(r"Starting gunicorn \d|Booting worker with pid", line.text):
            return
        yield line.text


def entry_script_missing(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """A missing Python file that the server, not the person's own code, tried to open."""
    block = place.block
    if block is None:
        said = "can't open file" in place.lines[place.position].text
        near = place.lines[max(0, place.position - 15) : place.position]
        return {} if said or any(has(r"in (?:load_script|get_data|get_code)$", line.text) for line in near) else None
    own = block.own_frame
    functions = {frame.function for frame in block.frames}
    if (own is not None and own.path != fields["path"]) or not functions & {"load_script", "get_data", "get_code"}:
        return None
    return {}


def option_of_server(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses complaints that other signatures explain (a port), and gunicorn's own options read by a script."""
    complaint = fields.get("complaint", "")
    if has(r"argument --(?:health_)?port", complaint):
        return None
    before = (line.text for line in place.lines[: place.position])
    if any(has(r"Booting worker with pid|Invoking user's init|in load_script", text) for text in before):
        return None  # a script that reads the arguments of its server
    return {}


def not_serving(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what happens outside of a server: a person who signs in at a terminal."""
    served = r"Starting gunicorn \d|Invoking user's init|Booting worker with pid|azmlinfsrv|/var/azureml-app"
    return {} if any(has(served, line.text) or has(served, line.raw) for line in place.lines) else None


def called_by_server(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Only an exception that the server's own call of init() or run() raised, without a frame of the person's code."""
    frames = place.block.frames if place.block else ()
    return {} if frames and frames[-1].function in {"invoke_init", "register"} else None


def exit_of_script(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses the exits that gunicorn asks for (a timeout, a stop) and those of argparse."""
    frames = place.block.frames if place.block else ()
    functions = {frame.function for frame in frames}
    if not frames or functions & {"handle_abort", "handle_quit", "handle_exit", "parse_args", "parse_known_args"}:
        return None
    if any(frame.path.endswith("argparse.py") for frame in frames):
        return None
    return {} if any(frame.own for frame in frames) else None


def arguments_of_server(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Only a script that reads the arguments of the server that imports it."""
    if has("SystemExit", place.lines[place.position].text):
        frames = place.block.frames if place.block else ()
        return {} if any(frame.path.endswith("argparse.py") or "parse_args" in frame.code for frame in frames) else None
    before = [line.text for line in place.lines[: place.position]]
    imported = r"Booting worker with pid|Invoking user's init|Initializing logger"
    return {} if any(has(imported, one) for one in before) else None


def answered_200(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Only a body that stands under the head of an answer with status 200."""
    for line in reversed(place.lines[max(0, place.position - 15) : place.position]):
        if has(r"^(?:< )?HTTP/\d(?:\.\d)? \d{3}", line.text):
            return {} if has(r"HTTP/\d(?:\.\d)? 200", line.text) else None
    return None


def loopback_only(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses a server that stands behind nginx in its own container, as in the images of Azure ML."""
    behind = fields.get("port") in {"31311", "9090"} or any("nginx" in line.text for line in place.lines)
    return None if behind else {}


def never_scored(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses a wrong call of a service that others call well: a scanner's, or a slip."""
    scored = r'(?:POST|GET) /\S+(?: HTTP/\d(?:\.\d)?")? 2\d\d\b'
    good = sum(has(scored, line.text) and not has(r"swagger|favicon", line.text) for line in place.lines)
    return None if good else {}


def validated_fields(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses a body that is no JSON at all: another signature says more about it."""
    number = place.lines[place.position].number
    near = place.lines[max(0, place.position - 8) : place.position + 8]
    return None if any("json_invalid" in line.raw for line in near if line.number == number) else {}


def asked_variable(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """The environment variable that the line of code asks for which fails."""
    code = place.block.frames[-1].code if place.block and place.block.frames else ""
    return search(r"(?:environ\.get|getenv)\(\s*[rf]?[\"'](?P<variable>\w+)", code)


def converted_variable(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """The environment variable that the line of code which fails makes a number of."""
    frame = place.block.own_frame if place.block else None
    return search(_CONVERTED, frame.code) if frame else None


def validated_model(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses settings, which are no request, and what is validated while the service starts."""
    if has(r"(?i)settings|config|environ", fields.get("model", "")):
        return None
    return None if serving(place) is False else {}


def scoring_exchange(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Only an exchange with a scoring URL: other services answer with the same status."""
    near = place.lines[max(0, place.position - 25) : place.position + 10]
    scoring = r"/score\b|/invocations\b|inference\.ml\.azure|/api/v1/service/|azurecontainer|key_auth_|aml_token_auth_"
    return {} if any(has(scoring, line.text) for line in near) else None


READERS: dict[str, Reader] = {
    "answered_200": answered_200,
    "arguments_of_server": arguments_of_server,
    "asked_variable": asked_variable,
    "at_request": at_request,
    "bare_body": bare_body,
    "called_by_server": called_by_server,
    "converted_variable": converted_variable,
    "entry_script_missing": entry_script_missing,
    "exit_of_script": exit_of_script,
    "loopback_only": loopback_only,
    "never_scored": never_scored,
    "not_at_start": not_at_start,
    "not_serving": not_serving,
    "option_of_server": option_of_server,
    "payload_key": payload_key,
    "scoring_exchange": scoring_exchange,
    "start_never_finishes": start_never_finishes,
    "validated_fields": validated_fields,
    "validated_model": validated_model,
}
"""The readers of this file by the name that signatures use."""
