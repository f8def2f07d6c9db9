"""Scanned papers are what they say, show no more than the paper, and run nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.lib.scanned import NotAScan, looked_through
from tests.scans import GPS, a_jpeg, a_pdf, a_png


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_loses_where_it_was_taken_and_keeps_which_side_is_up(order):
    taken = a_jpeg(side=6, order=order, more=b"ftypmp42" + GPS)

    kept = looked_through(taken, "IMG_0001.JPG").content

    assert GPS in taken and GPS not in kept and "王家".encode() not in kept
    assert kept.startswith(b"\xff\xd8") and kept.endswith(b"\xff\xd9")
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in kept


def test_without_looking_the_place_would_stay():
    """The wrong variant: a file kept as it came."""
    assert GPS in a_jpeg() and GPS in a_png()


def test_a_photo_is_not_changed_by_looking_twice():
    once = looked_through(a_jpeg(), "a.jpg").content

    assert looked_through(once, "a.jpg").content == once


def test_a_screenshot_loses_its_remarks():
    kept = looked_through(a_png(), "a.png").content

    assert GPS not in kept and b"IDAT" in kept


def test_a_plain_scanned_pdf_is_kept_as_it_is():
    assert looked_through(a_pdf(), "残疾证.pdf").content == a_pdf()


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (a_pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> "), "a.pdf", "自动运行"),
        (a_pdf(b"/OpenAction << /S /J#61vaScript >> "), "a.pdf", "自动运行"),
        (a_pdf(packed=b"5 0 << /S /Launch /F (cmd.exe) >>"), "a.pdf", "自动运行"),
        (a_pdf(b"/Names << /EmbeddedFiles 9 0 R >> "), "a.pdf", "别的文件"),
        (a_pdf(b"/Encrypt 9 0 R "), "a.pdf", "密码"),
        (a_pdf()[:-8], "a.pdf", "没有传完整"),
        (a_jpeg(width=60_000, height=60_000), "a.jpg", "像素"),
        (a_png(width=0), "a.png", "0"),
        (a_jpeg()[:-60], "a.jpg", "没有传完整"),
        (a_png(), "a.jpg", "后缀"),
        (b"MZ\x90\x00", "a.jpg", "不是照片"),
        (b"<html><script>", "a.png", "不是照片"),
        (b"", "a.pdf", "不是照片"),
    ],
)
def test_what_is_no_paper_is_refused_with_what_to_do(content, name, word):
    with pytest.raises(NotAScan, match=word) as refused:
        looked_through(content, name)

    assert "请" in str(refused.value) or "只收" in str(refused.value)


@given(st.data())
def test_a_damaged_file_is_kept_whole_or_refused_in_words(data):
    whole = data.draw(st.sampled_from([a_jpeg(), a_png(), a_pdf(), a_pdf(packed=b"/Type /Page" * 30)]))
    cut = data.draw(st.integers(0, len(whole)))
    noise = data.draw(st.binary(max_size=40))

    for name in ("a.jpg", "a.png", "a.pdf"):
        try:
            looked_through(whole[:cut] + noise + whole[cut:], name)
            looked_through(whole[:cut] + noise, name)
        except NotAScan:
            pass
