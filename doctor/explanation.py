"""What `doctor explain` and `doctor checks` print in a terminal."""

from collections.abc import Iterable

from rich.text import Text

from checks.check import Check
from checks.registry import FAMILIES, all_checks
from doctor.pages import Example, examples, facts, family_summary, sections, to_silence
from doctor.reports.page import Page

COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


def explain_check(check: Check, *, width: int, color: bool) -> str:
    """Everything about one check."""
    page = Page(width, color=color, indent=14)
    page.line(check.id, "bold")
    page.line(f"{check.summary}.")
    page.gap()
    for label, words in facts(check):
        page.field(label, words)
    for heading, text in sections(check):
        page.gap()
        page.line(heading, "bold")
        page.wrapped("  ", text, "")
    firing, quiet = examples(check)
    if firing:
        page.gap()
        page.line("Example", "bold")
        page.wrapped("  ", f"doctor says {' and '.join(map(_quoted, firing.says))}{' of' if firing.files else ''}", "")
        _code(page, firing)
        if quiet:
            page.gap()
            page.wrapped("  ", "and nothing of", "")
            _code(page, quiet)
    page.gap()
    page.wrapped("", f"To keep it quiet: {to_silence(check)}", "dim")
    return page.text()


def explain_family(family: str, *, width: int, color: bool) -> str:
    """A family and its checks."""
    page = Page(width, color=color)
    page.line(family, "bold")
    page.wrapped("", family_summary(FAMILIES[family]), "")
    page.gap()
    _rows(page, (check for check in all_checks() if check.family == family))
    page.gap()
    page.line("doctor explain ID tells everything about one of them", "dim")
    return page.text()


def explain_all(*, width: int, color: bool) -> str:
    """The families."""
    page = Page(width, color=color)
    for family, module in FAMILIES.items():
        number = sum(check.family == family for check in all_checks())
        if number:
            page.line(f"{family} ({number})", "bold")
            page.wrapped("  ", family_summary(module), "")
    page.gap()
    page.line("doctor explain FAMILY lists its checks, doctor explain ID tells everything about one", "dim")
    return page.text()


def list_checks(checks: Iterable[Check], *, width: int, color: bool) -> str:
    """Checks as a table: id, severity, stage, and below it what they find."""
    page = Page(width, color=color)
    _rows(page, checks)
    return page.text()


def _rows(page: Page, checks: Iterable[Check]) -> None:
    checks = list(checks)
    longest = max((len(check.id) for check in checks), default=0)
    beside = longest + 18
    narrow = page.width - beside < 40
    for check in checks:
        row = Text.assemble(
            (f"{check.id:<{longest}}", "bold"),
            "  ",
            (f"{check.severity.value:<7}", COLORS[check.severity.value]),
            "  ",
            (f"{check.stage.value:<7}", "dim"),
        )
        if narrow:
            page.lines.append(row)
            page.wrapped("    ", check.summary, "")
            continue
        page.columns(row, beside, check.summary)


def _quoted(title: str) -> str:
    return f'"{title}"'


def _code(page: Page, example: Example) -> None:
    for name, text in example.files:
        page.gap()
        if len(example.files) > 1:
            page.line(f"    # {name}", "dim")
        for line in text.rstrip().split("\n"):
            page.line(f"    {line}", "cyan")
