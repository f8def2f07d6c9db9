"""The cells that fill themselves from the register, from benefits, and from visits and orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader
from anmin.kernel.delivery.orders.queries import orders
from anmin.kernel.delivery.reports.cells import Cell
from anmin.kernel.delivery.services import services
from anmin.kernel.delivery.visits.queries import due_in, seen_in, visits
from anmin.kernel.entitlements.models import Amount, Entitlement
from anmin.kernel.entitlements.queries import entitlements, title_of_benefit
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import households, in_force, persons
from anmin.lib.calendar import add_months


def last_of(month: date) -> date:
    """The last day of a month given by its first."""
    return add_months(month, 1) - timedelta(days=1)


def register_cells(reader: Reader, division: str, month: date) -> Iterator[Cell]:
    """Households and persons of a place, by the register, on the last day of the month."""
    source, last = _("人口登记"), last_of(month)
    homes = households(reader).filter(in_force(last), division__startswith=division)
    here = persons(reader).filter(division__startswith=division)
    alive = here.filter(
        Q(died_on__isnull=True) | Q(died_on__gt=last), Q(birth_day__isnull=True) | Q(birth_day__lte=last)
    )
    yield Cell("households", _("户数"), homes.count(), source, _("户"))
    for key, title, where in (
        ("persons", _("人口"), Q()),
        ("men", _("男"), Q(sex=1)),
        ("women", _("女"), Q(sex=2)),
        ("minors", _("未满 18 周岁"), Q(birth_day__gt=_years(last, 18))),
        ("old60", _("60 周岁以上"), Q(birth_day__lte=_years(last, 60))),
        ("old65", _("65 周岁以上"), Q(birth_day__lte=_years(last, 65))),
        ("old80", _("80 周岁以上"), Q(birth_day__lte=_years(last, 80))),
        ("old100", _("100 周岁以上"), Q(birth_day__lte=_years(last, 100))),
        ("births", _("本月出生"), Q(birth_day__gte=month)),
    ):
        yield Cell(key, title, alive.filter(where).count(), source, _("人"))
    yield Cell(
        "deaths",
        _("本月去世（已登记）"),
        here.filter(died_on__gte=month, died_on__lte=last).count(),
        source,
        _("人"),
    )
    moves = Membership.objects.filter(household__in=homes)
    yield Cell(
        "joined",
        _("本月迁入"),
        moves.filter(first_day__gte=month, first_day__lte=last).count(),
        source,
        _("人"),
    )
    yield Cell(
        "left", _("本月迁出"), moves.filter(last_day__gte=month, last_day__lte=last).count(), source, _("人")
    )
    yield Cell("alone60", _("60 周岁以上独居"), _alone(homes, last), source, _("人"))


def _alone(homes: QuerySet[Household], last: date) -> int:
    rows = Membership.objects.filter(in_force(last), household__in=homes, is_double=False)
    lonely = rows.values("household").annotate(people=Count("person")).filter(people=1).values("household")
    return rows.filter(household__in=lonely, person__birth_day__lte=_years(last, 60)).count()


BENEFITS = (
    "assistance/dibao",
    "assistance/tekun",
    "assistance/edge",
    "assistance/rigid",
    "disability/care_subsidy",
    "disability/living_subsidy",
    "elderly/age_allowance",
    "children/orphan",
    "children/unsupported",
)


def benefit_cells(reader: Reader, division: str, month: date) -> Iterator[Cell]:
    """Running benefits of a place in the month, and their sum."""
    source, last = _("救助待遇"), last_of(month)
    running = (
        entitlements(reader)
        .filter(household__division__startswith=division, first_day__lte=last)
        .exclude(state=Entitlement.State.ENDED, last_day__lt=month)
    )
    for key in BENEFITS:
        title = title_of_benefit(key)
        rows = running.filter(benefit=key)
        yield Cell(f"benefit_{key.split('/')[1]}", title, rows.count(), source, _("户（人）"))
    members = Membership.objects.filter(
        in_force(last),
        household__in=running.filter(benefit="assistance/dibao").values("household"),
        is_double=False,
    )
    yield Cell(
        "dibao_persons",
        _("低保家庭人口"),
        members.filter(person__died_on__isnull=True).count(),
        source,
        _("人"),
    )
    amounts = Amount.objects.filter(
        Q(last_month__isnull=True) | Q(last_month__gte=month), first_month__lte=month, entitlement__in=running
    )
    total = amounts.aggregate(sum=Sum("fen"))["sum"] or 0
    yield Cell("fen", _("本月待遇合计"), total, source, _("分"))


def visit_cells(reader: Reader, division: str, month: date) -> Iterator[Cell]:
    """Visits of every service of a place in the month, and orders of help."""
    source, last = _("走访记录"), last_of(month)
    made = visits(reader).filter(division__startswith=division, happened_on__gte=month, happened_on__lte=last)
    for declared in services().values():
        due = due_in(reader, declared.key, month).filter(division__startswith=division)
        seen = seen_in(reader, declared.key, month).filter(division__startswith=division)
        yield Cell(
            f"{declared.key}_due", _("%(what)s：应走访") % {"what": declared.title}, due.count(), source
        )
        yield Cell(
            f"{declared.key}_seen", _("%(what)s：已走访") % {"what": declared.title}, seen.count(), source
        )
    yield Cell("visits", _("走访合计"), made.count(), source, _("次"))
    yield Cell("visits_urgent", _("走访发现紧急情况"), made.filter(worst="urgent").count(), source, _("次"))
    asked = orders(reader).filter(division__startswith=division)
    yield Cell(
        "orders",
        _("本月提出的帮助"),
        asked.filter(asked_on__gte=month, asked_on__lte=last).count(),
        _("服务单"),
    )
    yield Cell(
        "orders_served",
        _("本月已服务"),
        asked.filter(served_on__gte=month, served_on__lte=last).count(),
        _("服务单"),
    )


def _years(on: date, years: int) -> date:
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)
