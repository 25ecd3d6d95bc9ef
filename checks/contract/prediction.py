"""What the server will do with a request body, told without running anything.

Source: azureml-inference-server-http 1.5.1 (`server/input_parsers.py`, `server/routes.py`) and inference-schema 1.8
(`parameter_types/`), both tried.
"""

from dataclasses import dataclass

from checks.contract.records import Interface


@dataclass(frozen=True)
class Changed:
    """A value that is accepted, and is another one when run() gets it: `1.7` in an integer column becomes 1."""

    pointer: str
    sent: str
    got: str
    why: str


@dataclass(frozen=True)
class Refused:
    """Why a request does not reach the code of run(): status, the server's message, the place in the body, and the
    exception's headline where it is raised by the decorator (status 500, x-ms-run-function-failed: True).
    """

    status: int
    message: str
    pointer: str | None = None
    headline: str | None = None


@dataclass(frozen=True)
class Prediction:
    """`refused` is None when run() will be called. `sure` is False where run()'s own code, or a type that is not known,
    decides: the body is then only known to get as far as run().
    """

    refused: Refused | None
    changed: tuple[Changed, ...] = ()
    sure: bool = True

    @property
    def status(self) -> int:
        """The status that the client gets, if run() itself does not fail."""
        return self.refused.status if self.refused else 200


def predict(interface: Interface, body: bytes, content_type: str | None = "application/json") -> Prediction:
    """What becomes of `POST /score` with this body. `content_type` None: the header is not sent."""
    raise NotImplementedError
