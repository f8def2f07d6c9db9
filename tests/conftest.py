"""What every test leaves as it found it, and what all of them share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation


@pytest.fixture(autouse=True)
def _nobodys_language() -> Iterator[None]:
    """A page that was read in English leaves its language in the thread, and the next test would be answered in it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def kernel_cache() -> Path:
    """Compiled rules, by what they were compiled from: once for all tests of a process, whichever home they use."""
    folder = Path(settings.ANMIN_HOME) / "kernels"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
