"""One frame for the desk, the residents' pages and the phone: sizes in order, and a choice that holds everywhere."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from anmin.kernel.frames.queries import COOKIE, SIZES, frame_of, with_size


@pytest.mark.parametrize(
    ("size", "larger", "smaller"),
    [
        ("normal", "large", ""),
        ("large", "xlarge", "normal"),
        ("huge", "", "xlarge"),
        ("nonsense", "large", ""),
    ],
)
def test_the_next_sizes_are_told_and_nonsense_is_the_usual_size(size, larger, smaller):
    request = RequestFactory().get("/")
    request.COOKIES[COOKIE] = size

    frame = frame_of(request)

    assert (frame.larger, frame.smaller) == (larger, smaller)
    assert frame.is_elder == (size in SIZES[1:])


def test_a_choice_is_kept_for_a_year_and_nonsense_is_not():
    kept = with_size(HttpResponse(), RequestFactory().post("/", {"size": "large"}))
    refused = with_size(HttpResponse(), RequestFactory().post("/", {"size": "<script>"}))

    assert (kept.cookies[COOKIE].value, kept.cookies[COOKIE]["max-age"]) == ("large", 365 * 24 * 3600)
    assert COOKIE not in refused.cookies


def test_a_page_without_a_request_has_the_usual_frame():
    assert frame_of(None).size == "normal"
