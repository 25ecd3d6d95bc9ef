"""The part of the evidence that speaks of payloads: what travels to the process that judges them."""

import msgspec

from checks.containers import Answers
from checks.evidence import Evidence, Missing, Phase, Probe


def slim(evidence: Evidence) -> Evidence:
    """The evidence that speaks of payloads, without what was tried with other bodies."""
    probe, endpoint, answers = evidence.probe, evidence.endpoint, evidence.answers
    if isinstance(probe, Probe):
        kept = tuple(step for step in probe.steps if step.phase in (Phase.START, Phase.IMPORT, Phase.INIT))
        probe = msgspec.structs.replace(probe, steps=kept)
    if not isinstance(endpoint, Missing):
        endpoint = msgspec.structs.replace(endpoint, calls=tuple(c for c in endpoint.calls if c.sample is None))
    if isinstance(answers, Answers):
        answers = Answers(
            items=tuple(one for one in answers.items if one.path == "/swagger.json" and one.status == 200)
        )
    return Evidence(
        target=evidence.target,
        script=evidence.script,
        source=evidence.source,
        models=evidence.models,
        environment=evidence.environment,
        installed=evidence.installed,
        probe=probe,
        documents=evidence.documents,
        deployment=evidence.deployment,
        endpoint=endpoint,
        answers=answers,
    )


def described(evidence: Evidence) -> Evidence:
    """The evidence of `slim` with what a container serves as its description among the documents.

    Where a script declares what it takes, that says the same, and stands alone.
    """
    from checks.contract.records import Documents
    from doctor.contract.documents import document_of

    answers, known = evidence.answers, evidence.documents
    served = next((one for one in answers.items if not one.cut), None) if isinstance(answers, Answers) else None
    evidence = evidence.replace(answers=Missing(reason="told by the documents"))
    if served is None:
        return evidence
    document = document_of(served.body.encode(), f"{served.address}{served.path}", "served")
    items = known.items if isinstance(known, Documents) else ()
    return evidence.replace(documents=Documents(items=(document, *items)))
