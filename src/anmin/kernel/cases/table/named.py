"""The views every work table has (固定视图), each a narrowing of the cases under way, for those whose work it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.cases.matters import returning
from anmin.kernel.cases.models import CaseClock, Step
from anmin.kernel.cases.publicity.models import Objection
from anmin.kernel.cases.verification.models import CaseFact
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
    """A view: its key in addresses, its title, the powers of those whose work it is, and which cases stand in it.

    `where` is a condition that needs no join and no annotation, so that many views are counted in one question. The
    state comes first in it: a condition inside a count is tried as it is written, and most cases fail on the state.
    """

    key: str
    title: Any
    powers: frozenset[str]
    where: Callable[[date], Q]


def differs() -> Q:
    """The filter for facts on which two sides differ; silence differs from nothing."""
    found = Q(pk__in=[])
    for one, other in (("declared", "checked"), ("declared", "seen"), ("checked", "seen")):
        found |= Q(**{f"{one}__lt": F(other)}) | Q(**{f"{one}__gt": F(other)})
    return found


def _since_the_last_beginning(**wanted: Any) -> Exists:
    """Whether a case has such a step and was not begun anew after it."""
    anew = Step.objects.filter(case=OuterRef("case"), action__in=BEGINNINGS, number__gt=OuterRef("number"))
    return Exists(Step.objects.filter(~Exists(anew), case=OuterRef("pk"), **wanted))


def _without(action: str) -> Callable[[date], Q]:
    def where(on: date) -> Q:
        return Q(state__in=("accepted", "due")) & ~Q(_since_the_last_beginning(action=action))

    return where


def _ready(on: date) -> Q:
    ran_out = CaseClock.objects.filter(
        case=OuterRef("pk"), key="publicity", stopped_on__isnull=True, left__isnull=True, due__lt=on
    )
    return Q(state="opined") | Q(state="publicity") & Q(Exists(ran_out))


def _returned(on: date) -> Q:
    return Q(state="returned") | Q(state="accepted") & Q(_since_the_last_beginning(action="return_to_field"))


def _soon(on: date) -> Q:
    return Q(due__lte=load_calendar(on_unknown="provisional").add_working_days(on, SOON))


def _has_doubt() -> Q:
    """What keeps a case from being confirmed with others.

    The steps are asked for by equality: PostgreSQL tries a pattern only after it has asked for each row whether the
    reader may see it (LIKE is not leakproof), which made this the dearest part of the work table.
    """
    mine = {"case": OuterRef("pk")}
    return (
        Q(Exists(CaseFact.objects.filter(differs(), **mine)))
        | ~Q(causes=[])
        | Q(Exists(Objection.objects.filter(**mine)))
        | Q(Exists(Step.objects.filter(action__in=returning(), **mine)))
    )


_ALL = (
    View("to_accept", _("待受理"), TOWN, lambda on: Q(state__in=("submitted", "need_more"))),
    View("to_check", _("待核对"), TOWN, _without("record_check")),
    View("to_visit", _("待入户"), TOWN, _without("record_survey")),
    View("on_display", _("公示中"), TOWN, lambda on: Q(state__in=("publicity", "objection", "reviewed"))),
    View("to_send_up", _("待上报"), TOWN, _ready),
    View("returned", _("被退回"), TOWN, _returned),
    View("doubtful", _("有疑点"), REVIEW, lambda on: Q(state__in=DECIDING) & _has_doubt()),
    View("clear", _("无疑点"), REVIEW, lambda on: Q(state__in=DECIDING) & ~_has_doubt()),
    View("sampled", _("随机抽查"), REVIEW, lambda on: Q(causes__contains=["sampled"])),
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
