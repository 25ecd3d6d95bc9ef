"""A conda file as a tree with positions, so that every package and every mistake keeps its line."""

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from checks.evidence import FileProblem, Requirement
from doctor.collectors.conda_specs import conda_requirement

MOST_ITEMS = 5_000
_NULL = "tag:yaml.org,2002:null"


@dataclass
class CondaFile:
    """What a conda file, or an Azure ML environment asset, says. `pip` are the lines for pip.

    `elsewhere` is the path of the conda file that an asset names, `image` its base image; `foreign` says what the file
    is when it is valid and no list of packages.
    """

    requirements: list[Requirement] = field(default_factory=list)
    pip: list[tuple[int, str]] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    elsewhere: str | None = None
    elsewhere_line: int | None = None
    image: str | None = None
    foreign: str | None = None

    @property
    def python(self) -> str | None:
        """The version of Python that the file pins, as written."""
        return next((pinned(r.specifier) for r in self.requirements if r.name == "python"), None)


def pinned(specifier: str) -> str | None:
    """`3.8` of `=3.8`, `==3.8.*`, `3.8` and `>=3.8,<3.9`; None for an open range."""
    if one := re.match(r"(?:==?|~=)?\s*(\d+(?:\.\d+)*)(?:\.\*|\*)?(?:=.*)?\Z", specifier):
        return one[1]
    two = re.match(r">=\s*(\d+)\.(\d+)(?:\.\d+)*\s*,\s*<\s*(\d+)\.(\d+)(?:\.0)*(?:a0)?\Z", specifier)
    if two and (two[1], int(two[2]) + 1) == (two[3], int(two[4])):
        return f"{two[1]}.{two[2]}"
    return None


def read_conda(text: str) -> CondaFile:
    """Read a conda file or an environment asset. Whatever is wrong becomes a problem; nothing is raised."""
    found = CondaFile()
    try:
        root = YAML(typ="rt").compose(text)
    except MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        found.problems.append(FileProblem(line=mark.line + 1 if mark else None, message=f"no valid YAML: {message}"))
        return found
    except (YAMLError, RecursionError, ValueError) as error:
        found.problems.append(FileProblem(line=None, message=f"no valid YAML: {str(error).splitlines()[0][:160]}"))
        return found
    if not isinstance(root, MappingNode):
        kind = "is empty" if root is None else "holds no mapping"
        found.problems.append(FileProblem(line=1, message=f"the file {kind}; conda expects `dependencies:`"))
        return found
    _root(root, found)
    return found


def _root(root: MappingNode, found: CondaFile) -> None:
    keys = _keys(root, found)
    if isinstance(inner := keys.get("environment"), MappingNode):  # a deployment file with its environment inline
        keys |= _keys(inner, found)
    image = keys.get("image")
    found.image = image.value if isinstance(image, ScalarNode) else None
    conda = keys.get("conda_file")
    if isinstance(conda, ScalarNode):
        found.elsewhere, found.elsewhere_line = str(conda.value), _line(conda)
        return
    if isinstance(conda, MappingNode):
        keys = _keys(conda, found)
    dependencies = keys.get("dependencies")
    if "build_dependencies" in keys:
        found.foreign = "is MLflow's python_env file; give the conda file or the requirements file that lies beside it"
        return
    if isinstance(dependencies, SequenceNode):
        for item in dependencies.value[:MOST_ITEMS]:
            _item(item, found)
    elif isinstance(dependencies, MappingNode):
        message = "`dependencies` is a mapping; conda expects a list, each item behind `- `"
        found.problems.append(FileProblem(line=_line(dependencies), message=message))
        _mapping(dependencies, found)
    elif dependencies is not None:
        found.problems.append(FileProblem(line=_line(dependencies), message="`dependencies` holds no list"))
    elif "channels" in keys:
        found.problems.append(FileProblem(line=1, message="the file has no `dependencies:`, so it installs nothing"))
    elif found.image is not None or "build" in keys:
        found.foreign = "names an image and no packages; what the image holds is not known here"
    else:
        found.foreign = "is no conda file: it has no `dependencies:`"
    if isinstance(pip := keys.get("pip"), SequenceNode):  # beside `dependencies`, where conda does not look
        _pip(pip, found)


def _keys(node: MappingNode, found: CondaFile) -> dict[str, Node]:
    """The values of a mapping by key; conda refuses a key that stands there twice."""
    keys: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            continue
        if key.value in keys:
            found.problems.append(FileProblem(line=_line(key), message=f"the key `{key.value}` stands here twice"))
        keys[key.value] = value
    return keys


def _item(item: Node, found: CondaFile) -> None:
    if isinstance(item, ScalarNode):
        if item.tag == _NULL or not item.value.strip():
            found.problems.append(FileProblem(line=_line(item), message="an empty item in `dependencies`"))
        else:
            _spec(item.value, _line(item), found)
    elif isinstance(item, MappingNode):
        _mapping(item, found)
    else:
        found.problems.append(FileProblem(line=_line(item), message="a list inside `dependencies`; conda expects text"))


def _mapping(node: MappingNode, found: CondaFile) -> None:
    """`pip:` with its list, and what was meant as `name=version` but written `name: version`."""
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            continue
        if key.value == "pip":
            if isinstance(value, SequenceNode):
                _pip(value, found)
            elif isinstance(value, ScalarNode) and value.tag != _NULL:
                message = f"`pip: {value.value}` is one value; conda expects a list below `pip:`"
                found.problems.append(FileProblem(line=_line(key), message=message))
        elif isinstance(value, ScalarNode):
            line, version = _line(key), value.value if value.tag != _NULL else ""
            before = len(found.requirements)
            _spec(f"{key.value}={version}" if version else key.value, line, found)
            for index in range(before, len(found.requirements)):
                made = found.requirements[index]
                found.requirements[index] = Requirement(
                    name=made.name,
                    specifier=made.specifier,
                    channel="conda",
                    line=line,
                    text=f"{key.value}: {version}".strip(),
                    exact=made.exact,
                )
        else:
            message = f"`{key.value}:` with a value of its own; conda knows only `pip:` in this place"
            found.problems.append(FileProblem(line=_line(key), message=message))


def _pip(node: SequenceNode, found: CondaFile) -> None:
    for item in node.value[:MOST_ITEMS]:
        if isinstance(item, ScalarNode) and item.tag != _NULL and item.value.strip():
            text = re.sub(r"\s+#.*\Z", "", item.value.strip())
            found.pip.append((_line(item), text))
        elif isinstance(item, MappingNode):
            message = "`name: version` in the pip list; pip expects `name==version`"
            found.problems.append(FileProblem(line=_line(item), message=message))
        else:
            found.problems.append(FileProblem(line=_line(item), message="an empty item in the pip list"))


def _spec(text: str, line: int, found: CondaFile) -> None:
    try:
        found.requirements.append(conda_requirement(text.strip(), line))
    except ValueError as error:
        found.problems.append(FileProblem(line=line, message=f"`{text.strip()[:80]}`: {str(error)[:160]}"))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
