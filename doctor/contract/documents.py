"""Reads descriptions of a service: OpenAPI documents in JSON or YAML, and the older `service_schema.json`.

Bounded in size, depth and time, whatever is handed over; what is wrong is told with its place, and never raised.
"""

from pathlib import Path
from typing import Literal

from checks.contract.records import Document, Documents

LARGEST = 32 << 20  # bytes of a document
SERVED_NAMES = ("swagger.json", "swagger2.json", "swagger3.json", "swagger3.1.json")
"""What the server looks for in AML_APP_ROOT. Source: azureml-inference-server-http 1.5.1, `server/swagger.py`."""


def is_document(path: Path) -> bool:
    """True for a file that describes a service: told by its first keys, or by its name where it does not parse.

    Reads the beginning of the file only. A sample payload, a manifest or a configuration is none.
    """
    raise NotImplementedError


def read_document(path: Path, role: Literal["given", "beside", "old"], shown: str | None = None) -> Document:
    """The document of a file. Raises CannotExamine when it cannot be opened; everything else is a problem of it."""
    raise NotImplementedError


def document_of(content: bytes, source: str, role: Literal["given", "beside", "served", "old"]) -> Document:
    """The same of bytes, as a live service sends them."""
    raise NotImplementedError


def documents_beside(folder: Path) -> Documents | None:
    """The documents in the code folder that the server serves, or that are called as if it did; None without any."""
    raise NotImplementedError
