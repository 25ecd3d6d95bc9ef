"""`python -m benchmarks.tickets FOLDER...`: how many tickets with a known truth doctor judges rightly.

A folder holds one folder a ticket: `log.txt`, which is all that doctor gets, and `truth.json`. The first cause is right
when its title and why mention at least one alternative of every group of `cause_must_mention`, ignoring case; quoted
evidence does not count. The proof is right when a quote holds `evidence_line`. Of a healthy one no cause may be named.
Exits with 1 below --least (95) percent.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from doctor.logs.reading import read_logs
from doctor.report import Report, Verdict
from doctor.triage import triage


@dataclass(frozen=True)
class Score:
    """What became of one ticket."""

    name: str
    family: str
    origin: str
    cause: bool
    proof: bool
    fix: bool
    said: str


def mentions(text: str, groups: Iterable[Iterable[str]]) -> bool:
    """True when the text holds one alternative of every group."""
    text = text.lower()
    return all(any(word.lower() in text for word in group) for group in groups)


def score(folder: Path) -> Score:
    """Judge one ticket and hold the answer against its truth."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    report = triage(next(read_logs(folder / "log.txt")))
    return held_against(report, truth, folder.name)


def held_against(report: Report, truth: dict[str, object], name: str) -> Score:
    """How far a report tells the truth."""
    family, origin = str(truth["family"]), str(truth["log_origin"])
    first = report.causes[0] if report.causes else None
    if family == "healthy":
        right = not report.causes
        said = first.title if first else report.verdict.value
        return Score(name, family, origin, right, right and report.verdict is Verdict.HEALTHY, right, said)
    if first is None:
        return Score(name, family, origin, cause=False, proof=False, fix=False, said=f"({report.verdict.value})")
    quoted = "\n".join(quote.text for quote in first.evidence)
    cures = "\n".join([t for fix in first.fixes for t in (fix.title, *fix.commands)] + [first.no_fix or ""])
    return Score(
        name,
        family,
        origin,
        cause=mentions(f"{first.title}\n{first.why}", truth["cause_must_mention"]),  # type: ignore[arg-type]
        proof=str(truth["evidence_line"]) in quoted,
        fix=mentions(cures, truth["fix_must_mention"]),  # type: ignore[arg-type]
        said=f"{first.id}: {first.title}",
    )


def table(scores: list[Score]) -> str:
    """Scores per family and per origin of the log, then what is wrong."""
    lines = [f"{'':<26} tickets  cause  proof    fix"]
    for heading, key in (("family", "family"), ("log origin", "origin"), ("all", "")):
        groups: dict[str, list[Score]] = defaultdict(list)
        for one in scores:
            groups[getattr(one, key) if key else "all"].append(one)
        lines += ["", heading] if key else [""]
        for name, of in sorted(groups.items()):
            counts = [sum(getattr(one, part) for one in of) for part in ("cause", "proof", "fix")]
            lines.append(f"  {name:<24} {len(of):>7}  " + "  ".join(f"{count:>5}" for count in counts))
    for one in scores:
        missed = [part for part in ("cause", "proof", "fix") if not getattr(one, part)]
        if missed:
            lines.append(f"{'WRONG' if 'cause' in missed else 'minor'} {one.name} ({', '.join(missed)}): {one.said}")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Score every ticket below the folders, print the table."""
    least = 95.0
    folders = [Path(argument) for argument in arguments if not argument.startswith("--least=")]
    for argument in arguments:
        if argument.startswith("--least="):
            least = float(argument.partition("=")[2])
    scores = [score(truth.parent) for folder in folders for truth in sorted(folder.rglob("truth.json"))]
    if not scores:
        sys.stderr.write("no truth.json below the folders given\n")
        return 2
    print(table(scores))
    return int(100 * sum(one.cause for one in scores) / len(scores) < least)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
