"""The contracts that the evidence holds: one for each that says what the service takes and gives."""

from dataclasses import dataclass
from typing import Literal

from checks.contract.records import Document, Interface, Json, Schema
from checks.evidence import Evidence


@dataclass(frozen=True)
class Contract:
    """What one witness says of requests and answers.

    `input` and `output` are JSON schemas that stand alone: references are resolved, or lead into `$defs` of their own;
    None where the witness says nothing. An input `{"type": "object"}` without properties says nothing, and is
    None. `origin`: script (decorators of run()), document (a file), served (by the live service). `examples` are
    request bodies that the witness gives. `pointer` is where the input schema stands in the document.
    """

    source: str
    origin: Literal["script", "document", "served"]
    input: Schema | None = None
    output: Schema | None = None
    examples: tuple[Json, ...] = ()
    pointer: str = ""
    document: Document | None = None
    interface: Interface | None = None


def contracts(evidence: Evidence) -> tuple[Contract, ...]:
    """The contracts of the evidence, the surest first: what the script declares, what is served, what a file says.

    Documents given with --against are left out: see `checks.contract.drift`.
    """
    raise NotImplementedError
