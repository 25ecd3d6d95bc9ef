"""Derived files are what the code says, and every page can be made of every check."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from checks.check import HEADINGS, Check
from checks.registry import all_checks
from doctor import derive
from doctor.explanation import explain_check
from doctor.pages import area_page, areas, as_data, catalogue, examples, markdown_page
from doctor.settings import KEYS

CHECKS = all_checks()
ALONE = [check for check in CHECKS if check.family != "logs"]
BY_AREA = [*([check] for check in ALONE), *areas().values()]
each = pytest.mark.parametrize("checks", BY_AREA, ids=lambda checks: checks[0].id)


def test_derived_files_are_up_to_date() -> None:
    files = derive.derived()
    assert derive.changed(files) == [], "`make docs` makes them anew"
    assert derive.stale(files) == [], "`make docs` removes them"


@each
def test_every_check_has_a_page(checks: list[Check]) -> None:
    for check in checks:
        tokens = MarkdownIt("commonmark", {"html": False}).parse(markdown_page(check))
        headings = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
        assert headings[:5] == [check.id, *HEADINGS]
        assert headings[-1] == "To keep it quiet"
        assert set(headings[5:-1]) <= {"Example"}
        assert as_data(check)["id"] == check.id


@each
def test_every_check_can_be_explained(checks: list[Check]) -> None:
    for check in checks:
        text = explain_check(check, width=80, color=False)
        assert text.startswith(f"{check.id}\n{check.summary}.\n")
        assert all(f"\n{heading}\n" in text for heading in HEADINGS)


@each
def test_an_example_fires_where_it_says_so(checks: list[Check]) -> None:
    for check in checks:
        firing, quiet = examples(check)
        assert firing is None or firing.says
        assert quiet is None or (quiet.files and not quiet.says)


def test_the_catalogue_lists_every_check_once() -> None:
    links = re.findall(r"\]\(([\w.-]+)\.md\)", catalogue())
    assert links == [check.id for check in ALONE]
    told = [title for area, checks in areas().items() for title in re.findall("(?m)^## (.+)$", area_page(area, checks))]
    assert sorted(title for title in told if title.startswith("logs.")) == sorted(
        check.id for check in CHECKS if check.family == "logs"
    )


def test_links_of_the_documentation_lead_somewhere() -> None:
    for page in (derive.ROOT / "docs").rglob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", re.sub(r"(?s)```.*?```|`[^`]*`", "", page.read_text())):
            assert (page.parent / link).exists(), f"{page}: {link}"


def test_every_setting_is_documented() -> None:
    page = (derive.ROOT / "docs" / "configuration.md").read_text()
    assert all(f"| `{key.name}` | `{key.variable}` |" in page for key in KEYS.values())


def checkout(folder: Path) -> Path:
    """A scratch folder with the parts that `derive` fills."""
    (folder / "docs" / "checks").mkdir(parents=True)
    (folder / "README.md").write_text("# x\n<!-- help:explain -->\nold\n<!-- /help -->\nrest\n")
    (folder / "docs" / "configuration.md").write_text("<!-- settings -->\n<!-- /settings -->\n")
    return folder


def test_derive_writes_what_is_missing_and_removes_what_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(derive, "ROOT", checkout(tmp_path))
    for function in (derive.derived, derive.stale):
        monkeypatch.setattr(function, "__defaults__", (tmp_path,))
    old = tmp_path / "docs" / "checks" / "entry-script.gone.md"
    old.write_text("gone")
    assert derive.main(["--check"]) == 1
    assert "entry-script.gone.md" in capsys.readouterr().err
    assert old.exists(), "--check writes nothing"
    assert derive.main([]) == 0
    assert not old.exists()
    assert derive.main(["--check"]) == 0
    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith("# x\n<!-- help:explain -->\n```text\nUsage: doctor explain ")
    assert readme.endswith("\n```\n<!-- /help -->\nrest\n")
    assert len(list((tmp_path / "docs" / "checks").rglob("*.md"))) == len(ALONE) + len(areas()) + 1


def test_derive_knows_one_option() -> None:
    assert derive.main(["--chekc"]) == 2
