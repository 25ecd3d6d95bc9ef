"""How something stands, in a few words: what lists of containers and workloads show of each."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["bad", "odd", "well", "off", ""]
"""It does not work; it may not; it works; it is not meant to run; nothing is known."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The words say it all; the level is for those who skim."""

    words: str = ""
    level: Level = ""


def times(count: int) -> str:
    """`once`, `7 times`."""
    return "once" if count == 1 else f"{count:,} times"
