"""The list of targets without a screen: what fits a filter, how lines are drawn, what is typed in full."""

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from doctor.diagnosis.call import Call
from doctor.discovery import Found
from doctor.errors import ConfigError
from doctor.states import Standing
from tui.targets.drawing import draw
from tui.targets.fitting import Index
from tui.targets.rows import MOST_SHOWN, Line, Listing, Row, Section, age, size
from tui.targets.source_rows import file_row, file_sections
from tui.targets.typed import is_surely_meant, typed_call


def row(name: str, words: str = "", **more: object) -> Row:
    return Row(f"container:{name}", "container", name, Standing(words), **more)  # type: ignore[arg-type]


def names(query: str, rows: list[Row]) -> list[str]:
    return [one.name for one in Index(rows).best(query)]


def text(line: Line, width: int = 80, query: str = "") -> str:
    return "".join(piece for piece, _ in draw(line, width, query))


def test_what_holds_the_words_as_they_are_goes_first() -> None:
    rows = [row("my-other-dealer-long"), row("remodel"), row("model-a"), row("model"), row("score")]
    assert names("model", rows) == ["model", "model-a", "remodel", "my-other-dealer-long"]
    assert names("a model", rows)[0] == "model-a"
    assert names("xyz", rows) == []
    files = [row("deploys/old-deployment.yaml"), row("deploys/deployment.yaml")]
    assert names("deployment", files)[0] == "deploys/deployment.yaml"


def test_two_of_one_name_are_told_apart_by_their_place() -> None:
    one = Row("workload:a", "deployment", "score", Standing("0 of 1 ready, CrashLoopBackOff after exit 3", "bad"))
    drawn = text(Line(replace(one, where="model-missing a-long-name-of-a-cluster")), query="score")
    assert "score  model-missing a" in drawn
    assert "0 of 1 ready" in drawn


def test_kinds_and_states_count() -> None:
    rows = [row("score", "running, unhealthy"), row("crash-course", "running"), row("other", "CrashLoopBackOff")]
    assert names("unhealthy", rows) == ["score"]
    assert names("crash", rows) == ["crash-course", "other"]
    assert len(names("container", rows)) == 3


def test_letter_by_letter_is_the_same_as_at_once() -> None:
    chosen = random.Random(7)
    rows = [row("".join(chosen.choices("abcdef-", k=9))) for _ in range(400)]
    index = Index(rows)
    for query in ("a", "ab", "abc", "abc d", "ab", "b", "", "f a"):
        assert [one.name for one in index.best(query)] == names(query, rows), query


def test_ten_thousand_rows_are_filtered_whatever_is_typed() -> None:
    listing = Listing()
    listing.put("containers", Section("Docker", tuple(row(f"aaaa-model-{n}-aaaaaaaaaaaaaa") for n in range(10_000))))
    for query in ("a", "aaaaaaaaaaaaaaa", "a a a a a a", "aaaaaaaaaaaaaaaaaaaaaaab", "mdl9"):
        listing.query = query
        assert len(listing.lines(80)) <= MOST_SHOWN + 1
    listing.query = "a"
    assert listing.lines(80)[0].text == "10,000 fit"
    assert listing.lines(80)[0].note == f"the best {MOST_SHOWN} of them"


def test_a_target_typed_in_full_stands_first_where_it_is_surely_meant() -> None:
    listing = Listing()
    listing.put("containers", Section("Docker", (row("docker-score"),)))
    listing.typed, listing.query = row("typed"), "docker score"
    assert [line.row.name for line in listing.lines(80) if line.row] == ["docker-score", "typed"]
    listing.meant = True
    assert [line.row.name for line in listing.lines(80) if line.row] == ["typed", "docker-score"]


@pytest.mark.parametrize("width", [200, 80, 59, 40, 20, 5, 1])
def test_lines_fit_their_width(width: int) -> None:
    since = time.time() - 7300
    long = row("a-very-long-name-" * 5, "restarting, 7 times so far, exit 3, and so on" * 3, since=since, depth=2)
    for one in (long, row("模型-" * 30, "運行" * 40), row("short"), row("x", "y")):
        from rich.cells import cell_len

        drawn = text(Line(one), width)
        assert cell_len(drawn) <= max(width, 14)
        if width >= 60:
            assert cell_len(drawn) == width


def test_states_begin_in_one_column() -> None:
    drawn = [text(Line(row(name, "exited 3"))) for name in ("a", "some-name", "another-longer-name")]
    assert len({one.index("exited 3") for one in drawn}) == 1


def test_ends_of_long_paths_are_kept() -> None:
    drawn = text(Line(row("models/" * 20 + "score.py", "lacks init() or run()")))
    assert "…" in drawn
    assert "score.py " in drawn
    assert "lacks init() or run()" in drawn


def test_names_of_strangers_do_nothing_to_the_terminal() -> None:
    drawn = text(Line(row("evil\x1b[2Jname\n[bold]", "exited\x07\x1b]0;x\x07")))
    assert drawn.isprintable()
    assert "\\x1b[2Jname" in drawn
    assert "[bold]" in drawn


def test_a_state_has_a_sign_and_its_words() -> None:
    signs = {"bad": "✗", "odd": "!", "well": "✓", "off": "–"}
    for level, sign in signs.items():
        one = Row("k", "container", "score", Standing("words", level))  # type: ignore[arg-type]
        assert text(Line(one)).startswith(f" {sign} ")
        assert "words" in text(Line(one))


def test_remarks_are_wrapped_and_never_cut() -> None:
    remark = "there is no Docker engine at unix:///var/run/docker.sock: the socket is not there; start it " * 3
    listing = Listing()
    listing.put("containers", Section("Docker", (Row("remark:containers", "", "", remark=remark),)))
    lines = [line for line in listing.lines(40) if line.row]
    assert " ".join(line.text for line in lines) == remark.strip()
    assert len({line.row for line in lines}) == 1


def test_ages_and_sizes() -> None:
    assert [age(0, now) for now in (0, 59, 60, 7199, 7200, 172_799, 172_800)] == [
        *("0s", "59s", "1m", "119m", "2h", "47h", "2d")
    ]
    assert age(None) == ""
    assert age(100, 50) == "0s"
    assert [size(count) for count in (0, 999, 1000, 123_456, 2_500_000_000)] == [
        *("0 B", "999 B", "1.0 kB", "123 kB", "2.5 GB")
    ]


@pytest.mark.parametrize(
    ("typed", "kind", "name"),
    [
        ("https://score.example/score", "url", "https://score.example/score"),
        ("url https://score.example", "url", "https://score.example"),
        ("docker score-1", "container", "score-1"),
        ("doctor docker score-1", "container", "score-1"),
        ("k8s deployment/score", "workload", "deployment/score"),
        ("k8s deployment score", "workload", "deployment/score"),
    ],
)
def test_what_is_typed_in_full(typed: str, kind: str, name: str) -> None:
    call = typed_call(typed, Path())
    assert (call.kind, call.name) == (kind, name)
    assert is_surely_meant(typed) or typed.startswith("doctor")


def test_a_workload_is_typed_with_its_scope_as_for_kubectl() -> None:
    call = typed_call("k8s deployment/score -n team-a --context=kind", Path())
    assert (call.name, call.namespace, call.context) == ("deployment/score", "team-a", "kind")
    assert typed_call("k8s -A", Path()) == Call(kind="workload", name="", everywhere=True)
    with pytest.raises(ConfigError, match="`-n` needs a name"):
        typed_call("k8s deployment/score -n", Path())


def test_paths_begin_in_the_folder_of_the_list(tmp_path: Path) -> None:
    (tmp_path / "my score.py").write_text("def init(): ...\n")
    assert typed_call("'my score.py'", tmp_path).kind == "script"
    assert typed_call(str(tmp_path), Path()).kind == "folder"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nonsense", "docker nonsense"),
        ("docker", "needs a name"),
        ("  ", "type a path"),
        ("'half", "`.half` is no target"),
    ],
)
def test_what_means_nothing_is_told_with_what_to_type(typed: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        typed_call(typed, tmp_path)


def test_a_file_that_was_diagnosed_lately_is_found_once(tmp_path: Path) -> None:
    plain, other = Call(kind="script", name="score.py"), Call(kind="script", name="score.py", samples=("a.json",))
    ended = Standing("failing", "bad")
    recent = (
        Row("recent:a", "script", "score.py", ended, call=plain),
        Row("recent:b", "script", "score.py --sample a.json", ended, call=other),
    )
    named = Call(kind="script", name=str(tmp_path / "score.py"))
    there = [Found(tmp_path / name, "script") for name in ("score.py", "more/score.py")]
    there.append(Found(tmp_path / "score.yml", "script", remark="deploys score.py", script=tmp_path / "score.py"))
    listing = Listing(query="score")
    listing.put("recent", Section("Recent", (replace(recent[0], call=named), recent[1])))
    listing.put("files", file_sections([file_row(one, tmp_path) for one in there], tmp_path, "")[0])
    rows = [line.row for line in listing.lines(80) if line.row and line.row.call and line.row.kind == "script"]
    assert sorted(row.key for row in rows) == ["file:more/score.py", "file:score.yml", "recent:a", "recent:b"]
    assert {row.standing.words for row in rows if row.key == "recent:a"} == {"failing"}
