"""What a failed import, attribute or argument tells: which release removed it, which file hides it."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from checks.dependencies.names import ADDED, REMOVED, distributions_for, row_of
from checks.entry_script.removals import Removal, RemovedArgument, RemovedMethod, module_row, names, removed
from checks.logs.place import Place, Reader

Fields = Mapping[str, str]

NAMESPACES = frozenset(
    {"azure", "azureml", "backports", "google", "jaraco", "mpl_toolkits", "opentelemetry", "ruamel", "sphinxcontrib"}
    | {"llama_index", "zope"}
)
"""Top-level packages that many distributions share: one part says nothing of another."""

KINDS = {"DataFrame": "a data frame", "Series": "a pandas series", "Index": "a pandas index"}
"""Classes in messages and the kinds of value in the rows of removed methods."""

_PACKAGED = re.compile(
    r"site-packages|dist-packages|/lib/python\d|/lib64/python\d|<frozen|(?-i:[/\\]Lib[/\\])", re.IGNORECASE
)
_GENERATED = re.compile(r"(?:_core)?\._api\.v\d|\.compat\.v2")


def removed_attribute(_place: Place, fields: Fields) -> Fields | None:
    """For `module 'M' has no attribute 'N'` and `cannot import name 'N' from 'M'`: the release that took it away."""
    dotted = f"{_GENERATED.sub('', fields['module'])}.{fields['name']}"
    row = names().get(dotted) or module_row(dotted)
    return _told(row, dotted) if row and row.removed_in else None


def removed_module(_place: Place, fields: Fields) -> Fields | None:
    """For `No module named 'M'`: the release that took the module away; not for the standard library."""
    row = module_row(fields["module"])
    return _told(row, fields["module"]) if row and row.removed_in and row.package != "python" else None


def removed_method(_place: Place, fields: Fields) -> Fields | None:
    """For `'C' object has no attribute 'N'`: the release that took the method away."""
    kind = KINDS.get(fields["class"], "")
    rows = [row for row in removed().methods if row.name == fields["name"]]
    row = next((row for row in rows if row.on == kind or (not row.on and row.alone and not kind)), None)
    return _told(row, f"{fields['class']}.{fields['name']}") if row else None


def removed_argument(_place: Place, fields: Fields) -> Fields | None:
    """For `f() got an unexpected keyword argument 'N'`: the release that took the argument away."""
    call = fields["call"].removesuffix(".__init__")
    rows = [row for row in removed().arguments if row.name == fields["name"]]
    row = next((row for row in rows if row.call == call or row.call.endswith(f".{call}")), None)
    return _told(row, f"{call}({fields['name']}=…)") if row else None


def _told(row: Removal | RemovedMethod | RemovedArgument, subject: str) -> Fields:
    release = row.removed_in
    if row.package == "python":
        package, install = "Python", f"conda install 'python<{release}'"
    else:
        package, install = row.package, f"pip install '{row.package}<{release}'"
    return {"subject": subject, "package": package, "release": release, "use": row.use, "install": install}


def standard_module(_place: Place, fields: Fields) -> Fields | None:
    """For a module that a version of Python dropped: which, and what replaces it."""
    top = fields["module"].split(".")[0]
    row = next((row for row in removed().modules if row.name == top and row.package == "python"), None)
    if row is not None:
        release = row.removed_in
    elif top in REMOVED:
        release = ".".join(map(str, REMOVED[top]))
    else:
        return None
    return {"release": release, "use": row.use if row else "what its documentation names", "name": top}


def own_module(_place: Place, fields: Fields) -> Fields | None:
    """For a module that no known distribution provides: very likely a file of one's own."""
    top = fields["module"].split(".")[0]
    if "." in fields["module"] or row_of(top) or top in sys.stdlib_module_names or top in NAMESPACES or top in REMOVED:
        return None
    return {}


def submodule(_place: Place, fields: Fields) -> Fields | None:
    """For `No module named 'A.B'` where A was found; not for namespaces, whose parts are installed one by one."""
    top, dot, _ = fields["module"].partition(".")
    if not dot or top in NAMESPACES:
        return None
    return {"package": distributions_for(top)[0], "top": top}


def namespace_part(_place: Place, fields: Fields) -> Fields | None:
    """For `No module named 'azure.x'`: the distribution that brings this part."""
    top, dot, _ = fields["module"].partition(".")
    if not dot or top not in NAMESPACES:
        return None
    return {"package": distributions_for(fields["module"])[0]}


def hidden_by_file(_place: Place, fields: Fields) -> Fields | None:
    """For an import that met a file of one's own that has the name of a package or a standard module."""
    if _PACKAGED.search(fields["path"]):
        return None
    top = fields["module"].split(".")[0]
    known = row_of(top) is not None or top in sys.stdlib_module_names
    return {"file": re.split(r"[/\\]", fields["path"])[-1]} if known else None


def own_file(_place: Place, fields: Fields) -> Fields | None:
    """For an import from a file of the code folder."""
    return None if _PACKAGED.search(fields["path"]) else {"file": re.split(r"[/\\]", fields["path"])[-1]}


def package_file(_place: Place, fields: Fields) -> Fields | None:
    """For an import from an installed package: its distribution."""
    module = fields["module"]
    return {"package": "Python" if module.split(".")[0] in sys.stdlib_module_names else distributions_for(module)[0]}


@cache
def _well_known() -> dict[str, str]:
    return msgspec.json.decode(files("checks").joinpath("data/well_known_names.json").read_bytes(), type=dict[str, str])


def forgotten_import(_place: Place, fields: Fields) -> Fields | None:
    """For a name that everybody imports the same way: `np` gives `import numpy as np`."""
    statement = _well_known().get(fields["name"])
    return {"statement": statement} if statement else None


_SINCE = {
    "typing": {
        **dict.fromkeys(
            ("Final", "Literal", "Protocol", "TypedDict", "get_args", "get_origin", "SupportsIndex"), "3.8"
        ),
        **dict.fromkeys(("Annotated",), "3.9"),
        **dict.fromkeys(("Concatenate", "ParamSpec", "TypeAlias", "TypeGuard", "is_typeddict"), "3.10"),
        **dict.fromkeys(
            ("LiteralString", "Never", "NotRequired", "Required", "Self", "TypeVarTuple", "Unpack"), "3.11"
        ),
        **dict.fromkeys(("assert_never", "dataclass_transform", "reveal_type"), "3.11"),
        **dict.fromkeys(("TypeAliasType", "override"), "3.12"),
        **dict.fromkeys(("ReadOnly", "TypeIs"), "3.13"),
    },
    "asyncio": {"TaskGroup": "3.11", "Runner": "3.11", "timeout": "3.11", "to_thread": "3.9"},
    "collections.abc": {"Buffer": "3.12"},
    "contextlib": {"aclosing": "3.10", "chdir": "3.11", "nullcontext": "3.7"},
    "datetime": {"UTC": "3.11"},
    "enum": {"StrEnum": "3.11", "verify": "3.11"},
    "functools": {"cache": "3.9", "cached_property": "3.8", "singledispatchmethod": "3.8"},
    "importlib": {"metadata": "3.8", "resources": "3.7"},
    "itertools": {"batched": "3.12", "pairwise": "3.10"},
    "math": {"dist": "3.8", "prod": "3.8", "lcm": "3.9"},
    "random": {"randbytes": "3.9"},
    "types": {"GenericAlias": "3.9", "EllipsisType": "3.10", "NoneType": "3.10", "UnionType": "3.10"},
    "warnings": {"deprecated": "3.13"},
}
"""Names of the standard library and the first version of Python that has them. Source: Python's documentation."""


def new_in_python(_place: Place, fields: Fields) -> Fields | None:
    """For a name or module of the standard library that the image's older Python does not have yet."""
    module, name = fields["module"], fields.get("name", "")
    if name:
        version = _SINCE.get(module, {}).get(name)
        return {"version": version, "thing": f"{module}.{name}"} if version else None
    added = ADDED.get(module.split(".")[0])
    return {"version": f"{added[0]}.{added[1]}", "thing": module} if added else None


_NEWER = (
    (re.compile(r":="), "3.8", "the operator `:=`"),
    (re.compile(r"^\s*(?:match|case)\s.*:\s*$"), "3.10", "the statement `match`"),
    (re.compile(r"^\s*except\s*\*"), "3.11", "the statement `except*`"),
    (re.compile(r"^\s*type\s+\w+(?:\[.*\])?\s*="), "3.12", "the statement `type`"),
    (re.compile(r"^\s*(?:def|class)\s+\w+\["), "3.12", "type parameters in brackets"),
    (re.compile(r"^\s*(?:async\s+)?def\s.*[(,]\s*/\s*[,)]"), "3.8", "positional-only parameters"),
    (re.compile(r"""\b[fF][rR]?['"].*\{[\w.]+=[}!:]"""), "3.8", "`=` in an f-string"),
    (re.compile(r"""\b[tT][rR]?['"].*\{"""), "3.14", "template strings"),
    (re.compile(r"^\s*with\s*\($"), "3.9", "`with` in parentheses"),
)
_SAID = (
    (re.compile(r"future feature annotations is not defined"), "3.7", "`from __future__ import annotations`"),
    (re.compile(r"f-string expression part cannot include a backslash"), "3.12", "a backslash inside an f-string"),
    (re.compile(r"f-string: (?:unmatched '[(\[{]'|expecting '\}'|unterminated string)"), "3.12", "nested quotes"),
)


def newer_syntax(place: Place, _fields: Fields) -> Fields | None:
    """For a SyntaxError: what in the quoted source came with a later version of Python."""
    code = quoted_source(place)
    for table, text in ((_SAID, place.lines[place.position].text), (_NEWER, code)):
        for pattern, version, what in table:
            if pattern.search(text):
                return {"version": version, "what": what}
    return None


def python2_syntax(place: Place, _fields: Fields) -> Fields | None:
    """For a SyntaxError at a line that only Python 2 understands."""
    said = place.lines[place.position].text
    old = re.search(
        r"""^\s*(?:print\s+["'\w]|exec\s+["']|raise\s+\w+\s*,|except\s+\w+\s*,\s*\w+\s*:)""", quoted_source(place)
    )
    return {} if old or "Missing parentheses in call to 'print'" in said or "except clauses" in said else None


def foreign_line(place: Place, _fields: Fields) -> Fields | None:
    """For a SyntaxError at a line that is no Python: a merge conflict, a notebook command, Markdown, HTML."""
    code = quoted_source(place).strip()
    for pattern, what in (
        (r"^(?:<{7}|={7}|>{7})(?:\s|$)", "the marks of a merge conflict"),
        (r"^[%!]\w|^%%", "a notebook command"),
        (r"^```", "a Markdown fence"),
        (r"^</?\w+[ >]|^<!DOCTYPE", "HTML"),
        (r"^(?:>>>|In \[\d)", "a prompt that was pasted along"),
        (r"^(?:pip|conda|apt-get|python|az|git|docker) ", "a shell command"),
    ):
        if re.search(pattern, code):
            return {"what": what, "code": code[:60].replace("`", "'")}
    return None


def missing_settings(place: Place, _fields: Fields) -> Fields:
    """The fields that pydantic names on the lines below the headline of a settings error."""
    below = place.lines[place.position + 1 : place.position + 20]
    found = [line.text.strip() for line in below if re.fullmatch(r"\s?[A-Za-z_][\w.]*\s*", line.text)]
    return {"names": ", ".join(found[:3]) or "a value"}


def quoted_source(place: Place) -> str:
    """The source line that Python quotes above a SyntaxError; empty when it quotes none."""
    for back in range(place.position - 1, max(-1, place.position - 4), -1):
        text = place.lines[back].text
        if text.lstrip().startswith('File "'):
            return ""
        if text.strip() and not set(text.strip()) <= set("^~ "):
            return text
    return ""


READERS: dict[str, Reader] = {
    "removed-attribute": removed_attribute,
    "removed-module": removed_module,
    "removed-method": removed_method,
    "removed-argument": removed_argument,
    "standard-module": standard_module,
    "own-module": own_module,
    "submodule": submodule,
    "namespace-part": namespace_part,
    "hidden-by-file": hidden_by_file,
    "own-file": own_file,
    "package-file": package_file,
    "forgotten-import": forgotten_import,
    "new-in-python": new_in_python,
    "missing-settings": missing_settings,
    "newer-syntax": newer_syntax,
    "python2-syntax": python2_syntax,
    "foreign-line": foreign_line,
}
"""Readers by the name that signatures use."""
