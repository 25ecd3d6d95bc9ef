"""What a look inside adds to the evidence: the script, the models, the packages; and whether the service answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from checks.containers import Answer, Answers, Container, Inside
from checks.evidence import EnvironmentFile, Evidence, Installed, Missing, Returned
from checks.runtime.error_texts import error_text
from doctor.collectors.environment import asked_for, hold_against
from doctor.containers.brought import Brought
from doctor.containers.inside_records import installed_of
from doctor.containers.service_files import service_files


def with_files(
    evidence: Evidence,
    container: Container,
    brought: Brought,
    document: Mapping[str, Any],
    *,
    source: Path | None,
    environment: Path | None,
) -> Evidence:
    """The evidence of the earlier families, and the person's own source.

    `document` is what look_inside.py said of a running container, empty for all others.
    """
    if isinstance(evidence.inside, Inside):
        files = service_files(container, evidence.inside, brought, environment)
        evidence = evidence.replace(**{name: getattr(files, name) for name in files.__struct_fields__})
        if document:
            found = installed_of(dict(document), requirements_of=asked_for(evidence.environment))
            evidence = held(evidence.replace(installed=found))
    if source is not None and isinstance(evidence.local, Missing):
        from doctor.containers.local import collect_local

        evidence = evidence.replace(local=collect_local(source))
    return evidence


def held(evidence: Evidence) -> Evidence:
    """The environment file held against what is installed inside."""
    if not isinstance(evidence.environment, EnvironmentFile) or not isinstance(evidence.installed, Installed):
        return evidence
    return evidence.replace(environment=hold_against(evidence.environment, evidence.models, evidence.installed))


def answers_well(evidence: Evidence, *, scored: bool = False) -> bool:
    """True when the service answered its health request, and every scoring request with success if one was `scored`.

    An answer that is the text of an exception is no success.
    """
    answers = evidence.answers
    if not isinstance(answers, Answers):
        return False
    health = [one for one in answers.items if one.path == "/"]
    posts = [one for one in answers.items if one.method == "POST"]
    well = [one for one in health if one.status is not None and one.status < 400]
    published = [one for one in health if one.route == "published"]
    return (
        bool(well)
        and (not published or any(one in well for one in published))
        and (not scored or (bool(posts) and not any(_is_error(one) for one in posts)))
        and all(one.status is not None and one.status < 400 for one in posts)
    )


def _is_error(one: Answer) -> bool:
    """True for a body that tells of an exception, whatever its status."""
    return error_text(Returned(type="str", text=one.body, status=one.status)) is not None


def both(first: Inside | Missing, rehearsal: Inside | Missing) -> Inside | Missing:
    """What was seen in the container itself, completed by what only the rehearsal could see."""
    if isinstance(first, Missing) or isinstance(rehearsal, Missing):
        return rehearsal if isinstance(first, Missing) else first
    return msgspec.structs.replace(
        first,
        folders=first.folders or rehearsal.folders,
        texts={**rehearsal.texts, **first.texts},
        interpreter=first.interpreter or rehearsal.interpreter,
        python=first.python or rehearsal.python,
        user=first.user or rehearsal.user,
        file_systems=first.file_systems or rehearsal.file_systems,
        imports=rehearsal.imports,
    )
