"""A city friendly to the old, in three dimensions: each share with its list behind it, the mean beside it."""

from __future__ import annotations

from django.http import HttpResponse

from anmin.console.kit.figures import list_href, said
from anmin.console.views.desk import Desk, needs
from anmin.console.words import is_chinese
from anmin.domains.elderly.friendly import composite, last_month, measured
from anmin.domains.elderly.powers import READ


@needs(*READ)
def city_page(desk: Desk) -> HttpResponse:
    """The three dimensions for the month that ended, of everything that the reader sees."""
    period = last_month(desk.today)
    found = measured(desk.reader, period)
    return desk.page(
        "elder_city",
        "elderly",
        period=period,
        composite=_per_cent(composite(found)),
        dimensions=[
            {
                "title": row.dimension.title if is_chinese() else row.dimension.english,
                "mean": _per_cent(row.per_mille),
                "missing": row.missing,
                "shares": [(one, said(one, share), list_href(one, period, "")) for one, share in row.rows],
            }
            for row in found
        ],
    )


def _per_cent(per_mille: int | None) -> str:
    return "" if per_mille is None else f"{per_mille / 10:.1f}%"
