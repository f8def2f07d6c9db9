"""What is kept about people, for what and how long (数据目录)."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from anmin.console.views.desk import Desk, needs
from anmin.kernel.access.datamap import queries

CLASSES = {
    "technical": gettext_lazy("技术"),
    "public": gettext_lazy("公开"),
    "internal": gettext_lazy("内部"),
    "sensitive": gettext_lazy("敏感"),
    "secret": gettext_lazy("秘密"),
}
MASKS = {
    "hidden": gettext_lazy("不显示"),
    "shown": gettext_lazy("办理时显示"),
    "": gettext_lazy("不遮盖"),
}


@needs("grants.give", "audit.read")
def data_map(desk: Desk) -> HttpResponse:
    """Every table with its columns; a table or a class can be picked."""
    table, klass = desk.written("table"), desk.written("class")
    every = [*queries.entries(), *queries.api_entries()]
    chosen = [
        one for one in every if table in ("", one.table) and (klass not in CLASSES or klass == one.klass)
    ]
    tables = [list(rows) for _key, rows in groupby(chosen, key=lambda one: one.table)]
    return desk.page(
        "datamap",
        "access",
        tables=[
            {
                "head": rows[0],
                "rows": [
                    (one, CLASSES[one.klass], MASKS.get(one.mask, gettext_lazy("显示一部分"))) for one in rows
                ],
            }
            for rows in tables
        ],
        names=sorted({(one.table, one.title) for one in every}),
        classes=CLASSES.items(),
        table=table,
        klass=klass,
        count=len(chosen),
        missing=queries.unmapped(),
    )
