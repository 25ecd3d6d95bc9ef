"""`python -m doctor.derive`: regenerate every file that is made from the code; `--check` only tells what would change.

Derived are what logs must hold for signatures to match (checks/logs/index.jsonl), the catalogue of checks
(docs/checks/), the schema of the JSON report (docs/report.schema.json), the table of settings in
docs/configuration.md, and the help texts in README.md between `<!-- help:VERB -->` and `<!-- /help -->`.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def derived(root: Path = ROOT) -> dict[Path, str]:
    """Every derived file of a checkout, with the text that it should hold."""
    from checks.logs import needs
    from checks.registry import all_checks
    from doctor.pages import area_page, areas, catalogue, markdown_page

    pages = root / "docs" / "checks"
    files = {pages / "README.md": catalogue()}
    files |= {pages / f"{check.id}.md": markdown_page(check) for check in all_checks() if check.family != "logs"}
    files |= {pages / "logs" / f"{area}.md": area_page(area, checks) for area, checks in areas().items()}
    files[root / "docs" / "report.schema.json"] = _schema()
    files[root / "checks" / "logs" / "index.jsonl"] = needs.derived()
    for name, block, make in (("README.md", "help", _help), ("docs/configuration.md", "settings", _settings)):
        file = root / name
        if file.exists():
            files[file] = _filled(file.read_text(encoding="utf-8"), block, make)
    return files


def stale(files: Mapping[Path, str], root: Path = ROOT) -> list[Path]:
    """Pages of checks that are no more."""
    return sorted(set((root / "docs" / "checks").rglob("*.md")) - set(files))


def changed(files: Mapping[Path, str]) -> list[Path]:
    """Derived files that are not what they should be."""
    return [file for file, text in files.items() if not file.exists() or file.read_text(encoding="utf-8") != text]


def _filled(text: str, block: str, make: Callable[[str], str]) -> str:
    """The text with what stands between `<!-- BLOCK:ARGUMENT -->` and `<!-- /BLOCK -->` made anew."""
    pattern = rf"(<!-- {block}(?::(?P<argument>[\w-]+))? -->\n).*?(?=<!-- /{block} -->)"
    return re.sub(pattern, lambda found: found[1] + make(found["argument"] or ""), text, flags=re.DOTALL)


def _schema() -> str:
    import json

    from doctor.reports.schema import report_schema

    return json.dumps(report_schema(), indent=2, ensure_ascii=False) + "\n"


def _help(verb: str) -> str:
    """What `doctor VERB --help` prints, as a block; `VERB-TARGET` is a verb's target."""
    import click

    from doctor.command.main import cli, command_of

    verb, _, target = verb.partition("-")
    command: Any = command_of(verb)
    settings: Any = {**cli.context_settings, "terminal_width": 100, "max_content_width": 100}
    context = click.Context(command, click.Context(cli, info_name="doctor", **settings), info_name=verb, **settings)
    if target:
        command = command.commands[target]
        context = click.Context(command, context, info_name=target, **settings)
    return f"```text\n{command.get_help(context)}\n```\n"


def _settings(_: str) -> str:
    from doctor.settings import KEYS

    rows = [f"| `{key.name}` | `{key.variable}` | {key.want} | {key.help} |" for key in KEYS.values()]
    return "\n".join(["| key | variable | value | meaning |", "| --- | --- | --- | --- |", *rows]) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or with `--check` only compare; 1 when something is not what it should be."""
    if set(arguments) - {"--check"}:
        sys.stderr.write("usage: python -m doctor.derive [--check]\n")
        return 2
    files = derived()
    wrong, old = changed(files), stale(files)
    for file in (*wrong, *old):
        sys.stderr.write(f"{file.relative_to(ROOT)}\n")
    if "--check" in arguments:
        if wrong or old:
            sys.stderr.write("not what the code says; `make docs` makes them anew\n")
        return int(bool(wrong or old))
    for file in wrong:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(files[file], encoding="utf-8", newline="\n")
    for file in old:
        file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
