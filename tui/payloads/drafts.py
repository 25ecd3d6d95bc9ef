"""The bodies on the bench: what was read, what was typed over it, and what of it is not saved."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checks.contract.body_bytes import told_by_head
from doctor.collectors.samples import read_sample
from doctor.payloads.samples import Offer
from doctor.reports.clean import printable

LARGEST = 200_000  # bytes of a body that can be edited: typing must stay quick
LONGEST_LINE = 20_000  # characters
SHOWN = 20_000  # characters of what is too large
_HEX = 16  # bytes a line
_MOST_HEX = 2_048


@dataclass
class Draft:
    """One body. `text` is what the editor shows; `note` says why it cannot be edited there, empty where it can.

    `body` are the bytes as they were read or last saved; `typed` is what stands in the editor instead, None where
    nothing was changed.
    """

    offer: Offer
    body: bytes = b""
    text: str = ""
    note: str = ""
    typed: str | None = None
    loaded: bool = False

    @property
    def is_edited(self) -> bool:
        """True when something is not saved."""
        return self.typed is not None

    @property
    def source(self) -> str:
        """What findings and requests call it."""
        return self.offer.path or self.offer.name

    @property
    def shown(self) -> str:
        """The text for the editor."""
        return self.text if self.typed is None else self.typed

    @property
    def content(self) -> bytes:
        """What is sent."""
        return self.body if self.typed is None else self.typed.encode("utf-8", "surrogatepass")

    def load(self, body: bytes) -> None:
        """Take what was read; edits stay."""
        self.body, self.loaded = body, True
        self.text, self.note = view(body)
        if self.note:
            self.typed = None

    def type(self, text: str) -> None:
        """Take what stands in the editor."""
        if not self.note:
            self.typed = None if text == self.text else text


def read(offer: Offer) -> bytes:
    """The bytes of an offer, from its file where it has one. Raises ConfigError."""
    return read_sample(Path(offer.path)) if offer.path else offer.body


def view(body: bytes) -> tuple[str, str]:
    """How a body is shown, and why it cannot be edited; empty where it can."""
    size = f"{len(body) / 1e6:.1f} MB" if len(body) >= 1e6 else f"{len(body):,} bytes"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        content = told_by_head(body[:32])
        what = content.name if content else "no text"
        return _hex(body), f"{what}, {size}: sent as it is"
    if len(body) > LARGEST or any(len(line) > LONGEST_LINE for line in text.split("\n")):
        return _cut(text), f"{size}: its beginning is shown, and all of it sent"
    plain = text.replace("\r\n", "\n").replace("\t", "    ")
    if printable(text) != plain:
        return printable(text), f"{size} with control characters: sent as it is"
    return text, ""


def _cut(text: str) -> str:
    head = text[:SHOWN]
    broken = "\n".join(
        line[start : start + 400] for line in head.split("\n") for start in range(0, len(line) or 1, 400)
    )
    return f"{printable(broken)}\n... {len(text) - len(head):,} characters more" if len(text) > SHOWN else broken


def _hex(body: bytes) -> str:
    lines = []
    for start in range(0, min(len(body), _MOST_HEX), _HEX):
        row = body[start : start + _HEX]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:06x}  {row.hex(' '):<47}  {letters}")
    more = len(body) - _MOST_HEX
    return "\n".join([*lines, f"... {more:,} bytes more"] if more > 0 else lines)


class Drafts:
    """All of them, in the order of the list."""

    def __init__(self) -> None:
        self.items: list[Draft] = []

    def meet(self, offers: Iterable[Offer]) -> None:
        """Take what a diagnosis offers. What was edited stays, also where it is not offered any more."""
        known = {_key(draft.offer): draft for draft in self.items}
        fresh = [known.get(_key(offer)) or Draft(offer) for offer in offers]
        for draft, offer in zip(fresh, offers, strict=True):
            if not draft.is_edited:  # its file may be another by now
                draft.offer, draft.loaded = offer, False
        kept = [draft for draft in self.items if draft.is_edited and draft not in fresh]
        self.items = [*fresh, *kept]

    def saved(self, draft: Draft, path: Path, body: bytes) -> Draft:
        """The draft is a file now: its own, or that of another name. Gives the draft of that file."""
        offer = Offer(name=path.name, origin="sample", about=str(path), path=str(path))
        if draft.offer.path == str(path):
            draft.typed = None
            draft.load(body)
            return draft
        draft.typed = None
        made = next((one for one in self.items if one.offer.path == str(path)), None)
        if made is None:
            made = Draft(offer)
            self.items.insert(sum(one.offer.origin == "sample" for one in self.items), made)
        made.typed = None
        made.load(body)
        return made

    @property
    def unsaved(self) -> list[Draft]:
        """Those with edits that no file holds."""
        return [draft for draft in self.items if draft.is_edited]


def _key(offer: Offer) -> str:
    return offer.path or f"{offer.origin} {offer.name}"
