"""The page of a signature, in the headings that every check has."""

from checks.logs.signature import Role, Signature
from checks.logs.template import PLACEHOLDER


def page(one: Signature) -> str:
    """The text that `doctor explain` and the catalogue print."""
    finds = (
        "\n".join(f"- `{_in_code(pattern)}`" for pattern in one.match)
        or "Nothing of its own: it is said where no signature matches."
    )
    fixes = "\n".join(_fix(title, commands) for title, commands in _cures(one))
    more = "\n".join(f"- {link}" for link in (*one.learn_more, *one.sources))
    return (
        f"{_plain(one.title)[:1].upper()}{_plain(one.title)[1:]}.\n\n"
        f"What it finds\n-------------\n{_WHAT[one.role]}\n\n{finds}\n\n"
        f"Why it breaks\n-------------\n{_plain(one.why)}\n\n"
        f"How to fix\n----------\n{fixes}\n\n"
        f"Learn more\n----------\n{more}"
    )


_WHAT = {
    Role.CAUSE: "A line of a log, of an error message or of build output that reads (RE2):",
    Role.SYMPTOM: "A line that follows from a cause, and is the diagnosis only where nothing else was found (RE2):",
    Role.WRAPPER: "A line that carries a cause inside itself, and is never told instead of it (RE2):",
    Role.FALLBACK: "An exception or error in a log of a service that did not recover from it.",
}


def _cures(one: Signature) -> list[tuple[str, tuple[str, ...]]]:
    cures = [(_plain(fix.title), tuple(map(_plain, fix.commands))) for fix in one.fixes]
    return cures or [(_plain(one.no_fix or ""), ())]


def _fix(title: str, commands: tuple[str, ...]) -> str:
    return "\n".join((f"- {title}", *(f"- `{command}`" for command in commands)))


def _in_code(pattern: str) -> str:
    """The pattern without back quotes, which would end the code."""
    return pattern.replace("`", r"\x60")


def _plain(template: str) -> str:
    """The text with each field as its name in angle brackets."""
    return PLACEHOLDER.sub(lambda found: f"<{found[1]}>", template)
