"""Which engine is meant: the one that the docker command would use, and who says so."""

import os
from dataclasses import dataclass
from pathlib import Path

import docker.errors
from docker.tls import TLSConfig

from doctor.errors import CannotExamine

USUAL = "unix:///var/run/docker.sock"


@dataclass(frozen=True)
class Address:
    """`url` is None for the usual place; `said_by` is `DOCKER_HOST`, ``context `name` `` or empty."""

    url: str | None
    tls: TLSConfig | None = None
    said_by: str = ""

    @property
    def shown(self) -> str:
        """The address as a person would write it."""
        return (self.url or USUAL).removeprefix("http+")


def meant() -> Address:
    """As the docker command does: DOCKER_HOST goes first, then DOCKER_CONTEXT, then the current context.

    Raises CannotExamine with place and remedy. Source: Docker documentation, "Docker contexts", "Protect the Docker
    daemon socket".
    """
    from docker.utils import kwargs_from_env

    host = os.environ.get("DOCKER_HOST")
    if not host:
        return _of_context()
    try:
        given = kwargs_from_env()
    except docker.errors.TLSParameterError as error:
        folder = os.environ.get("DOCKER_CERT_PATH") or str(Path.home() / ".docker")
        names = [name for name in ("ca.pem", "cert.pem", "key.pem") if not (Path(folder) / name).is_file()]
        what = f"{folder} lacks {', '.join(names)}" if names else f"the files in {folder} cannot be used: {error}"
        raise CannotExamine(
            f"the engine at {host} is to be reached by TLS, but {what}; set DOCKER_CERT_PATH to the folder that holds "
            "ca.pem, cert.pem and key.pem, or unset DOCKER_TLS_VERIFY where the engine uses no TLS"
        ) from error
    return Address(given.get("base_url"), given.get("tls"), "DOCKER_HOST")


def _of_context() -> Address:
    from docker.context import ContextAPI

    name = os.environ.get("DOCKER_CONTEXT")
    try:
        context = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    except Exception as error:  # the library raises bare exceptions for files that it cannot read
        raise CannotExamine(
            f"the Docker context{f' `{name}`' if name else ''} cannot be read: {error}; see docker context ls"
        ) from error
    if context is None:
        from docker.context.config import get_current_context_name

        raise CannotExamine(_no_context(name or get_current_context_name(), "DOCKER_CONTEXT" if name else ""))
    said_by = "" if context.Name == "default" else f"context `{context.Name}`"
    return Address(context.Host, context.TLSConfig, said_by)


def _no_context(name: str, variable: str) -> str:
    from docker.context import ContextAPI

    from doctor.near import hint

    try:
        names = [one.Name for one in ContextAPI.contexts()]
    except Exception:  # one broken file of another context; the names are only a help
        names = []
    where = f"{variable} names" if variable else "the configuration of docker names"
    return (
        f"{where} the context `{name}`, which is not there{hint(name, names)}; "
        "docker context ls lists them, docker context use default goes back to the usual engine"
    )
