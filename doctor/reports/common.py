"""What every format says in the same words: counts, stages, which symptom belongs to which cause, the closing line."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.finding import Confidence, Finding, Severity, Stage
from doctor.report import NotRun, Report, Verdict
from doctor.reports.explaining import Explainers

STAGES = {
    Stage.BUILD: "when the image is built",
    Stage.START: "before the container runs",
    Stage.LOAD: "when the server loads the script",
    Stage.INIT: "in init()",
    Stage.REQUEST: "on the way to the service",
    Stage.RUN: "in run()",
    Stage.ANSWER: "when the answer is sent",
    Stage.OPERATE: "in operation",
}


@dataclass(frozen=True)
class Arranged:
    """A report's findings, each in one place: causes, then what else was found, and the symptoms of either.

    `symptoms` holds, by the number of a finding in `causes` + `others`, what it explains. A symptom's own symptoms
    belong to the cause at the end of the chain.
    """

    causes: tuple[Finding, ...]
    others: tuple[Finding, ...]
    symptoms: dict[int, tuple[Finding, ...]]

    @property
    def total(self) -> int:
        """How many symptoms there are."""
        return sum(map(len, self.symptoms.values()))

    def of(self, gravity: Severity) -> list[tuple[int, Finding]]:
        """The other findings of that gravity, with their numbers."""
        start = len(self.causes)
        return [(start + i, other) for i, other in enumerate(self.others) if other.gravity is gravity]


def arrange(report: Report) -> Arranged:
    """Put every finding of a report in its place."""
    causes = set(report.causes)
    everything = [*report.causes, *(finding for finding in report.findings if finding not in causes)]
    explainers = Explainers(everything)
    tops = _tops([None if i < len(report.causes) else explainers.first(i) for i in range(len(everything))])
    order = [index for index, top in enumerate(tops) if top == index]
    below: dict[int, list[Finding]] = {}
    for index, top in enumerate(tops):
        if top != index:
            below.setdefault(top, []).append(everything[index])
    return Arranged(
        causes=report.causes,
        others=tuple(everything[index] for index in order[len(report.causes) :]),
        symptoms={number: tuple(below[index]) for number, index in enumerate(order) if index in below},
    )


def _tops(above: Sequence[int | None]) -> list[int]:
    """Where each chain of explanations ends: in what nothing explains, or in the first of a circle."""
    tops: dict[int, int] = {}
    for start in range(len(above)):
        path: list[int] = []
        on_it: set[int] = set()
        index: int | None = start
        while index is not None and index not in tops and index not in on_it:
            path.append(index)
            on_it.add(index)
            index = above[index]
        if index is None:
            top = path[-1]
        else:
            top = tops[index] if index in tops else min(path[path.index(index) :])
        tops |= dict.fromkeys(path, top)
    return [tops[index] for index in range(len(above))]


def place(arranged: Arranged, number: int) -> str:
    """`1 of 3 causes; breaks in init(); explains 4 of 5 symptoms`: what a reader should expect of curing this one."""
    cause = arranged.causes[number]
    words = ["the only cause" if len(arranged.causes) == 1 else f"{number + 1} of {len(arranged.causes)} causes"]
    if cause.stage:
        words.append(f"breaks {STAGES[cause.stage]}")
    if own := len(arranged.symptoms.get(number, ())):
        words.append(f"explains {own} of {plural(arranged.total, 'symptom')}")
    if cause.after:
        words.append(f"shows after the fix of {' and '.join(cause.after)}")
    return "; ".join(words)


def grouped(not_run: Sequence[NotRun]) -> list[tuple[str, list[str]]]:
    """Reasons with the ids of the checks they kept from looking, the most frequent first."""
    by_reason: dict[str, list[str]] = {}
    for one in not_run:
        by_reason.setdefault(one.reason, []).append(one.id)
    return sorted(by_reason.items(), key=lambda item: -len(item[1]))


def closing(report: Report) -> str:
    """The verdict in one line, with what it is worth."""
    arranged = arrange(report)
    warnings, infos = len(arranged.of(Severity.WARNING)), len(arranged.of(Severity.INFO))
    found = [plural(warnings, "warning")] if warnings else []
    found += [plural(infos, "info finding")] if infos else []
    if report.suppressed:
        found.append(f"{plural(report.suppressed, 'finding')} suppressed")
    if report.target.kind == "log":
        return _closing_of_log(report, found)
    checked = [f"{plural(report.checks.passed, 'check')} passed"]
    checked += [f"{len(report.checks.skipped)} skipped"] if report.checks.skipped else []
    checked += [f"{len(report.checks.crashed)} crashed"] if report.checks.crashed else []
    if report.verdict is Verdict.FAILING:
        found.insert(0, plural(len(report.causes), "cause"))
        return f"{report.target.name} fails: {', '.join(found)}; {', '.join(checked)}"
    tail = f"{', '.join(checked)}{'; ' if found else ''}{', '.join(found)}"
    of_cluster = report.target.kind == "workload"
    if report.verdict is Verdict.INCONCLUSIVE:
        seen = "not all of its pods are ready" if of_cluster else "it was not seen to answer"
        return f"{report.target.name}: no cause found, but {seen}: {tail}"
    words = "it is ready, with warnings" if of_cluster else "it answers, with warnings"
    words = words if warnings else "no problem found"
    return f"{report.target.name}: {words}: {tail}"


def _closing_of_log(report: Report, found: Sequence[str]) -> str:
    name, tail = report.target.name, "".join(f"; {part}" for part in found)
    if report.verdict is Verdict.FAILING:
        causes = plural(len(report.causes), "cause")
        known = "" if any(cause.confidence is not Confidence.POSSIBLE for cause in report.causes) else ", none certain"
        return f"{name}: the service fails: {causes}{known}{tail}"
    if report.verdict is Verdict.HEALTHY:
        return f"{name}: healthy: the log shows the service at work, and nothing that breaks it{tail}"
    looked = f"none of {report.checks.passed + report.checks.found} causes known to doctor was found"
    return f"{name}: {looked}, nor a sign that the service works{tail}"


def plural(number: int, word: str) -> str:
    """`1 cause`, `2 causes`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def safety(label: str, target: str) -> str:
    """What a safety label asks of the reader; `target` is the kind of what was examined."""
    return {
        "safe": "safe: --fix applies it" if target in {"script", "manifest"} else "safe",
        "review": "review",
        "placeholder": "placeholder: fill in what stands in <...>",
    }[label]
