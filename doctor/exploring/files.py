"""The files of a service, wherever they lie, and how they differ from one's own copy."""

from checks.containers import Container, Inside, LocalSource
from checks.evidence import Evidence, Missing, Script, SourceTree
from doctor.exploring.file_records import Files
from doctor.exploring.table import Nothing, shown
from doctor.exploring.wanting import remedy_for


def files(evidence: Evidence, local: LocalSource | None = None) -> Files | Nothing:
    """The files. `local` is the person's own copy; without it that of the evidence, where one was given."""
    own = local or (evidence.local if isinstance(evidence.local, LocalSource) else None)
    if isinstance(evidence.inside, Inside) and isinstance(evidence.container, Container):
        from doctor.exploring.files_inside import files_inside

        return files_inside(evidence, evidence.container, evidence.inside, own)
    if isinstance(evidence.source, SourceTree) or isinstance(evidence.script, Script):
        from doctor.exploring.files_on_disk import files_on_disk

        return files_on_disk(evidence, own)
    reason = next(
        (one.reason for one in (evidence.inside, evidence.source, evidence.script) if isinstance(one, Missing)), ""
    )
    if evidence.target.kind == "workload" and reason == "not collected":
        reason = "nobody looked inside: no container runs, or none had to be entered"
    return Nothing(shown(reason), remedy_for(evidence, "files"))
