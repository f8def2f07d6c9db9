"""What every test leaves as it found it."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """A page that was read in English leaves its language in the thread, and the next test would be answered in it."""
    yield
    translation.deactivate()
