"""Nonsense in the address: every page answers with a page, never with a fault."""

import pytest

PLACES = [
    "/",
    "/places/371002/",
    "/households/",
    "/find/",
    "/households/Q000000001/",
    "/households/Q000000001/explain.json",
    "/households/Q000000001/print/",
    "/rules/",
    "/rules/dibao_amount/",
    "/rules/dibao_amount/try/",
    "/rates/dibao_standard/",
    "/rates/tekun_care_scattered/",
    "/simulation/",
    "/simulation/scenario.toml",
    "/runs/",
    "/runs/1/",
]
NONSENSE = [
    "?on=0001-01-01",
    "?on=9999-12-31",
    "?on=gestern",
    "?run=99999999999999999999999",
    "?run=-1",
    "?page=0",
    "?page=x&layer=NOBODY&coverage=7&division=&search=%00",
    "?search=%25%27%22%3Cscript%3E&q=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "?division=37",
    "?division=000000",
    "?division=abc&show=nothing&why=nothing@9",
    "?members=-3&settlement=7&1-birth_day=9999-99-99&h-cars=1e9",
    "?household=NOPE&number=%00",
    "?rate=dibao_standard&mode=percent&amount=1e400",
    "?rate=dibao_standard&mode=percent&amount=NaN&division=371000",
    "?rate=dibao_standard&mode=value&amount=-5&division=371000&round=NEVER",
    "?rate=no_such_rate&mode=add&amount=5&division=371000",
    "?rate=dibao_standard&mode=percent&amount=5&division=999999",
    "?replay=1&on=2024-01-01",
]


@pytest.mark.parametrize("place", PLACES)
def test_nonsense_never_breaks_a_page(desk, place):
    ask = desk.page.request

    answers = {query: ask.get(desk.address + place + query) for query in NONSENSE}

    broken = {query: one.status for query, one in answers.items() if one.status >= 500}
    assert broken == {}
    assert not any("<script>alert" in one.text() for one in answers.values())
