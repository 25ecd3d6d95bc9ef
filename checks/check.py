"""A check: declared facts, and one function that looks at evidence and yields findings."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import msgspec

from checks.cases import Case
from checks.evidence import Evidence
from checks.finding import Confidence, Finding, Severity, Stage

Look = Callable[[Evidence], Iterator[Finding]]

HEADINGS = ("What it finds", "Why it breaks", "How to fix", "Learn more")


@dataclass(frozen=True)
class Check:
    """One problem that doctor can find.

    `needs` names the evidence without which the check is skipped (fields of Evidence, or `tree`). `explains` holds ids
    of symptoms that this problem causes; the ranking demotes those when both speak of the same subject. `helpers`: it
    reads the modules of one's own that the entry script imports as well.
    """

    id: str
    look: Look
    needs: tuple[str, ...]
    severity: Severity
    confidence: Confidence
    stage: Stage
    explains: tuple[str, ...]
    aliases: tuple[str, ...]
    helpers: bool = False

    @property
    def family(self) -> str:
        """The part of the id before the dot."""
        return self.id.split(".", 1)[0]

    @property
    def area(self) -> str:
        """What part of its family it belongs to; empty for most families."""
        return ""

    @property
    def module(self) -> str:
        """The import name of the file that defines the check."""
        return self.look.__module__

    @cached_property
    def doc(self) -> str:
        """The docstring of the check's file: what `doctor explain` and the catalogue print."""
        return inspect.cleandoc(sys.modules[self.module].__doc__ or "")

    @property
    def summary(self) -> str:
        """The first line of the docstring: the catalogue entry."""
        return self.doc.split("\n", 1)[0].rstrip(".")

    def section(self, heading: str) -> str:
        """The text under one of HEADINGS, on one line a paragraph; empty when the heading is missing."""
        found = re.search(rf"^{heading}\n-+\n(.*?)(?=^[^\n]+\n---|\Z)", self.doc, re.MULTILINE | re.DOTALL)
        return re.sub(r"(?<!\n)\n(?![\n*-])", " ", found.group(1).strip()) if found else ""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The firing and quiet cases that stand beside the check."""
        return tuple(getattr(sys.modules[self.module], "CASES", ()))

    def run(self, evidence: Evidence) -> tuple[Finding, ...]:
        """Look, and complete each finding with what the declaration already says. Exceptions pass through."""
        return tuple(
            msgspec.structs.replace(
                finding,
                id=self.id,
                family=self.family,
                why=finding.why or self.section("Why it breaks"),
                severity=finding.severity or self.severity,
                confidence=finding.confidence or self.confidence,
                stage=finding.stage or self.stage,
                explains=finding.explains or self.explains,
                learn_more=(f"doctor explain {self.id}", *finding.learn_more),
            )
            for finding in self.look(evidence)
        )


def check(
    id: str,
    *,
    needs: tuple[str, ...],
    stage: Stage,
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.LIKELY,
    explains: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    helpers: bool = False,
) -> Callable[[Look], Check]:
    """Turn a function into a Check. Registers nothing: a family lists its checks in `CHECKS`."""

    def wrap(look: Look) -> Check:
        return Check(
            id=id,
            look=look,
            needs=needs,
            severity=severity,
            confidence=confidence,
            stage=stage,
            explains=explains,
            aliases=aliases,
            helpers=helpers,
        )

    return wrap
