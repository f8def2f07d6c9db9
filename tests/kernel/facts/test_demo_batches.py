"""The demonstration's batches: of the last months before its day, so that nothing it fills is late on the day it is made."""

from datetime import date, timedelta

import pytest

from anmin.kernel.facts.batches.checking import last_day_of
from anmin.kernel.facts.demo.batches import write_batches
from anmin.kernel.facts.sources.catalogue import sources


def due_days(folder, on):
    """When the next batch of each source that the demonstration fills should be here."""
    newest = {}
    for one in write_batches(folder, iter(()), on):
        last = last_day_of(one.period, sources()[one.source].frequency, on)
        newest[one.source] = max(last, newest.get(one.source, last))
    return {key: sources()[key].next_due(last) for key, last in newest.items()}


@pytest.mark.parametrize("on", [date(2026, 11, 26), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 1)])
def test_no_source_that_the_demonstration_fills_is_late_on_its_day(tmp_path, on):
    found = due_days(tmp_path, on)

    assert len(found) >= 6 and all(due is None or due >= on for due in found.values())


def test_batches_of_an_old_day_would_be_late(tmp_path):
    """The wrong variant: files of a day long ago, as if the demonstration were made on it."""
    found = due_days(tmp_path, date(2026, 11, 1))

    assert any(due is not None and due < date(2026, 11, 1) + timedelta(90) for due in found.values())
