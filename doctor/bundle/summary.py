"""What is said of a bundle that was written: what is in it, what was masked, how to open it."""

import shlex
from pathlib import Path

from checks.evidence import Evidence
from checks.missing import Missing
from doctor.bundle.form import LOGS, MAIN, Written
from doctor.bundle.masking import mask
from doctor.diagnosis.result import Diagnosis, Done
from doctor.reports.clean import printable

MOST = 10  # of what is listed


def summary(path: Path, done: Done, written: Written) -> str:
    """Some lines for a terminal. Nothing secret: a name may be one."""
    logs = [size for name, size in written.files if name.startswith(LOGS)]
    rows = [("report.md, report.json", "the diagnosis, for people and for programs")]
    rows.append((MAIN, f"evidence: {_seen(done)}"))
    rows += [("logs/", f"{_number(len(logs), 'log')}, {_size(sum(logs))}")] if logs else []
    rows.append(("masked", _masked(written)))
    rows += [("not whole" if not number else "", note) for number, note in enumerate(_some(written.notes))]
    name = shlex.quote(str(path))
    rows += [
        ("explore it", f"doctor tui {name}"),
        ("judge it again", f"doctor triage {name}"),
        ("without doctor", f"unzip -p {name} report.md"),
    ]
    lines = [*(f"{_verdict(one)}" for one in done.diagnosed[:MOST])]
    lines += [f"and {_number(len(done.diagnosed) - MOST, 'more target')}"] if len(done.diagnosed) > MOST else []
    lines.append(f"wrote {path} ({_size(written.size)})")
    lines += [f"  {what:24}{text}" for what, text in rows]
    lines.append("A secret without a usual name or form is not recognised: look through it before you pass it on.")
    return "\n".join(printable(mask(line)) for line in lines)


def _verdict(one: Diagnosis) -> str:
    report = one.report
    causes = ", ".join(cause.id for cause in report.causes[:3])
    more = f" and {len(report.causes) - 3} more" if len(report.causes) > 3 else ""
    return f"{report.target.name}: {report.verdict}{f', {causes}{more}' if causes else ''}"


def _seen(done: Done) -> str:
    """The kinds of evidence that were collected, of all targets."""
    kinds = [
        name
        for name in Evidence.__struct_fields__
        if name != "target"
        and any(one.evidence and not isinstance(getattr(one.evidence, name), Missing) for one in done.diagnosed)
    ]
    return ", ".join(kinds) or "none was kept of this kind of target; the report is"


def _masked(written: Written) -> str:
    if not written.masked:
        return "no secret was found"
    ordered = sorted(written.masked.items(), key=lambda item: -item[1])
    return f"{_number(written.secrets, 'secret')}: " + ", ".join(_some([f"{n:,} in {place}" for place, n in ordered]))


def _some(texts: "list[str] | tuple[str, ...]") -> list[str]:
    return [*texts[:MOST], *([f"and {len(texts) - MOST} more"] if len(texts) > MOST else [])]


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1_000_000 else f"{size / 1e3:,.1f} kB"
