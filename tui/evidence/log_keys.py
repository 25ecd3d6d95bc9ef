"""The keys of the log explorer."""

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("slash", "search", "Search", id="log.search", tooltip="Search text, or a pattern"),
    Binding("n", "hit(1)", "Next hit", id="log.next-hit", tooltip="The next line that was searched"),
    Binding("N", "hit(-1)", "Last hit", id="log.previous-hit", tooltip="The one before", show=False),
    Binding("p", "proof(1)", "Proof", id="log.next-proof", tooltip="The next line that proves a finding"),
    Binding("P", "proof(-1)", "Proof before", id="log.previous-proof", tooltip="The one before", show=False),
    Binding("colon", "goto", "Go to", id="log.goto", tooltip="Go to a line number, or to a time"),
    Binding("e", "level", "Level", id="log.level", tooltip="All lines, warnings and up, or errors"),
    Binding("o", "stream", "Stream", id="log.stream", tooltip="Both streams, or one of them"),
    Binding("s", "run", "Run", id="log.run", tooltip="All runs of the service, or one of them"),
    Binding("W", "wrap", "Wrap", id="log.wrap", tooltip="Long lines in several rows, or cut", show=False),
    Binding("F", "follow", "Follow", id="log.follow", tooltip="Show what is added; ends when you go back"),
    Binding("c", "copy", "Copy lines", id="log.copy", tooltip="Copy the selected lines", show=False),
    Binding("right_square_bracket", "log(1)", "Next log", id="log.next", tooltip="The next log", show=False),
    Binding("left_square_bracket", "log(-1)", "Log before", id="log.previous", tooltip="The log before", show=False),
    Binding("escape", "clear", "Clear", id="log.clear", tooltip="End the search, then the filters", show=False),
]
