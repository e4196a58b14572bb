"""The handlers are tested with the agents of the tests."""

from collections.abc import Iterator

import pytest

from tests.fixtures.agents import instead_of_the_users


@pytest.fixture(scope="package", autouse=True)
def _agents() -> Iterator[None]:
    """Keep the user's agents out of tests of Hotline itself."""
    with instead_of_the_users():
        yield
