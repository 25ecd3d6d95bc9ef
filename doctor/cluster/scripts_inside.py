"""Entry scripts that a config map of the files holds: read there, and told with the lines of the manifest."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from ruamel.yaml.nodes import MappingNode, ScalarNode

from checks.cluster.subject import Workload
from checks.evidence import Missing, Script
from checks.finding import Finding, Fix, Quote, Safety
from checks.kubernetes.code_places import Mounted, entry_of, mounts
from doctor.cluster.manifest_file import Written
from doctor.cluster.yaml_tree import entries

_DEFAULT = "score.py"
_DEFINES = re.compile(r"^(?:async\s+)?def\s+(?:init|run)\s*\(", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Inside:
    """One entry script in a config map: the object, and the node that holds the text."""

    written: Written
    node: ScalarNode
    script: Script

    def told(self, finding: Finding) -> Finding:
        """The finding with the manifest's lines. Edits are left out: they were made for the script alone."""
        quotes = tuple(self._quote(one) for one in finding.evidence)
        if not any(one.line for one in quotes):
            quotes = (self.written.file.quote(self.node.start_mark.line + 1), *quotes)
        return replace(finding, evidence=quotes, fixes=tuple(map(_by_hand, finding.fixes)))

    def _quote(self, quote: Quote) -> Quote:
        if quote.source != self.script.path or quote.line is None:
            return quote
        first = self.node.start_mark.line + 1
        if self.node.style != "|":  # elsewhere lines of the script are no lines of the file
            return replace(self.written.file.quote(first), text=quote.text, mark=None)
        return self.written.file.quote(first + quote.line)


def _by_hand(fix: Fix) -> Fix:
    return replace(fix, edits=(), diff=None, safety=Safety.REVIEW) if fix.edits else fix


def scripts_inside(workload: Workload | Missing, objects: Sequence[Written]) -> tuple[Inside, ...]:
    """The entry scripts of a workload's containers that config maps among the objects hold, each once."""
    if isinstance(workload, Missing) or workload.spec is None:
        return ()
    maps = {one.name: one for one in reversed(objects) if one.kind == "ConfigMap"}
    found = dict.fromkeys(_keys(workload))
    made = (_inside(maps[name], key) for name, key in found if name in maps)
    return tuple(one for one in made if one is not None)


def _keys(workload: Workload) -> Iterator[tuple[str, str]]:
    """Config map and key of each entry script; where only the image names one, the usual name counts."""
    assert workload.spec is not None
    for container in workload.spec.containers:
        entry = entry_of(container)
        for one in mounts(workload, workload.spec, container):
            if one.kind != "config map":
                continue
            for path in one.files or ():
                if path == entry.path if entry else path.rpartition("/")[2] == _DEFAULT:
                    yield one.name, _key(workload, one, path)


def _key(workload: Workload, mounted: Mounted, path: str) -> str:
    """The key that stands behind a path of a mount."""
    assert workload.spec is not None
    inner = path.removeprefix(mounted.mount.mount_path).strip("/")
    inner = "/".join(part for part in (mounted.mount.sub_path.strip("/"), inner) if part)
    volume = workload.spec.volume(mounted.mount.name)
    items = volume.config_map.items if volume and volume.config_map else ()
    return next((item.key for item in items if item.path == inner), inner)


def _inside(written: Written, key: str) -> Inside | None:
    data = next((value for name, value in entries(written.node) if name.value == "data"), None)
    inner = entries(data) if isinstance(data, MappingNode) else ()
    node = next((value for name, value in inner if name.value == key), None)
    if not isinstance(node, ScalarNode) or not _DEFINES.search(str(node.value)):
        return None
    return Inside(written, node, Script(path=key, text=str(node.value)))
