"""The commands that serve: what belongs behind CMD, and which program is what."""

import re

from checks.containers import Container

PYTHON = re.compile(r"(?:.*/)?python(?:\d(?:\.\d+)?)?(?:\\?r)?$")
SERVERS = frozenset({"azmlinfsrv", "gunicorn", "uvicorn", "hypercorn", "waitress-serve", "mlserver", "mlflow", "flask"})
PACKAGE_OF = {
    "azmlinfsrv": "azureml-inference-server-http",
    "waitress-serve": "waitress",
}
MODULES = {
    "azureml_inference_server_http": "azureml-inference-server-http",
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "hypercorn": "hypercorn",
    "waitress": "waitress",
    "mlserver": "mlserver",
}


def is_python(program: str) -> bool:
    """True for `python`, `python3`, `/usr/bin/python3.11`."""
    return PYTHON.match(program) is not None


def base(program: str) -> str:
    """The name of a program alone."""
    return program.rstrip("/").rsplit("/", 1)[-1]


def package_of(server: str) -> str:
    """The distribution that brings a server's command along."""
    return PACKAGE_OF.get(base(server), base(server))


def serving_command(container: Container) -> str:
    """A command that serves the entry script of this container."""
    script = container.environment.get("AZUREML_ENTRY_SCRIPT") or "score.py"
    return f'CMD ["azmlinfsrv", "--entry_script", "{script}", "--port", "5001"]'
