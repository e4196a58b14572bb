"""The table of exceptions: docs/reliability.md holds it, and no two rows are the same."""

from tests.simulation.excuses import EXCUSES
from tests.simulation.excuses_page import PAGE, with_table
from tests.simulation.laws import LAWS


def test_the_page_holds_the_table_as_it_is() -> None:
    page = PAGE.read_text("utf-8")
    assert with_table(page) == page, "run `make laws`"


def test_no_two_rows_have_the_same_cause() -> None:
    causes = [excuse.cause for excuse in EXCUSES]
    assert len(causes) == len(set(causes))


def test_each_row_belongs_to_a_law() -> None:
    assert {excuse.law for excuse in EXCUSES} <= set(LAWS)
