"""Paths as the script writes them: what they start from, and which part is written out."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from checks.entry_script.calls import LOADER_METHODS, LOADERS, OPENERS, argument, call_name, calls, last, text_of
from checks.entry_script.module import Module
from checks.entry_script.scopes import in_main_guard, scopes

DEPTH = 12  # names followed from one to the next


class Base(Enum):
    """What a path starts from."""

    TEXT = "the text itself"
    MODEL = "AZUREML_MODEL_DIR"
    CODE = "the folder of the script"
    CWD = "the current folder"
    REGISTRY = "Model.get_model_path()"
    OTHER = "something that only the run knows"


@dataclass(frozen=True)
class Written:
    """A path expression: its base, the text after the base, and the literals that the text is made of.

    `complete` is false when a part is not known; `fallback` marks the default of an environment variable.
    """

    base: Base
    text: str = ""
    literals: tuple[ast.Constant, ...] = field(default=(), compare=False)
    complete: bool = True
    fallback: bool = False

    @property
    def is_absolute(self) -> bool:
        """True for a text that starts at the root, a drive or a home folder."""
        return self.base is Base.TEXT and (
            self.text.startswith(("/", "~", "\\"))
            or (len(self.text) > 1 and self.text[0].isalpha() and self.text[1] == ":")
        )

    @property
    def is_relative(self) -> bool:
        """True for what the current folder decides."""
        return self.base is Base.CWD or (self.base is Base.TEXT and bool(self.text) and not self.is_absolute)

    @property
    def inside(self) -> str:
        """The text as a path below the base: forward slashes, no `.` parts, none at the ends."""
        parts = [p for p in self.text.replace("\\", "/").split("/") if p not in ("", ".")]
        return "/".join(parts)


UNKNOWN = Written(Base.OTHER, complete=False)


@dataclass(frozen=True)
class PathUse:
    """A call that takes a path. `action`: load, open, write, list, chdir, import or test."""

    call: ast.Call
    name: str
    action: str
    argument: ast.expr
    path: Written


_LISTS = frozenset({"os.listdir", "os.scandir", "glob.glob", "glob.iglob", "os.walk", "shutil.copytree"})
_TESTS = frozenset({"os.path.exists", "os.path.isfile", "os.path.isdir", "os.access"})
_IMPORTS = frozenset({"sys.path.append", "sys.path.insert", "site.addsitedir"})
_SAME = frozenset(
    {"os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "str", "os.fspath", "os.fsdecode"}
    | {"pathlib.Path", "pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PosixPath"}
)
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})


def looks_like_path(text: str) -> bool:
    """True for a text with a separator or an ending."""
    return "/" in text or "\\" in text or bool(re.search(r"\.[A-Za-z]\w{0,8}$", text))


def _is_library(module: Module, call: ast.Call) -> bool:
    """A function of an imported module, of which the checks do not know what it takes."""
    return (call_name(module, call).split(".")[0]) in {full.split(".")[0] for full in module.aliases.values()}


@lru_cache(maxsize=64)
def path_uses(module: Module) -> tuple[PathUse, ...]:
    """Every call that takes a path the checks know how to read, in the order of the script."""
    return tuple(sorted(_uses(module), key=lambda use: (use.call.lineno, use.call.col_offset)))


def _uses(module: Module) -> Iterator[PathUse]:
    for call, name in calls(module):
        action, given = "", None
        if name in LOADERS and not name.endswith(("pickle.load", "dill.load")):
            position, keywords = LOADERS[name]
            action, given = "load", argument(call, position, *keywords)
        elif name in _TESTS:
            action, given = "test", argument(call, 0, "path")
        elif name in _LISTS:
            action, given = "list", argument(call, 0, "path", "pathname", "top")
        elif name == "os.chdir":
            action, given = "chdir", argument(call, 0, "path")
        elif name in _IMPORTS:
            action, given = "import", call.args[-1] if call.args else None
        elif name in OPENERS:
            action, given = (
                "open",
                argument(call, 0, "file", "filename", "path", "filepath_or_buffer", "fp", "database"),
            )
            mode = text_of(argument(call, 1, "mode")) if last(name) == "open" else None
            action = "write" if mode and set(mode) & set("wax") else "open"
        elif "." in name and last(name) in LOADER_METHODS and last(name) not in {"load_state_dict", "from_pretrained"}:
            given = argument(call, 0)
            action = "load" if not isinstance(given, ast.Constant) or looks_like_path(str(given.value)) else ""
            given = given if action and not _is_library(module, call) else None
        elif isinstance(call.func, ast.Attribute) and call.func.attr in {"open", "read_text", "read_bytes"}:
            action, given = "open", call.func.value
        if given is not None and not isinstance(given, ast.Starred):
            yield PathUse(call, name, action, given, written(module, given))


def written(module: Module, node: ast.expr) -> Written:
    """What a path expression is made of."""
    return _written(module, node, DEPTH)


def _written(module: Module, node: ast.expr, depth: int) -> Written:
    if depth <= 0:
        return UNKNOWN
    match node:
        case ast.Constant(value=str(text)):
            return Written(Base.TEXT, text, (node,))
        case ast.JoinedStr(values=values):
            return _glue(module, values, depth)
        case ast.FormattedValue(value=value, format_spec=None):
            return _written(module, value, depth - 1)
        case ast.Name(id="__file__"):
            return Written(Base.CODE, "<script>")
        case ast.Name():
            return _named(module, node, depth)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            return _glue(module, [left, right], depth)
        case ast.BinOp(op=ast.Div(), left=left, right=right):
            return _join([_written(module, part, depth - 1) for part in (left, right)])
        case ast.BinOp(op=ast.Mod(), left=left):
            return replace(_written(module, left, depth - 1), complete=False)
        case ast.BoolOp(values=values):
            found = [_written(module, value, depth - 1) for value in values]
            return next((f for f in found if f.base is Base.MODEL), found[0])
        case ast.Subscript(value=value, slice=key) if module.dotted(value) == "os.environ":
            return Written(Base.MODEL) if text_of(key) == "AZUREML_MODEL_DIR" else UNKNOWN
        case ast.Attribute(value=value, attr="parent"):
            return _parent(_written(module, value, depth - 1))
        case ast.Call():
            return _called(module, node, depth)
    return UNKNOWN


def _called(module: Module, call: ast.Call, depth: int) -> Written:
    name = call_name(module, call)
    if name in _ENVIRONMENT:
        if text_of(argument(call, 0, "key")) == "AZUREML_MODEL_DIR":
            return Written(Base.MODEL)
        default = argument(call, 1, "default")
        found = _written(module, default, depth - 1) if default is not None else UNKNOWN
        return replace(found, fallback=True)
    if last(name) == "get_model_path":
        return Written(Base.REGISTRY)
    if name in {"os.getcwd", "pathlib.Path.cwd"}:
        return Written(Base.CWD)
    if name == "os.path.dirname" and call.args:
        return _parent(_written(module, call.args[0], depth - 1))
    if name == "os.path.join" or (name in _SAME and call.args):
        if any(isinstance(a, ast.Starred) for a in call.args) or not call.args:
            return UNKNOWN
        return _join([_written(module, part, depth - 1) for part in call.args])
    if isinstance(call.func, ast.Attribute):
        if call.func.attr in {"resolve", "absolute", "expanduser", "as_posix", "strip"}:
            return _written(module, call.func.value, depth - 1)
        if call.func.attr == "joinpath":
            return _join([_written(module, part, depth - 1) for part in (call.func.value, *call.args)])
        if call.func.attr == "format":
            return replace(_written(module, call.func.value, depth - 1), complete=False)
    return UNKNOWN


def _named(module: Module, node: ast.Name, depth: int) -> Written:
    """The value of a name that is assigned once."""
    known = scopes(module)
    stores = [n for n in known.bound[known.home(node)].get(node.id, ()) if not in_main_guard(module, n)]
    if len(stores) != 1 or known.is_private(node):
        return UNKNOWN
    above = module.parent(stores[0])
    if isinstance(above, ast.Assign) and stores[0] in above.targets:
        return _written(module, above.value, depth - 1)
    if isinstance(above, ast.AnnAssign) and above.value is not None:
        return _written(module, above.value, depth - 1)
    return UNKNOWN


def _glue(module: Module, values: list[ast.expr], depth: int) -> Written:
    """Texts put side by side, as in `folder + "/model.pkl"`."""
    whole: Written | None = None
    for value in values:
        part = _written(module, value, depth - 1)
        if whole is None:
            whole = part
        elif part.base is Base.TEXT and whole.complete:
            whole = Written(
                whole.base, whole.text + part.text, (*whole.literals, *part.literals), part.complete, whole.fallback
            )
        else:
            whole = replace(whole, complete=False)
    return whole or UNKNOWN


def _join(parts: list[Written]) -> Written:
    whole = parts[0]
    for part in parts[1:]:
        if part.is_absolute or part.base in {Base.MODEL, Base.CODE, Base.CWD, Base.REGISTRY}:
            whole = part
        elif part.base is Base.TEXT and whole.complete:
            text = f"{whole.text.rstrip('/')}/{part.text}" if whole.text else part.text
            whole = Written(whole.base, text, (*whole.literals, *part.literals), part.complete, whole.fallback)
        else:
            whole = replace(whole, complete=False)
    return whole


def _parent(path: Written) -> Written:
    if path.base is Base.CODE and path.text == "<script>":
        return Written(Base.CODE)
    if "/" in path.text and path.literals:
        return replace(path, text=path.text.rpartition("/")[0])
    if path.base in {Base.MODEL, Base.CODE, Base.CWD} and not path.literals:  # the base itself, or what is above it
        return replace(path, text="/".join(filter(None, (path.text, ".."))))
    return UNKNOWN if path.base is Base.OTHER else Written(path.base, complete=path.complete)


def reached(inside: str, files: Iterable[str]) -> str | None:
    """Where a path below a folder of these files leads to, its `..` followed as the system does.

    None where it leaves the folder, or goes through one that is not there.
    """
    parts: list[str] = []
    for part in inside.split("/"):
        if part != "..":
            parts.append(part)
        elif parts and any(file.startswith("/".join((*parts, ""))) for file in files):
            parts.pop()
        else:
            return None
    return "/".join(parts)


def is_tested(module: Module, path: Written) -> bool:
    """True when the script asks whether that very path is there."""
    return any(use.action == "test" and use.path == path for use in path_uses(module))


def left_without(module: Module, path: Written) -> tuple[ast.stmt, ...]:
    """The statements that end init() or the process because that very path is not there."""
    tests = [use.call for use in path_uses(module) if use.action == "test" and use.path == path]
    tests += [
        call
        for call in module.all(ast.Call)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"exists", "is_file", "is_dir"}
        and written(module, call.func.value) == path
    ]
    found: list[ast.stmt] = []
    for guard in module.all(ast.If):
        absent = isinstance(guard.test, ast.UnaryOp) and isinstance(guard.test.op, ast.Not)
        asked = guard.test.operand if isinstance(guard.test, ast.UnaryOp) else guard.test
        if any(asked is test for test in tests):
            found += [one for one in (guard.body if absent else guard.orelse) if _leaves(module, one)]
    return tuple(found)


_LEAVING = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort"})


def _leaves(module: Module, statement: ast.stmt) -> bool:
    called = (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and module.called(statement.value)
    )
    return isinstance(statement, ast.Raise) or called in _LEAVING
