"""What every test leaves as it found it, and what all of them share."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.utils import translation

from config.passwords import Argon2


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


@pytest.fixture(scope="session", autouse=True)
def full_cost() -> Iterator[dict[str, int]]:
    """What a hash of a password costs in production; here it costs next to nothing, and is the same in all else.

    A quarter of a second for each try is there against thieves; the tests enter and fail to enter hundreds of times.
    """
    real = {name: getattr(Argon2, name) for name in ("memory_cost", "time_cost")}
    with mock.patch.multiple(Argon2, memory_cost=16, time_cost=1):
        yield real
