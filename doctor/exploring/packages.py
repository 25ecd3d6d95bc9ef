"""What is installed where the service runs, held against what its environment file asks for."""

from collections.abc import Iterator
from posixpath import basename

from packaging.utils import canonicalize_name

from checks.containers import Inside
from checks.dependencies.imports import imported_modules
from checks.dependencies.names import EVERYTHING, brought_by, distributions_for, is_standard, pip_name
from checks.dependencies.versions import admits, parse
from checks.evidence import EnvironmentFile, Evidence, Installed, Missing, Probe, Requirement, SourceTree
from doctor.exploring.table import Nothing, Row, Table, Tone, shown
from doctor.exploring.wanting import remedy_for

COLUMNS = ("package", "asked for", "installed", "verdict")
_PASSED: Tone = "passed"
_WARNING: Tone = "warning"
_ERROR: Tone = "error"
_MUTED: Tone = "muted"
_ORDER = {"error": 0, "warning": 1, "info": 2, "passed": 3, "muted": 4, "": 5}


def packages(evidence: Evidence) -> Table | Nothing:
    """One row for each package that is asked for, imported or installed; what is wrong first."""
    environment, installed = evidence.environment, evidence.installed
    if isinstance(environment, Missing) and isinstance(installed, Missing):
        reason = f"installed: {installed.reason}\nenvironment file: {environment.reason}"
        return Nothing(shown_reason(reason), remedy_for(evidence, "packages"))
    found = installed.distributions if isinstance(installed, Installed) else {}
    inside: dict[str, str] = {canonicalize_name(name): version for name, version in found.items()}
    asked = list(_asked(evidence, inside))
    named = {row.cells[0] for row in asked}
    rows = [*asked, *(row for row in _imported(evidence, inside) if row.cells[0] not in named)]
    named |= {row.cells[0] for row in rows}
    rows += _rest(evidence, inside, named)
    rows.sort(key=lambda row: (_ORDER[row.tone], row.cells[0]))
    return Table(COLUMNS, tuple(rows), _summary(evidence, rows))


def shown_reason(text: str) -> str:
    """Reasons, one a line."""
    return "\n".join(map(shown, text.splitlines()))


def _asked(evidence: Evidence, inside: dict[str, str]) -> Iterator[Row]:
    environment = evidence.environment
    if not isinstance(environment, EnvironmentFile):
        return
    if environment.python:
        yield _python(evidence, environment)
    for requirement in environment.requirements:
        if requirement.name == "python":
            continue
        place = (environment.path, requirement.line)
        name = pip_name(requirement)
        cells = (name or shown(requirement.name or requirement.text), shown(requirement.specifier or "any version"))
        if not name:
            what = "no Python package: not compared" if requirement.name else "a path or URL: not compared"
            yield Row((*cells, "", what), "muted", _asking(environment, requirement), place)
        elif isinstance(evidence.installed, Missing):
            yield Row((*cells, "", "not known"), "muted", _asking(environment, requirement), place)
        elif name not in inside:
            yield Row((*cells, "", "missing"), "error", _asking(environment, requirement), place)
        else:
            fits = _fits(requirement, inside[name])
            verdict, tone = ("fine", _PASSED) if fits else ("other version", _WARNING)
            detail = _asking(environment, requirement)
            yield Row((*cells, shown(inside[name]), verdict), tone, detail, place)


def _python(evidence: Evidence, environment: EnvironmentFile) -> Row:
    probe, inside = evidence.probe, evidence.inside
    found = (inside.python if isinstance(inside, Inside) else None) or (
        probe.python if isinstance(probe, Probe) else None
    )
    wanted = environment.python or ""
    same = found is not None and (found == wanted or found.startswith(wanted.rstrip(".*") + "."))
    verdict, tone = ("fine", _PASSED) if same else ("other version", _WARNING) if found else ("not known", _MUTED)
    return Row(("python", shown(wanted), found or "", verdict), tone, "", (environment.path, None))


def _asking(environment: EnvironmentFile, requirement: Requirement) -> str:
    return f"{shown(environment.path)}:{requirement.line}: {shown(requirement.text)} ({requirement.channel})"


def _fits(requirement: Requirement, version: str) -> bool:
    known = requirement.admits.get(version)
    found = parse(version)
    return known if known is not None else found is None or not requirement.specifier or admits(requirement, found)


def _imported(evidence: Evidence, inside: dict[str, str]) -> Iterator[Row]:
    """What is imported and neither asked for nor brought along by what is."""
    environment, installed, source = evidence.environment, evidence.installed, evidence.source
    wanted = {one.module: one.line for one in imported_modules(evidence)}
    if isinstance(evidence.probe, Probe):
        wanted |= {name: 0 for name in evidence.probe.imported if name not in {m.split(".")[0] for m in wanted}}
    brought = brought_by(environment, installed) if isinstance(environment, EnvironmentFile) else {}
    told: set[str] = set()
    for module, line in wanted.items():
        top = module.split(".")[0]
        if is_standard(top) or top == "entry_module" or (isinstance(source, SourceTree) and _is_own(source, top)):
            continue
        here = installed.providers.get(top, ()) if isinstance(installed, Installed) else ()
        names = [canonicalize_name(one) for one in (*here, *distributions_for(module))] or [canonicalize_name(top)]
        if EVERYTHING in brought or any(name in brought for name in names) or told & set(names):
            continue
        name = next((one for one in names if one in inside), names[0])
        told.add(name)
        place = (evidence.script.path, line) if line and not isinstance(evidence.script, Missing) else None
        by = f"imported as `{module}`" + (f" in line {line}" if line else "")
        if isinstance(environment, Missing):
            verdict, tone = ("imported", _PASSED) if name in inside else ("imported, not installed", _ERROR)
            if isinstance(installed, Missing):
                verdict, tone = "imported", _MUTED
        else:
            verdict, tone = "imported, not asked for", _WARNING
            if isinstance(installed, Installed) and name not in inside:
                verdict, tone = "imported, neither asked for nor installed", _ERROR
        yield Row((name, "", shown(inside.get(name, "")), verdict), tone, by, place)


def _is_own(source: SourceTree, top: str) -> bool:
    from checks.dependencies.imports import is_own

    return is_own(source, top)


def _rest(evidence: Evidence, inside: dict[str, str], named: set[str]) -> Iterator[Row]:
    environment = evidence.environment
    brought = brought_by(environment, evidence.installed) if isinstance(environment, EnvironmentFile) else {}
    for name, version in inside.items():
        if name in named:
            continue
        by = brought.get(name)
        told = f"brought by {by}" if by else "not asked for" if brought else "installed"
        yield Row((shown(name), "", shown(version), told), "muted")


def _summary(evidence: Evidence, rows: list[Row]) -> str:
    environment, installed = evidence.environment, evidence.installed
    if isinstance(environment, Missing):
        return f"No environment file to compare with: {shown(environment.reason)}"
    file = basename(environment.path)
    if isinstance(installed, Missing):
        return f"{shown(file)} asks for {len(rows)}; what is installed is not known: {shown(installed.reason)}"
    verdicts = [row.cells[3] for row in rows]
    parts = [f"{count} {one}" for one in ("missing", "other version", "fine") if (count := verdicts.count(one))]
    if count := sum(one.startswith("imported,") for one in verdicts):
        parts.append(f"{count} imported and not asked for")
    unread = f"; {len(environment.problems)} of its lines could not be read" if environment.problems else ""
    held = ", ".join(parts) or "nothing to compare"
    return f"{shown(file)} against {len(installed.distributions)} installed{_where(evidence)}: {held}{unread}"


def _where(evidence: Evidence) -> str:
    inside, probe = evidence.inside, evidence.probe
    if isinstance(inside, Inside):
        return " inside"
    return f" in {shown(probe.interpreter)}" if isinstance(probe, Probe) else ""
