"""Two lines about the chosen row: what it is, in full, and what Enter will do."""

from tui.shortened import head, one_line
from tui.targets.gone import GONE
from tui.targets.rows import Row


def about(row: Row | None, query: str, width: int) -> str:
    """The two lines; what is too long ends in `…`."""
    return "\n".join(head(one_line(line), width) for line in _lines(row, query))


def _lines(row: Row | None, query: str) -> tuple[str, str]:
    if row is None:
        if query.strip():
            return "no row fits; Enter opens what is typed: a path, a URL,", "docker NAME or k8s KIND/NAME -n NAMESPACE"
        return "nothing here yet", ""
    if row.remark:
        return row.remark, "Enter tries again"
    if row.opens is not None:
        what = "its namespaces" if row.kind == "context" else "its workloads"
        first = f"{row.kind} {row.name}" + (f"  {row.standing.words}" if row.standing.words else "")
        return first, "Enter closes it" if row.opens else f"Enter lists {what}"
    place = f" ({row.where})" if row.where and row.kind != "folder" and not row.is_recent else ""
    words = f"  {row.standing.words}" if row.standing.words else ""
    if row.is_recent and row.standing == GONE:
        return f"{row.name}{words}", "Delete takes it off the list"
    return f"{row.name}{place}{words}", f"Enter: {row.call.command}" if row.call else ""
