"""What the first bytes of model files tell, in a few words."""

from checks.evidence import Evidence, ModelFile, ModelFolder
from doctor.exploring.table import Tone

_NO_FACT = frozenset({"unknown", "text", "json"})


def models_by_path(evidence: Evidence) -> dict[str, ModelFile]:
    """The model files by their paths."""
    if not isinstance(evidence.models, ModelFolder):
        return {}
    root = evidence.models.path.replace("\\", "/").rstrip("/")
    return {f"{root}/{one.path}": one for one in evidence.models.files}


def facts_of(model: ModelFile | None) -> tuple[tuple[str, ...], Tone]:
    """What the first bytes of a model file tell."""
    if model is None:
        return (), ""
    bad = model.format in {"git-lfs pointer", "html", "empty", "truncated pickle"}
    words = {"git-lfs pointer": "Git LFS pointer, not the model", "html": "a web page, not the model"}
    told = [words.get(model.format, model.format)] if model.format not in _NO_FACT else []
    told += [f"{name} {version}" for name, version in list(model.versions.items())[:2]]
    told += [model.note] if model.note else []
    return tuple(told), "error" if bad else ""
