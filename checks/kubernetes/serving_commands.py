"""On which port a command line lets its server listen.

Sources: the documentation of each server for its options, its variables, and what it takes when neither is given;
azureml-inference-server-http 1.5.1, `amlserver.py` (only `--port` counts, SERVER_PORT does not).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from posixpath import basename

AZURE_PORT, HEALTH_PORT = 5001, 5000
LOOPBACK = ("127.", "localhost", "[::1]")


@dataclass(frozen=True)
class Commanded:
    """A port by a command. `is_guess` where a file beside the code, or the code, may say otherwise."""

    port: int
    loopback: bool = False
    tls: bool | None = None
    is_guess: bool = False


# the options that name the port, the port that is taken without them, and whether that is on loopback alone
_SERVERS: dict[str, tuple[tuple[str, ...], int, bool]] = {
    "azmlinfsrv": (("--port",), AZURE_PORT, False),
    "gunicorn": (("-b", "--bind"), 8000, True),
    "hypercorn": (("-b", "--bind"), 8000, True),
    "uvicorn": (("--port",), 8000, True),
    "flask": (("-p", "--port"), 5000, True),
    "waitress-serve": (("--port", "--listen"), 8080, False),
    "streamlit": (("--server.port",), 8501, False),
    "mlflow": (("-p", "--port"), 5000, True),
    "tritonserver": (("--http-port",), 8000, False),
    "tensorflow_model_server": (("--rest_api_port",), 8501, False),
    "vllm": (("--port",), 8000, False),
    "http.server": (("--port",), 8000, False),
}
_VARIABLES = {"uvicorn": "UVICORN_", "flask": "FLASK_RUN_", "streamlit": "STREAMLIT_SERVER_"}
_WITH_FILE = frozenset({"gunicorn", "hypercorn"})
_ADDRESS = ("--host", "-h", "--bind", "-b", "--listen", "--server.address")


def ports_of(words: Sequence[str], environment: Mapping[str, str]) -> tuple[Commanded, ...]:
    """The ports of the server that a command names; of any other program that of `--port`, or of the variable PORT,
    which most templates of services read. Empty for unknown.
    """
    at = next((place for place, word in enumerate(words) if basename(word) in _SERVERS), None)
    if at is not None:
        return _by_server(basename(words[at]), words[at:], environment)
    given = _given(words, ("--port",))
    if given or "--port" in words:
        return (Commanded(given),) if given else ()
    variable = environment.get("PORT", "")
    return (Commanded(int(variable), is_guess=True),) if variable.isdigit() and words else ()


def _by_server(name: str, words: Sequence[str], environment: Mapping[str, str]) -> tuple[Commanded, ...]:
    """What a server takes by its options, then by its variables, then by itself."""
    options, port, inner = _SERVERS[name]
    said = list(words[1:])
    if name == "gunicorn":
        said += environment.get("GUNICORN_CMD_ARGS", "").replace("=", " ").split()
    given, host = _given(said, options) or _bare_port(words), _host(said)
    if prefix := _VARIABLES.get(name, ""):
        variable = environment.get(f"{prefix}PORT", "")
        given = given or (int(variable) if variable.isdigit() else None)
        host = host or environment.get(f"{prefix}HOST", "")
    configured = name in _WITH_FILE and not given
    if configured and name == "gunicorn" and environment.get("PORT", "").isdigit():
        return (Commanded(int(environment["PORT"])),)
    if configured and {"-c", "--config"} & set(said):
        return ()
    more: tuple[int, ...] = (8001, 8002) if name == "tritonserver" else ()
    if name == "azmlinfsrv" and environment.get("SEPERATE_HEALTH_ENDPOINT", "").lower() == "true":
        more = (HEALTH_PORT,)
    first = Commanded(
        port=given or port,
        loopback=host.startswith(LOOPBACK) if host else inner,
        tls=bool({"--certfile", "--ssl-keyfile"} & set(said)) or None,
        is_guess=configured,
    )
    return (first, *(Commanded(one) for one in more))


def _given(words: Sequence[str], options: Sequence[str]) -> int | None:
    """The port of the last of these options."""
    found = None
    for option, value in pairwise(words):
        if option in options and (number := re.search(r"(?:^|:)(\d{2,5})$", value)):
            found = int(number[1])
    return found


def _bare_port(words: Sequence[str]) -> int | None:
    """`python -m http.server 8080`."""
    bare = [word for word in words[1:] if re.fullmatch(r"\d{2,5}", word)] if words[0] == "http.server" else []
    return int(bare[-1]) if bare else None


def _host(words: Sequence[str]) -> str:
    value = next((value for option, value in pairwise(words) if option in _ADDRESS), "")
    return value.rsplit(":", 1)[0] if ":" in value else value if not value.isdigit() else ""
