"""Rubbish is not looked for while a process loads, and is afterwards."""

import gc
import weakref

import pytest

from anmin.lib.starting import loading


class Loop:
    """Something that only the search for rubbish finds."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def _nothing_stays_frozen():
    yield
    gc.unfreeze()


def test_nothing_is_looked_for_while_loading_and_what_comes_later_is_found():
    with loading():
        assert not gc.isenabled()
        kept = weakref.ref(Loop())
    assert gc.isenabled() and gc.get_freeze_count() > 0

    later = weakref.ref(Loop())
    gc.collect()

    assert later() is None
    assert kept() is not None, "what was there while loading is not looked through again"


def test_a_start_that_fails_looks_for_rubbish_again():
    with pytest.raises(ImportError), loading():
        raise ImportError

    assert gc.isenabled()


def test_who_had_switched_it_off_finds_it_off():
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
