"""A family bed from request to closure: assess, survey, plan, contract, install and accept, review, close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from anmin.domains.elderly.assessment.scoring import LEVELS, Level
from anmin.domains.elderly.places import found, number
from anmin.domains.elderly.powers import ASSESS, DECIDE, WRITE
from anmin.domains.elderly.registers.assessments import AbilityAssessment
from anmin.domains.elderly.registers.beds import BEDS
from anmin.domains.elderly.steps import step
from anmin.kernel.access.queries import Reader
from anmin.kernel.registers.declaring import Trouble
from anmin.kernel.registers.steps import Procedure, declared


def in_force(person: int, on: date) -> AbilityAssessment | None:
    """The assessment of somebody that holds on a day and is not disputed."""
    rows = AbilityAssessment.objects.filter(person=person, state="final", first_day__lte=on, last_day__gte=on)
    return rows.order_by("-first_day", "-pk").first()


def able_enough(values: Mapping[str, Any], bed: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """An assessment that holds, at the level that the place asks for."""
    held = in_force(bed.person_id, on)
    least = number("bed_least_level", bed.division, on)
    if held is None:
        yield Trouble("", "no_assessment", "这位老人没有有效的能力评估；请先评估，或处理异议。")
    elif held.final < least:
        words = f"评估结果为{LEVELS[Level(held.final)]}，本地要求{LEVELS[Level(least)]}及以上；不符合的请办“不符合条件”。"
        yield Trouble("", "level", words)


def with_assessment(bed: Any, by: Reader, on: date) -> dict[str, Any]:
    """The assessment becomes the bed's."""
    return {"assessment": in_force(bed.person_id, on)}


def enough_services(values: Mapping[str, Any], bed: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """At least the services a month that the place asks for, and a contract that has not run out."""
    least = number("bed_least_services", bed.division, on)
    if values["services_month"] < least:
        yield Trouble("services_month", "few", f"本地每月至少 {least} 次。")
    if values["contract_until"] <= on:
        yield Trouble("contract_until", "over", "协议到期日要在今天以后。")


def accepted_in_time(values: Mapping[str, Any], bed: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Acceptance lies between the survey and today, and devices are there."""
    if not bed.surveyed_on <= values["accepted_on"] <= on:
        yield Trouble("accepted_on", "day", "验收日期要在勘察之后、今天或以前。")
    if not bed.devices.exists():
        yield Trouble("", "no_device", "还没有登记设备；请先在“家庭养老床位设备”里登记。")


def set_up(bed: Any, by: Reader, on: date) -> dict[str, Any]:
    """The subsidy for setting up, where the place has set one."""
    entry = found("bed_build_subsidy", bed.division, on)
    return {"build_fen": entry.urban if entry is not None else 0, "reviewed_on": bed.accepted_on}


def surveyed_by_today(values: Mapping[str, Any], bed: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """Nobody surveys tomorrow."""
    if not bed.first_day <= values["surveyed_on"] <= on:
        yield Trouble("surveyed_on", "day", "勘察日期要在申请之后、今天或以前。")


def still_able_enough(values: Mapping[str, Any], bed: Any, by: Reader, on: date) -> Iterator[Trouble]:
    """A review confirms the level; somebody who became better is closed instead."""
    yield from able_enough(values, bed, by, on)


def reviewed_today(bed: Any, by: Reader, on: date) -> dict[str, Any]:
    """The day of the review, and the assessment that holds now."""
    return {"reviewed_on": on, **with_assessment(bed, by, on)}


def refused(bed: Any, by: Reader, on: date) -> dict[str, Any]:
    """Closed because the conditions are not met."""
    return {"closed_because": "refused"}


BED_WAY = declared(
    Procedure(
        BEDS,
        (
            step(
                "assess",
                "关联能力评估",
                "Take the assessment",
                ("asked",),
                "assessed",
                (*ASSESS, *WRITE),
                guards=(able_enough,),
                sets=with_assessment,
            ),
            step(
                "survey",
                "登记入户勘察",
                "Survey at home",
                ("assessed",),
                "surveyed",
                WRITE,
                needs=("surveyed_on",),
                guards=(surveyed_by_today,),
            ),
            step(
                "plan",
                "确定方案",
                "Plan",
                ("surveyed",),
                "planned",
                WRITE,
                needs=("plan", "provider"),
                asks=("provider_code",),
            ),
            step(
                "contract",
                "签订三方协议",
                "Contract of three parties",
                ("planned",),
                "contracted",
                WRITE,
                needs=("contract", "contract_until", "services_month"),
                guards=(enough_services,),
            ),
            step(
                "accept",
                "验收并开通",
                "Accept and open",
                ("contracted",),
                "open",
                DECIDE,
                needs=("accepted_on", "worker"),
                guards=(accepted_in_time,),
                sets=set_up,
                other_than=("survey", "contract"),
            ),
            step(
                "review",
                "半年复核",
                "Half-yearly review",
                ("open",),
                "open",
                (*ASSESS, *WRITE),
                guards=(still_able_enough,),
                sets=reviewed_today,
            ),
            step(
                "close",
                "关闭床位",
                "Close",
                ("asked", "assessed", "surveyed", "planned", "contracted", "open"),
                "closed",
                WRITE,
                needs=("closed_because",),
                reason=True,
                ends=True,
            ),
            step(
                "refuse",
                "不符合条件",
                "Refuse",
                ("asked", "assessed", "surveyed"),
                "refused",
                DECIDE,
                sets=refused,
                reason=True,
                ends=True,
            ),
        ),
    )
)
