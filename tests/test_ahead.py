"""What is done ahead is done once, in order, and its failures are told where they matter."""

from threading import Event, current_thread

from doctor.ahead import ahead, arrived


def test_jobs_are_done_in_order_and_waited_for() -> None:
    may_go, done = Event(), []

    def first() -> None:
        may_go.wait(10)
        done.append(current_thread().name)

    ahead(first, lambda: done.append("second"))
    assert done == []
    may_go.set()
    arrived()
    assert done == ["ahead", "second"]


def test_a_failure_ends_neither_the_others_nor_the_program() -> None:
    done = []

    def fail() -> None:
        raise ImportError("not installed")

    ahead(fail, lambda: done.append("after"))
    arrived()
    assert done == ["after"]


def test_nothing_is_waited_for_where_nothing_was_begun() -> None:
    arrived()
    arrived()
