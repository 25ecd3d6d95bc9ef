"""Environment variables that the service asks for and does not get: by what failed, and by what the script says."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.container.failed_calls import Failed, failed
from checks.containers import Container
from checks.entry_script.module import Module, parse
from checks.entry_script.reach import reach
from checks.evidence import Evidence, Probe, Script
from checks.finding import Quote
from checks.runtime.variables import absent_variable

ALWAYS = frozenset({"PATH", "HOME", "HOSTNAME", "PWD", "TERM", "SHLVL", "_", "LANG", "LC_ALL", "TZ", "USER"})
_NAME = re.compile(r"['\"]?(?P<name>[A-Za-z_][A-Za-z0-9_]*)['\"]?\Z")
_CODE = re.compile(r"(?:getenv\(|environ\.get\(|environ\[)\s*['\"](?P<name>\w+)['\"]")
_SAID = re.compile(
    r"[Ee]nvironment variable ['\"`]?(?P<after>[A-Za-z_]\w*)['\"`]? (?:is |was |has |must )?(?:not |been |be )*"
    r"(?:set|defined|found|missing|required)|(?P<before>[A-Z][A-Z0-9_]+) not found\. Declare it as envvar"
)


@dataclass(frozen=True)
class Wanted:
    """A variable that is not set. `failure` is what came of it, None when that is only foreseen."""

    name: str
    quotes: tuple[Quote, ...]
    about: tuple[str, ...]
    failure: Failed | None
    strict: bool


def wanted(evidence: Evidence, container: Container) -> tuple[Wanted, ...]:
    """Variables that the container does not set: those that something failed for, then those of the script's text."""
    found: dict[str, Wanted] = {}
    for one in failed(evidence):
        name = _missed(one, evidence)
        if name and name not in container.environment:
            about = (f"variable:{name}", *one.about)
            found.setdefault(name, Wanted(name, one.quotes, about, one, strict=True))
    if isinstance(evidence.script, Script):
        for name, line, strict in _written(parse(evidence.script.text)):
            if name not in container.environment and name not in ALWAYS:
                quote = parse(evidence.script.text).quote(evidence.script.path, line)
                about = (f"variable:{name}", f"line:{line}")
                found.setdefault(name, Wanted(name, (quote,), about, None, strict=strict))
    return tuple(found.values())


def names_in(evidence: Evidence) -> frozenset[str]:
    """Every variable that the script asks for, set or not."""
    names = {asked.name for asked in evidence.probe.asked} if isinstance(evidence.probe, Probe) else set()
    if isinstance(evidence.script, Script):
        names |= {name for name, _, _ in _written(parse(evidence.script.text))}
        names |= set(_CODE.findall(evidence.script.text))
    return frozenset(names)


def _missed(one: Failed, evidence: Evidence) -> str | None:
    """The variable whose absence an exception comes from."""
    if not one.from_log:
        absent = absent_variable(one.failure, evidence)
        return absent.name if absent else None
    failure, own = one.failure, one.failure.own
    code = own.code if own else ""
    if failure.kind == "KeyError":
        key = _NAME.match(failure.message)
        from_os = any(frame.path.endswith(("/os.py", "<frozen os>")) for frame in failure.error.frames)
        return key["name"] if key and (from_os or "environ" in code) else None
    if "NoneType" in failure.message and (asked := _CODE.search(code)):
        return asked["name"]
    said = _SAID.search(failure.message)
    return (said["after"] or said["before"]) if said else None


def _written(module: Module) -> Iterator[tuple[str, int, bool]]:
    """What the script asks for when it serves: name, line, whether its absence raises. Not what it sets by itself."""
    if module.tree is None or "dotenv" in module.text:
        return
    own = {
        name
        for node in module.all(ast.Subscript)
        if not isinstance(node.ctx, ast.Load) and (name := _key(module, node))
    }
    calls = [(node, module.called(node)) for node in module.all(ast.Call)]
    own |= {
        name for node, called in calls if called in ("os.environ.setdefault", "os.putenv") and (name := _first(node))
    }
    for node in module.all(ast.Subscript):
        name = _key(module, node)
        if name and name not in own and isinstance(node.ctx, ast.Load) and _runs(module, node):
            yield name, node.lineno, True
    for call, called in calls:
        name, plain = _first(call), len(call.args) + len(call.keywords) == 1
        if called in ("os.getenv", "os.environ.get") and plain and name and name not in own and _runs(module, call):
            yield name, call.lineno, False


def _key(module: Module, node: ast.Subscript) -> str | None:
    if module.dotted(node.value) != "os.environ" or not isinstance(node.slice, ast.Constant):
        return None
    return node.slice.value if isinstance(node.slice.value, str) else None


def _first(call: ast.Call) -> str | None:
    first = call.args[0] if call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def _runs(module: Module, node: ast.AST) -> bool:
    """True for code that runs when the service starts or answers, and that no `try` or `if` guards."""
    if not reach(module).phases(node):
        return False
    return not any(isinstance(above, (ast.Try, ast.If, ast.IfExp, ast.BoolOp)) for above in module.parents(node))
