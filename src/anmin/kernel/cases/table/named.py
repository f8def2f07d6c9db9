"""The views every work table has (固定视图), each a narrowing of the cases under way, for those whose work it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.models import Case, CaseClock, Step
from anmin.lib.calendar import load_calendar

TOWN = frozenset({"case.accept", "case.file", "case.opine", "case.publish", "case.survey"})
REVIEW = frozenset({"case.confirm", "case.confirm_in_town", "case.stop"})
SOON = 3
"""Working days left from which a case counts as soon overdue."""
DECIDING = ("confirming", "proposed", "told")
"""States in which somebody has to decide."""
BEGINNINGS = ("accept", "carry_over", "return_to_field")
"""Steps after which a case is checked and visited anew."""


@dataclass(frozen=True)
class View:
    """A view: its key in addresses, its title, the powers of those whose work it is, and which cases it keeps."""

    key: str
    title: Any
    powers: frozenset[str]
    narrow: Callable[[QuerySet[Case], date], QuerySet[Case]]


def _begun(rows: QuerySet[Case]) -> QuerySet[Case]:
    last = Step.objects.filter(case=OuterRef("pk"), action__in=BEGINNINGS).order_by("-number")
    return rows.annotate(begun=Coalesce(Subquery(last.values("number")[:1]), 0))


def _without(action: str) -> Callable[[QuerySet[Case], date], QuerySet[Case]]:
    def narrow(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
        done = Step.objects.filter(case=OuterRef("pk"), action=action, number__gt=OuterRef("begun"))
        return _begun(rows.filter(state__in=("accepted", "due"))).filter(~Exists(done))

    return narrow


def _ready(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
    ran_out = CaseClock.objects.filter(
        case=OuterRef("pk"), key="publicity", stopped_on__isnull=True, left__isnull=True, due__lt=on
    )
    return rows.filter(Q(state="opined") | Q(Exists(ran_out), state="publicity"))


def _returned(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
    last = Step.objects.filter(case=OuterRef("pk"), action__in=BEGINNINGS).order_by("-number")
    rows = rows.annotate(begun_by=Subquery(last.values("action")[:1]))
    return rows.filter(Q(state="returned") | Q(state="accepted", begun_by="return_to_field"))


def _soon(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
    return rows.filter(due__lte=load_calendar(on_unknown="provisional").add_working_days(on, SOON))


def _deciding(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.filter(state__in=DECIDING)


def _returns() -> Exists:
    return Exists(Step.objects.filter(case=OuterRef("pk"), action__startswith="return"))


def _doubtful(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
    has_doubt = Q(disputed__gt=0) | ~Q(causes=[]) | Q(objections__isnull=False) | Q(_returns())
    return _deciding(rows).filter(has_doubt).distinct()


def _clear(rows: QuerySet[Case], on: date) -> QuerySet[Case]:
    return _deciding(rows).filter(~_returns(), Q(("disputed", 0)), causes=[], objections__isnull=True)


_ALL = (
    View("to_accept", _("待受理"), TOWN, lambda rows, on: rows.filter(state__in=("submitted", "need_more"))),
    View("to_check", _("待核对"), TOWN, _without("record_check")),
    View("to_visit", _("待入户"), TOWN, _without("record_survey")),
    View(
        "on_display",
        _("公示中"),
        TOWN,
        lambda rows, on: rows.filter(state__in=("publicity", "objection", "reviewed")),
    ),
    View("to_send_up", _("待上报"), TOWN, _ready),
    View("returned", _("被退回"), TOWN, _returned),
    View("doubtful", _("有疑点"), REVIEW, _doubtful),
    View("clear", _("无疑点"), REVIEW, _clear),
    View("sampled", _("随机抽查"), REVIEW, lambda rows, on: rows.filter(causes__contains=["sampled"])),
    View("soon", _("快超期"), TOWN | REVIEW, _soon),
)
VIEWS = {view.key: view for view in _ALL}


def views_for(reader: Reader) -> list[View]:
    """The views of a reader's work; readers who take no steps get all of them."""
    mine = [view for view in _ALL if view.powers & reader.powers]
    return mine or list(_ALL)


def reviews(reader: Reader) -> bool:
    """Whether the reader decides cases, so that the table shows doubts, amounts and kinds of change."""
    return bool(REVIEW & reader.powers)
