"""Rows of the tables of the explorer as text."""

from rich.cells import cell_len

from tui.evidence.row_text import cell


def test_a_path_keeps_the_end_that_tells_it_apart() -> None:
    paths = ["/var/azureml-app/src/settings.py", "/var/azureml-app/src/score.py"]
    assert [cell(path, 15) for path in paths] == ["…rc/settings.py", "…p/src/score.py"]
    assert cell("/bin:/usr/bin:/usr/local/bin", 10) == "/bin:/usr…"
    assert cell("brought by scikit-learn", 10) == "brought b…"
    assert {cell_len(cell("/日本語/ログ/ファイル.py", width)) for width in (6, 7, 8, 9)} == {6, 7, 8, 9}
