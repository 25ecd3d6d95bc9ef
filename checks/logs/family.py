"""What a log says: one check a signature, so that each can be explained, selected and listed like any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from checks.cases import Case
from checks.check import Check, Look
from checks.evidence import Evidence, Log, Logs, Target
from checks.finding import Finding
from checks.logs.findings import FAMILY, findings
from checks.logs.page import page
from checks.logs.signature import Signature, signatures


@dataclass(frozen=True)
class SignatureCheck(Check):
    """A check made of a signature: its page comes from the data."""

    signature: Signature | None = None

    @cached_property
    def doc(self) -> str:
        """The page, in the headings of every check."""
        assert self.signature is not None
        return page(self.signature)

    @property
    def area(self) -> str:
        """The file of its signature."""
        return self.signature.area if self.signature else ""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The texts beside the signature."""
        assert self.signature is not None
        firing = (Case(_evidence(text), findings=None) for text in self.signature.fires)
        return (*firing, *(Case(_evidence(text), findings=0) for text in self.signature.quiet))


def _evidence(text: str) -> Evidence:
    log = Log(source="log.txt", text=text.strip("\n"))
    return Evidence(target=Target(kind="log", name=log.source), logs=Logs(items=(log,)))


def _look(id: str) -> Look:
    def look(evidence: Evidence) -> Iterator[Finding]:
        assert isinstance(evidence.logs, Logs)
        for log in evidence.logs.items:
            yield from (finding for finding in findings(log) if finding.id == id)

    return look


def _check(signature: Signature) -> SignatureCheck:
    return SignatureCheck(
        id=f"{FAMILY}.{signature.id}",
        look=_look(f"{FAMILY}.{signature.id}"),
        needs=("logs",),
        severity=signature.severity,
        confidence=signature.confidence,
        stage=signature.stage,
        explains=tuple(name if name.endswith(".*") else f"{FAMILY}.{name}" for name in signature.explains),
        aliases=tuple(f"{FAMILY}.{alias}" for alias in signature.aliases),
        signature=signature,
    )


CHECKS = tuple(_check(one) for one in signatures() if one.is_told)
