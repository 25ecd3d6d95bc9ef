"""The contract that clients use today: a file, or what a live service hands out."""

from pathlib import Path

import msgspec

from checks.contract.records import Document
from doctor.contract.documents import read_document
from doctor.errors import CannotExamine, ConfigError


def old_document(given: str, key_variable: str | None = None) -> Document:
    """The description at a path or URL, in the role of the old one.

    Raises ConfigError for a path that is not there or a variable that is not set, CannotExamine where the service does
    not hand it out.
    """
    if not given.startswith(("http://", "https://")):
        path = Path(given)
        if not path.is_file():
            raise ConfigError(f"--against {given} is no file; give a swagger file, or the URL of a service")
        document = read_document(path, "old")
        if not document.content:
            reason = document.problems[0].message if document.problems else "it describes no service"
            raise ConfigError(f"--against {given} cannot be read: {reason}")
        return document
    return _fetched(given, key_variable)


def _fetched(url: str, key_variable: str | None) -> Document:
    from doctor.endpoint.collecting import look
    from doctor.endpoint.credentials import credential_of
    from doctor.endpoint.wishes import Wishes

    seen = look(url, Wishes(credential=credential_of(key_variable, None), series=0))
    if seen.served is not None and seen.served.content:
        return msgspec.structs.replace(seen.served, role="old")
    asked = seen.endpoint.of("swagger")
    came = f"GET {asked[-1].path}: {asked[-1].status or asked[-1].words}" if asked else "it could not be reached"
    raise CannotExamine(
        f"--against {seen.endpoint.url} hands out no description ({came}); look with: doctor diagnose url "
        f"{seen.endpoint.url}"
    )
