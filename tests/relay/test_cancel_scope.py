"""A task ends the wait of another."""

from functions.relay.cancel_scope import CancelScope, is_cancelled, on_cancel


def test_what_the_work_waits_on_is_closed() -> None:
    closed: list[str] = []
    scope = CancelScope()
    with scope:
        on_cancel(lambda: closed.append("one"))
        assert not is_cancelled()
        scope.cancel()
        assert closed == ["one"]
        assert is_cancelled()


def test_what_is_opened_after_the_cancel_is_closed_at_once() -> None:
    closed: list[str] = []
    scope = CancelScope()
    scope.cancel()
    with scope:
        on_cancel(lambda: closed.append("one"))
    assert closed == ["one"]


def test_a_scope_cancels_the_scopes_that_were_made_in_it() -> None:
    closed: list[str] = []
    outer = CancelScope()
    with outer:
        inner = CancelScope()
        with inner:
            on_cancel(lambda: closed.append("inner"))
            outer.cancel()
            assert is_cancelled()
    assert closed == ["inner"]


def test_an_inner_scope_leaves_the_outer_one_alone() -> None:
    closed: list[str] = []
    outer = CancelScope()
    with outer:
        on_cancel(lambda: closed.append("outer"))
        inner = CancelScope()
        with inner:
            on_cancel(lambda: closed.append("inner"))
            inner.cancel()
        assert not is_cancelled()
    assert closed == ["inner"]


def test_what_was_read_to_its_end_stays_open() -> None:
    closed: list[str] = []
    scope = CancelScope()
    with scope:
        on_cancel(lambda: closed.append("read"))
        scope.forget()
    scope.cancel()
    assert closed == []


def test_work_that_has_ended_leaves_nothing_to_close() -> None:
    closed: list[str] = []
    scope = CancelScope()
    with scope:
        on_cancel(lambda: closed.append("ended"))
    scope.cancel()
    assert closed == []


def test_without_a_scope_nothing_is_cancelled() -> None:
    on_cancel(lambda: None)
    assert not is_cancelled()
