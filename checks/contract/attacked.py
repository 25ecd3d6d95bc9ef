"""What an attack on the service showed, as evidence of findings."""

from collections.abc import Iterator

from checks.contract.answering import Fault, fault_of, value_of
from checks.contract.contracts import Contract, contracts
from checks.contract.records import Attack, Tried
from checks.evidence import Evidence, Missing
from checks.finding import Quote
from checks.runtime.wording import one_line

MOST = 5  # payloads of one finding
UNDECLARED = Contract(source="", origin="script")  # says nothing: what is no JSON is no JSON all the same


def attack_of(evidence: Evidence) -> Attack:
    """The attack. The engine runs a check only when what it needs is there, so it is."""
    assert isinstance(evidence.attack, Attack), "a check of the attack declares needs=('attack',)"
    return evidence.attack


def quotes_of(tried: Tried, evidence: Evidence) -> tuple[Quote, ...]:
    """The line of the script where it ended, the payload, and what came of it."""
    place: tuple[Quote, ...] = ()
    if tried.line is not None and tried.code:
        source = evidence.script.path if not isinstance(evidence.script, Missing) else evidence.target.name
        place = (Quote(source=source, line=tried.line, text=one_line(tried.code, 160)),)
    return (*place, sent(tried), *came(tried))


def sent(tried: Tried) -> Quote:
    """The payload on one line."""
    size = "the smallest payload that shows it" if tried.smallest else "a payload that shows it"
    return Quote(source="attack", text=f"{size}: {one_line(tried.payload, 200) or '(an empty body)'}")


def came(tried: Tried) -> tuple[Quote, ...]:
    """Status and message; nothing where there was neither."""
    words = " ".join(one_line(part, 200) for part in (str(tried.status or ""), tried.headline or "") if part)
    return (Quote(source="attack", text=words),) if words else ()


def about_of(tried: Tried) -> tuple[str, ...]:
    """Subjects for the ranking."""
    return ("phase:run", *((f"line:{tried.line}",) if tried.line is not None else ()))


def answer_faults(evidence: Evidence, kind: str) -> Iterator[tuple[Tried, Fault]]:
    """Answers to valid payloads that have a fault of a kind, with what is wrong."""
    if not isinstance(evidence.attack, Attack):
        return
    every = contracts(evidence)
    for tried in evidence.attack.answers:
        asked, value = value_of(tried.payload), value_of(tried.answer)
        faults = (fault_of(one, asked, value) for one in every or (UNDECLARED,))
        fault = next((one for one in faults if one is not None), None)
        if fault is not None and fault[0] == kind:
            yield tried, fault
