"""An adaptation from request to follow-up: eligible, assessed, agreed, public, works, self-check, acceptance, settlement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from anmin.domains.elderly.adaptation.costing import Work, subsidy, unsettled
from anmin.domains.elderly.places import found
from anmin.domains.elderly.powers import DECIDE, WRITE
from anmin.domains.elderly.registers.adaptations import ADAPTATIONS, HomeAdaptation
from anmin.domains.elderly.steps import step
from anmin.kernel.access.queries import Reader
from anmin.kernel.people import queries as people
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared

FOLLOW_DAYS = 30
PUBLIC_DAYS = 7


def home_is_known(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """The household that is counted; one adaptation a household and programme, however many elders live there."""
    home = people.membership_on(row.person, on)
    if home is None:
        yield Trouble("", "no_home", "这位老人没有登记在哪一户；请先在“人员”里登记。")
        return
    rows = HomeAdaptation.objects.filter(household=home.household_id, programme=row.programme)
    if other := rows.exclude(pk=row.pk).exclude(state="refused").first():
        yield Trouble("", "twice", f"这户在“{row.programme}”里已有一件（{other.number}），两位老人只算一户。")


def its_home(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The household becomes the adaptation's."""
    home = people.membership_on(row.person, on)
    return {"household": home.household if home is not None else None}


def works_of(row: Any) -> list[Work]:
    """The items of an adaptation as costing knows them."""
    return [
        Work(one.item, one.quoted_fen, one.actual_fen, one.unneeded, one.is_accepted)
        for one in row.works.all()
    ]


def items_are_settled(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Each basic item is planned or said to be unneeded (民发〔2020〕86号), and something is planned at all."""
    works = works_of(row)
    if missing := unsettled(works):
        names = "、".join(f"{one.category}·{one.title}" for one in missing)
        yield Trouble("", "basic", f"基础项目还没有报价，也没有写“不需要的原因”：{names}。")
    if not any(one.quoted_fen for one in works):
        yield Trouble("", "nothing", "项目清单里还没有报价。")


def quoted(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The quote is the sum of its items."""
    return {"quoted_fen": sum(one.quoted_fen for one in works_of(row))}


def approved_within(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Approved is at most what was quoted."""
    if values["approved_fen"] > row.quoted_fen:
        yield Trouble("approved_fen", "over", "核定金额不能超过报价合计。")


def shown_from_today(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """The publicity runs seven days, today included."""
    return {"public_until": on + timedelta(PUBLIC_DAYS - 1)}


def shown_long_enough(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Works begin after the publicity."""
    if row.public_until is None or on <= row.public_until:
        yield Trouble("", "public", f"公示到 {row.public_until}，期满以后才能开工。")


def works_are_done(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Every planned item has its actual price and how it is now; the sum stays within what was approved."""
    rows = [one for one in row.works.all() if one.quoted_fen]
    for one in rows:
        if not one.actual_fen or not one.after_words:
            yield Trouble("", "undone", f"“{one.get_item_display()}”还没有填实际金额和改造后情况。")
    if sum(one.actual_fen for one in rows) > row.approved_fen:
        yield Trouble("", "over", "实际合计超过核定金额；请核对清单。")


def works_are_good(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Each planned item was found good, with its state before and after."""
    for one in row.works.all():
        if one.quoted_fen and not (one.is_accepted and one.before_words and one.after_words):
            yield Trouble(
                "", "unaccepted", f"“{one.get_item_display()}”没有标“验收合格”，或缺改造前、改造后情况。"
            )
    if values["accepted_on"] > on:
        yield Trouble("accepted_on", "day", "验收日期不能晚于今天。")


def settled(row: Any, by: Reader, on: date) -> dict[str, Any]:
    """What is paid: the least of actual, approved and the cap of the place; without a cap in force, what was approved."""
    actual = sum(one.actual_fen for one in works_of(row))
    entry = found("adaptation_cap", row.division, on)
    cap = entry.urban if entry is not None and isinstance(entry.urban, int) else row.approved_fen
    paid = subsidy(actual, row.approved_fen, cap)
    return {"actual_fen": actual, "cap_fen": cap, "subsidy_fen": paid, "settled_on": on}


def followed_in_time(values: Mapping[str, Any], row: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """The follow-up comes thirty days after acceptance."""
    due = row.accepted_on + timedelta(FOLLOW_DAYS)
    if values["followed_on"] < due:
        yield Trouble("followed_on", "early", f"验收 {FOLLOW_DAYS} 天以后回访，最早 {due}。")


ADAPTATION_WAY = declared(
    Procedure(
        ADAPTATIONS,
        (
            step(
                "verify",
                "核实资格",
                "Verify",
                ("asked",),
                "eligible",
                WRITE,
                needs=("ground",),
                guards=(home_is_known,),
                sets=its_home,
            ),
            step("assess", "入户评估", "Assess at home", ("eligible",), "assessed", WRITE),
            step(
                "agree",
                "签方案和报价",
                "Agree plan and quote",
                ("assessed",),
                "agreed",
                WRITE,
                needs=("signed_on", "contractor"),
                guards=(items_are_settled,),
                sets=quoted,
            ),
            step(
                "publish",
                "核定并公示",
                "Approve and publish",
                ("agreed",),
                "public",
                DECIDE,
                needs=("approved_fen",),
                guards=(approved_within,),
                sets=shown_from_today,
                other_than=("agree",),
            ),
            step("start", "开工", "Begin works", ("public",), "working", WRITE, guards=(shown_long_enough,)),
            step(
                "check",
                "施工方自检",
                "Self-check",
                ("working",),
                "checked",
                WRITE,
                needs=("checked_on",),
                guards=(works_are_done,),
            ),
            step(
                "accept",
                "验收",
                "Accept",
                ("checked",),
                "accepted",
                WRITE,
                needs=("inspector", "accepted_on"),
                asks=("warranty_until",),
                guards=(works_are_good,),
                other_than=("check",),
            ),
            step(
                "settle",
                "结算",
                "Settle",
                ("accepted",),
                "settled",
                DECIDE,
                sets=settled,
                other_than=("accept",),
            ),
            step(
                "follow",
                "回访",
                "Follow up",
                ("settled",),
                "followed",
                WRITE,
                needs=("followed_on", "follow_words"),
                guards=(followed_in_time,),
            ),
            step(
                "refuse",
                "不符合条件",
                "Refuse",
                ("asked", "eligible", "assessed", "agreed", "public"),
                "refused",
                DECIDE,
                reason=True,
                ends=True,
            ),
        ),
    )
)
