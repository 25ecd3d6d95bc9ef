"""Every binding has a name of its own and a test that presses it and asserts what it does."""

from pathlib import Path

from screens.pressing import bindings, promised, widgets


def test_every_binding_is_pressed_by_a_test_that_says_so() -> None:
    told, there = promised(Path(__file__).parent), bindings()
    assert not [f"{name} ({there[name][0][0].__name__})" for name in there if name not in told]
    assert not [f"{name} ({', '.join(told[name])})" for name in told if name not in there]


def test_an_id_means_one_action() -> None:
    for name, all_of_it in bindings().items():
        assert len({(one.key, one.action.removeprefix("app.")) for _, one in all_of_it}) == len(
            {one.key for _, one in all_of_it}
        ), name
        for where, one in all_of_it:
            assert one.id, f"{where.__name__}: {one.key} has no id"
            assert one.tooltip, f"{name} has no tooltip"


def test_a_style_is_that_of_one_widget() -> None:
    names = [one.__name__ for one in widgets()]
    assert not {name for name in names if names.count(name) > 1}, "style sheets go by the name of a class alone"
