"""Evidence that several checks' cases start from: a script with a model folder, or with pinned packages."""

from checks.cases import script
from checks.evidence import EnvironmentFile, Evidence, ModelFile, ModelFolder, Requirement


def with_models(text: str, *files: str) -> Evidence:
    """A script, and the files of its model folder."""
    return script(text, models=ModelFolder(path="model", files=tuple(ModelFile(path=f, size=1) for f in files)))


def with_pinned(text: str, package: str, version: str, python: str | None = None) -> Evidence:
    """A script, and an environment file that pins one package."""
    asked = Requirement(
        name=package,
        specifier=f"=={version}",
        channel="pip",
        line=4,
        text=f"{package}=={version}",
        exact=version,
    )
    environment = EnvironmentFile(path="conda.yaml", kind="conda", requirements=(asked,), python=python)
    return script(text, environment=environment)
