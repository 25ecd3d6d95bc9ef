"""A line of the list as pieces of text, each with the name of its style: columns that stay where they are."""

from rich.cells import cell_len, set_cell_size

from doctor.printable import printable
from tui.causes.marks import mark
from tui.shortened import head, one_line
from tui.targets.fitting import marks
from tui.targets.rows import Line, Row, age

Piece = tuple[str, str]

SIGNS = {"bad": "error", "odd": "warning", "well": "passed", "off": "skipped"}
KIND, AGE = 11, 5
LEAST = 14  # cells of a place that is cut: less of it tells nothing
NARROW = 60  # cells below which kinds are left out


def draw(line: Line, width: int, query: str = "") -> list[Piece]:
    """The pieces of one line."""
    row = line.row
    if row is None:
        return [(f" {one_line(line.text)}", "heading"), (f"  {one_line(line.note)}" if line.note else "", "muted")]
    if row.remark:
        sign = "  " if line.part else f"{mark('skipped')[0]} "
        return [(f" {'  ' * row.depth}{sign}", ""), (printable(line.text), "muted")]
    return _row(row, width, query)


def _row(row: Row, width: int, query: str) -> list[Piece]:
    level = row.standing.level
    sign = mark(SIGNS[level])[0] if level else " "
    kind = KIND if width >= NARROW else 0
    since = AGE if width >= NARROW // 2 else 0
    room = max(1, width - 3 - kind - since - 1)
    words, name = one_line(row.standing.words), one_line(row.name)
    arrow = "" if row.opens is None else "▾ " if row.opens else "▸ "
    indent = "  " * row.depth + arrow
    share = max(room * 9 // 20, room - cell_len(words) - 1) if words else room
    if words and share > room * 9 // 20:  # the column of states begins where it always does, if the name lets it
        share = max(room * 9 // 20, min(share, cell_len(indent) + cell_len(name) + 1))
    beside = share - cell_len(indent) - (1 if words else 0)
    shown = _cut(name, max(1, beside))
    where = f"  {one_line(row.where)}" if row.where and query.strip() and not row.depth else ""
    left = beside - cell_len(shown)
    where = head(where, left) if cell_len(where) <= left or left >= LEAST else ""
    pieces: list[Piece] = [(f" {sign} ", level if level != "off" else "muted")]
    if kind:
        pieces.append((set_cell_size(one_line(row.kind), kind - 1) + " ", "muted"))
    pieces.append((indent, ""))
    pieces += _marked(shown, query)
    pieces.append((where, "muted"))
    pieces.append((" " * max(0, share - cell_len(indent) - cell_len(shown) - cell_len(where)), ""))
    pieces.append(
        (set_cell_size(head(words, room - share), max(0, room - share)), "muted" if level == "off" else level)
    )
    if since:
        pieces.append((f"{age(row.since):>{since}} ", "muted"))
    return pieces


def _marked(name: str, query: str) -> list[Piece]:
    pieces: list[Piece] = []
    at = 0
    for begin, end in sorted(marks(query, name)) if query else ():
        if begin >= at:
            pieces += [(name[at:begin], ""), (name[begin:end], "match")]
            at = end
    return [*pieces, (name[at:], "")]


def _cut(text: str, room: int) -> str:
    """The text with its middle left out where it is too long: the ends of paths and names tell them apart."""
    if cell_len(text) <= room:
        return text
    head = max(1, (room - 1) // 3)
    tail = room - 1 - head
    kept = text[len(text) - tail :] if tail > 0 else ""
    while kept and cell_len(kept) > tail:
        kept = kept[1:]
    return set_cell_size(text, head) + "…" + kept
