"""Spans: both ends inclusive, and an algebra that keeps every day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.spans import Span, gaps, merged

DAYS = st.dates(date(2020, 1, 1), date(2020, 12, 31))
SPANS = st.builds(lambda one, length: Span(one, one + timedelta(length)), DAYS, st.integers(0, 40))
YEAR = [date(2019, 12, 1) + timedelta(n) for n in range(500)]


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="早于"):
        Span(date(2024, 2, 1), date(2024, 1, 31))


def test_both_ends_are_inside():
    span = Span(date(2024, 1, 1), date(2024, 1, 31))

    assert span.contains(date(2024, 1, 1))
    assert span.contains(date(2024, 1, 31))
    assert not span.contains(date(2024, 2, 1))
    assert span.days == 31


def test_an_open_span_has_no_last_day():
    assert Span(date(2024, 1, 1)).contains(date(2999, 1, 1))
    assert Span(date(2024, 1, 1)).days is None


@given(SPANS, SPANS)
def test_the_intersection_holds_exactly_the_shared_days(one, other):
    shared = one.intersection(other)

    for day in YEAR:
        assert (one.contains(day) and other.contains(day)) == (shared is not None and shared.contains(day))


@given(st.lists(SPANS, max_size=6))
def test_merging_keeps_every_day_and_leaves_no_neighbours(spans):
    found = merged(spans)

    for day in YEAR:
        assert any(span.contains(day) for span in spans) == any(span.contains(day) for span in found)
    assert all(not one.touches(other) for one, other in zip(found, found[1:], strict=False))


@given(st.lists(SPANS, max_size=6))
def test_gaps_are_what_no_span_covers(spans):
    whole = Span(date(2020, 1, 1), date(2020, 12, 31))
    found = gaps(spans, whole)

    for day in YEAR:
        covered = any(span.contains(day) for span in spans)
        assert any(gap.contains(day) for gap in found) == (whole.contains(day) and not covered)
