"""Text of strangers as a terminal may show it. It stands alone: what is drawn first loads nothing else for it."""


def printable(text: str) -> str:
    """The text with everything that a terminal would obey or hide written as `\\x1b` or `\\u200b`.

    Line ends stay, as `\\n`; tabs become four spaces.
    """
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(c: str) -> str:
    code = ord(c)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
