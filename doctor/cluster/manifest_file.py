"""One file of manifests: its text, its objects, and quotes and edits of it that never hold a secret's value."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from checks.finding import Edit, Quote
from checks.text import end_of, lines_of
from doctor.cluster.yaml_tree import Broken, documents, entries, plain
from doctor.redact import MASK, redact

_CHART = re.compile(r"\{\{-?\s*\.(?:Values|Release|Chart|Capabilities)\b")


def _has_braces(root: Node) -> bool:
    """True where YAML read `{{ x }}` as a mapping whose key is a mapping."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, SequenceNode):
            pending += node.value
        elif isinstance(node, MappingNode):
            if any(isinstance(key, MappingNode) for key, _ in node.value):
                return True
            pending += [value for _, value in node.value]
    return False


@dataclass(frozen=True)
class Written:
    """One object as it is written."""

    file: "ManifestFile"
    node: MappingNode
    data: dict[str, Any]

    def text(self, *path: str) -> str:
        """A text of the object, empty where none stands there."""
        value: Any = self.data
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def key(self) -> tuple[str, str]:
        """Its apiVersion and kind."""
        return self.text("apiVersion"), self.text("kind")

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.text("kind")

    @property
    def name(self) -> str:
        """Its name, as far as it has one."""
        return self.text("metadata", "name") or self.text("metadata", "generateName")

    @property
    def shown(self) -> str:
        """How kubectl is told of it: `deployment/score`."""
        return f"{self.kind.lower()}/{self.name}" if self.name else self.kind.lower()

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from every other object of a cluster."""
        group = self.text("apiVersion").rpartition("/")[0]
        return group, self.kind, self.text("metadata", "namespace"), self.name

    @property
    def line(self) -> int:
        """The line that it begins on."""
        return int(self.node.start_mark.line) + 1


@dataclass
class ManifestFile:
    """A file of manifests. `path` is as the person wrote it; `secret` are lines with values of secrets."""

    path: str
    text: str
    lines: list[str] = field(default_factory=list)
    roots: list[Node] = field(default_factory=list)
    broken: Broken | None = None
    secret: set[int] = field(default_factory=set)
    encoding: str = "utf-8"

    @classmethod
    def read(cls, path: str, content: bytes) -> "ManifestFile":
        """Parse a file. What cannot be parsed is `broken`, and what stands before it is there.

        Raises UnicodeDecodeError for what is no UTF-8.
        """
        encoding = "utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8"
        text = content.decode(encoding)
        roots, broken = documents(text)
        made = cls(path, text, lines_of(text), [], broken, encoding=encoding)
        for root in roots:
            try:
                plain(root)
            except ValueError as error:
                made.broken = Broken(root.start_mark.line + 1, 0, str(error))
                break
            made.roots.append(root)
        for one in made.objects():
            if one.kind == "Secret":
                made._hide(one.node)
        return made

    @property
    def is_template(self) -> bool:
        """True for what becomes a manifest only when somebody fills it in: `{{ ... }}` outside of texts."""
        if "{{" not in self.text:
            return False
        return bool(self.broken or _CHART.search(self.text) or any(map(_has_braces, self.roots)))

    def objects(self) -> Iterator[Written]:
        """Every object of the file, lists taken apart."""
        for root in self.roots:
            yield from self._objects(root)

    def _objects(self, root: Node) -> Iterator[Written]:
        if not isinstance(root, MappingNode):
            return
        keys = {str(key.value): value for key, value in entries(root)}
        items = keys.get("items")
        kind = keys.get("kind")
        if isinstance(items, SequenceNode) and isinstance(kind, ScalarNode) and str(kind.value).endswith("List"):
            for item in items.value:
                yield from self._objects(item)
        else:
            yield Written(self, root, plain(root))

    def _hide(self, node: MappingNode) -> None:
        for key, value in entries(node):
            if key.value in {"data", "stringData"}:
                inside = entries(value) if isinstance(value, MappingNode) else [(key, value)]
                for name, one in inside:
                    self.secret |= set(range(name.start_mark.line + 1, one.end_mark.line + 2))
            elif key.value == "metadata" and isinstance(value, MappingNode):
                self._hide_applied(value)

    def _hide_applied(self, metadata: MappingNode) -> None:
        """What kubectl applied last holds the secret once more."""
        for key, value in entries(metadata):
            if key.value == "annotations":
                self.secret |= set(range(key.start_mark.line + 1, value.end_mark.line + 2))

    def without_secrets(self) -> str:
        """The text with the values of secrets masked, line by line."""
        if not self.secret:
            return self.text
        masked = (
            self.shown_line(number) + end_of(line) if number in self.secret else line
            for number, line in enumerate(self.lines, 1)
        )
        return "".join(masked)

    def shown_line(self, line: int) -> str:
        """A line without its end, and without a secret's value."""
        text = self.lines[line - 1].rstrip("\r\n") if 0 < line <= len(self.lines) else ""
        if line not in self.secret:
            return redact(text)
        name, colon, value = text.partition(":")
        if not value.strip():
            return text if colon else f"{' ' * (len(text) - len(text.lstrip()))}{MASK}"
        return f"{name}: {MASK}"

    def quote(self, line: int, column: int | None = None, length: int = 0) -> Quote:
        """A line as evidence; the part from `column` on is marked."""
        full = self.shown_line(line)
        text = full.strip()
        indent = len(full) - len(full.lstrip())
        start = (column or 0) - indent
        fits = column is not None and length and start >= 0 and start + length <= len(text)
        whole = self.lines[line - 1].rstrip("\r\n") if 0 < line <= len(self.lines) else ""
        mark = (start, start + length) if fits and full == whole else None
        return Quote(
            source=self.path, line=line, column=indent, text=text[:200], mark=mark if len(text) <= 200 else None
        )

    def quote_node(self, node: Node) -> Quote:
        """The line of a scalar, or the first one of anything else, as evidence."""
        start, end = node.start_mark, node.end_mark
        if isinstance(node, ScalarNode) and start.line == end.line:
            return self.quote(start.line + 1, start.column, end.column - start.column)
        return self.quote(start.line + 1)

    def renamed(self, node: Node, text: str) -> Edit | None:
        """The same for a name, which keeps the quotes that it stands in: JSON has no name without."""
        style = node.style if isinstance(node, ScalarNode) and node.style in {"'", '"'} else ""
        return self.replaced(node, f"{style}{text}{style}")

    def replaced(self, node: Node, text: str) -> Edit | None:
        """The edit that writes another text for a scalar on one line; None for other nodes, and within a secret."""
        start, end = node.start_mark, node.end_mark
        if not isinstance(node, ScalarNode) or start.line != end.line or start.line + 1 in self.secret:
            return None
        return Edit(
            path=self.path,
            start_line=start.line + 1,
            start_column=start.column,
            end_line=end.line + 1,
            end_column=end.column,
            replacement=text,
        )
