"""What can be set, and what a value must be: the one list behind the configuration file, the variables and the docs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

PREFIX = "DOCTOR_"

Grade = Literal["error", "warning", "info", "off"]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked for, from all sources. `folder` is what `per-file-ignores` patterns are relative to.

    `timeout` is in seconds; `source` is the configuration file that was read, None when there was none.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: dict[str, Grade] = {}
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    fail_on: Literal["error", "warning", "never"] = "error"
    timeout: float = 60.0
    memory: str | None = None
    samples: tuple[Path, ...] = ()
    model_dir: Path | None = None
    env: Path | None = None
    variables: dict[str, str] = {}
    python: str | None = None
    baseline: Path | None = None
    run: bool = True
    verify: bool | Literal["auto"] = "auto"
    folder: Path = Path()
    source: Path | None = None


@dataclass(frozen=True)
class Key:
    """One setting: its type, what a value must be (for messages), what it means (for the documentation)."""

    name: str
    type: Any
    want: str
    help: str

    @property
    def field(self) -> str:
        """The name in Settings."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable of the same meaning."""
        return PREFIX + self.field.upper()


_IDS = str | list[str]
KEYS = {
    key.name: key
    for key in (
        Key("select", _IDS, "a list of check ids or families", "Only these checks or families run."),
        Key("ignore", _IDS, "a list of check ids or families", "These checks or families do not run."),
        Key(
            "severity",
            dict[str, Grade],
            "a table of ids or families with error, warning, info or off",
            "Grades the findings of a check anew; `off` turns it off.",
        ),
        Key(
            "per-file-ignores",
            dict[str, _IDS],
            "a table of file patterns with lists of ids or families",
            "Findings of these checks stay quiet in the files that match; patterns are relative to the file's folder.",
        ),
        Key(
            "fail-on",
            Literal["error", "warning", "never"],
            "error, warning or never",
            "From which gravity on doctor exits with 1.",
        ),
        Key(
            "timeout",
            Annotated[float, msgspec.Meta(gt=0)],
            "a number of seconds above 0",
            "How long init() and all calls of run() may take together.",
        ),
        Key("memory", str, "a size, as 2G or 512M", "Memory of the instance that the service gets."),
        Key("samples", _IDS, "a list of files", "Request bodies to send to run(); `sample` is the same."),
        Key("model-dir", str, "a folder", "What AZUREML_MODEL_DIR will hold."),
        Key("env", str, "a file", "The conda or requirements file of the deployment."),
        Key("variables", dict[str, str], "a table of names with strings", "Environment variables of the deployment."),
        Key("python", str, "the path or name of an interpreter", "The interpreter to rehearse with."),
        Key("baseline", str, "a file", "Findings recorded there stay quiet."),
        Key("run", bool, "true or false", "Whether the script is run, or only read."),
        Key("verify", bool | Literal["auto"], 'true, false or "auto"', "Whether fixes are proved on a scratch copy."),
    )
}
