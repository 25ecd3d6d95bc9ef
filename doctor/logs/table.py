"""Many reports as a table."""

from rich.text import Text

from doctor.logs.groups import Groups
from doctor.reports.common import plural
from doctor.reports.page import Page


def table(groups: Groups, *, width: int, color: bool) -> str:
    """Count, first, last and an example of every group, then the verdicts."""
    page = Page(width, color=color, indent=10)
    number = max((len(str(group.count)) for group in groups.by_fingerprint.values()), default=1)
    for group in groups.ordered():
        page.columns(
            Text.assemble((f"{group.count:>{number}}", "bold red"), "  "), number + 2, f"{group.title} [{group.id}]"
        )
        span = group.first or ""
        if group.last != group.first:
            span = f"{group.first} to {group.last}"
        page.wrapped(" " * (number + 2), f"{span + '; ' if span else ''}for example {group.example}", "dim")
    if groups.by_fingerprint:
        page.gap()
    counts = [f"{count} {verdict.value}" for verdict, count in groups.verdicts.items() if count]
    page.line(f"{plural(groups.total, 'log')}: {', '.join(counts) or 'nothing read'}", "bold")
    return page.text()
