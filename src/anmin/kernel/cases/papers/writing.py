"""One function for each kind of paper a case may need: from rows to the data of `kernel.papers`."""

from __future__ import annotations

from datetime import date
from typing import Any

from anmin.kernel.cases.intake.checklist import lacking, materials
from anmin.kernel.cases.intake.models import CaseMaterial
from anmin.kernel.cases.models import Case
from anmin.kernel.cases.papers.gathering import (
    applicant,
    deciding_office,
    decision_of,
    explained,
    family_of,
    head,
    is_money,
    lines_of,
    members,
    party,
    shown_last,
    sources_of,
    step_of,
    with_unit,
)
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.verification.queries import Cell, matrix
from anmin.kernel.divisions.queries import name_of
from anmin.kernel.entitlements.models import Amount, Decision
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.law.clocks import Unit
from anmin.kernel.papers import data
from anmin.kernel.papers.offices import remedy, town_office
from anmin.kernel.papers.words import PaperProblem
from anmin.kernel.screening.rulebooks import rulebook

UNITS = {Unit.WORKING_DAYS.value: "工作日", Unit.CALENDAR_DAYS.value: "日", Unit.MONTHS.value: "月"}


def application(case: Case, on: date) -> data.Paper:
    """The application as it was handed in (申请书)."""
    said = getattr(case, "application", None)
    helper = said.helper if said is not None else None
    beside = said.beside if said is not None else {}
    return data.ApplicationPaper(
        **head(case, said.submitted_on if said is not None else on, town_office(case.division, on)),
        applicant=applicant(case),
        members=members(case),
        residence=case.household.address,
        agent=party(helper) if helper is not None else None,
        channel=case.get_channel_display(),
        incomes=[
            data.Sum(line.title, line.row.declared, "本人申报")
            for line in matrix(case)
            if line.declared is not None and is_money(line.declared.shown)
        ],
        supporters=[
            data.Party(row["name"], phone=row.get("phone", ""), relation=row.get("relation", ""))
            for row in beside.get("kin", [])
            if row.get("name")
        ],
        reason=said.statement if said is not None else "",
        bank=" ".join(filter(None, [beside.get("bank_name", ""), beside.get("bank", "")])),
        payee=case.applicant.name if beside.get("bank") else "",
    )


def acceptance(case: Case, on: date) -> data.Paper:
    """The notice of acceptance (受理通知书)."""
    step = step_taken(case, "accept", "受理")
    clock = min(
        (row for row in case.clocks.all() if row.key == "whole"), key=lambda row: row.round, default=None
    )
    if clock is None:
        raise PaperProblem(f"办件 {case.number} 没有全程期限，受理通知书写不出办结日期")
    return data.AcceptancePaper(
        **head(case, step.on, town_office(case.division, on)),
        to=applicant(case),
        accepted_on=step.on,
        due=clock.due,
        days=clock.number,
        unit=UNITS.get(clock.unit, clock.unit),
        handler=case.handler.display_name if case.handler is not None else "",
    )


def notice_of_missing(case: Case, on: date) -> data.Paper:
    """Everything that is missing, once (一次性告知书)."""
    gap, rows = lacking(case, on), materials(case)
    missing = [data.Item(row.title) for row in gap.papers]
    names = {row.person_id: row.person.name for row in family_of(case)}
    missing += [
        data.Item("核对授权书", f"{names.get(one, '一名成年家庭成员')}还没有签名") for one in gap.adults
    ]
    if not missing:
        raise PaperProblem(f"办件 {case.number} 的材料已经齐了，不用一次性告知")
    state = CaseMaterial.State
    return data.MissingPaper(
        **head(case, on, town_office(case.division, on)),
        to=applicant(case),
        missing=missing,
        free=[data.Item(row.title, row.source) for row in rows if row.state == state.HELD],
        promised=[data.Item(row.title) for row in rows if row.state == state.PROMISED],
        handler=case.handler.display_name if case.handler is not None else "",
    )


def survey_form(case: Case, on: date) -> data.Paper:
    """The survey with the matrix (入户调查表)."""
    step = step_of(case, "record_survey")
    takers = (
        [user.display_name for user in (step.by, step.beside) if user is not None] if step is not None else []
    )
    return data.SurveyPaper(
        **head(case, on, town_office(case.division, on)),
        applicant=applicant(case),
        members=members(case),
        address=case.household.address,
        visited_on=step.on if step is not None else None,
        visitors=takers,
        rows=[
            data.Seen(
                line.title,
                declared=_shown(line.declared),
                departments=_shown(line.checked),
                seen=_shown(line.seen),
                adopted=_shown(line.adopted),
                basis=line.row.get_basis_display(),
            )
            for line in matrix(case)
        ],
    )


def publicity_sheet(case: Case, on: date) -> data.Paper:
    """The sheet for the wall, from the line that was put up (公示单)."""
    found = shown_last(case)
    if found is None:
        raise PaperProblem(f"办件 {case.number} 没有公示过，或依法不公示")
    place = name_of(found.division, found.first_day)
    return data.PublicityPaper(
        **head(case, found.first_day, town_office(case.division, on)),
        place=place,
        rows=[data.Published(found.row["name"], place, found.row["members"], found.row["amount"])],
        first_day=found.first_day,
        last_day=found.last_day,
    )


def decision(case: Case, on: date) -> data.Paper:
    """The decision in favour (确认通知书)."""
    made = decided(case, "确认", "grant")
    first = Amount.objects.filter(decision=made).order_by("first_month").first()
    why = explained(made)
    return data.DecisionPaper(
        **head(case, made.on, deciding_office(case, on), made),
        to=applicant(case),
        recognised=title_of_benefit(made.benefit),
        amount=made.amount or None,
        law=made.law or procedure_of(case).law,
        members=len(case.members.all()),
        first_month=first.first_month if first is not None else None,
        lines=lines_of(why) if why is not None else [],
        remedy=remedy(case.division, on),
    )


def refusal(case: Case, on: date) -> data.Paper:
    """The refusal, sentence with numbers first (不予确认告知书)."""
    made = decided(case, "不予确认", "refuse")
    return data.RefusalPaper(**against(case, on, made), applied_on=case.opened_on)


def termination(case: Case, on: date) -> data.Paper:
    """The end of an application without a decision on it (终止办理告知书)."""
    made = decided(case, "终止办理", "terminate")
    return data.TerminationPaper(**against(case, on, made), applied_on=case.opened_on)


def stop_notice(case: Case, on: date) -> data.Paper:
    """The notice that a benefit stops or is held back (停发告知书、暂停发放告知书)."""
    made = decided(case, "停发或暂停", "stop", "suspend")
    found = case.entitlement
    if found is None:
        raise PaperProblem(f"办件 {case.number} 的决定没有对应的待遇，写不出发到哪个月")
    paid = Amount.objects.filter(entitlement=found, fen__gt=0, last_month__isnull=False)
    last = paid.order_by("-last_month").first()
    return data.StopPaper(
        **against(case, on, made),
        last_month=last.last_month if last is not None else None,
        since=found.first_day,
        suspended=made.outcome == Decision.Outcome.SUSPEND,
    )


def change_notice(case: Case, on: date) -> data.Paper:
    """The notice that an amount changes (变更通知书)."""
    made = decided(case, "变更", "change", "reduce")
    now = Amount.objects.filter(decision=made).order_by("first_month").first()
    if now is None:
        raise PaperProblem(f"办件 {case.number} 的变更决定没有写明金额")
    before = (
        Amount.objects.filter(entitlement=now.entitlement, first_month__lt=now.first_month)
        .order_by("-first_month")
        .first()
    )
    return data.ChangePaper(
        **against(case, on, made),
        before=before.fen if before is not None else 0,
        after=now.fen,
        first_month=now.first_month,
    )


def transfer_consent(case: Case, on: date) -> data.Paper:
    """Consent to go on as another kind (转办同意书)."""
    target = next(iter(procedure_of(case).terms.get("transfers_to", ())), None)
    if target is None:
        raise PaperProblem(f"“{procedure_of(case).title}”没有规定可以转为哪一类")
    return data.TransferPaper(
        **head(case, on, town_office(case.division, on)),
        applicant=applicant(case),
        to_matter=title_of_benefit(target["benefit"]),
        reason="经核查，您家不符合原申请事项的条件，可以转为申请右列事项。",
        kept=[row.title for row in materials(case) if row.state == CaseMaterial.State.RECEIVED],
    )


def summary(case: Case, on: date) -> data.Paper:
    """The case on one form (审核确认表)."""
    made = decision_of(case, "grant", "refuse")
    why = explained(made) if made is not None else None
    survey, check, shown = step_of(case, "record_survey"), step_of(case, "record_check"), shown_last(case)
    first = Amount.objects.filter(decision=made).order_by("first_month").first() if made is not None else None
    granted = made is not None and made.outcome == "grant"
    return data.SummaryPaper(
        **head(case, on, deciding_office(case, on), made),
        applicant=applicant(case),
        members=members(case),
        residence=case.household.address,
        recognised=title_of_benefit(made.benefit) if granted and made is not None else "",
        amount=made.amount if granted and made is not None else None,
        first_month=first.first_month if first is not None else None,
        incomes=[
            data.Sum(line.title, line.row.adopted, line.row.get_basis_display())
            for line in matrix(case)
            if line.adopted is not None and is_money(line.adopted.shown)
        ],
        lines=lines_of(why) if why is not None else [],
        survey=f"{survey.on:%Y-%m-%d} 完成" if survey is not None else "",
        check=f"{check.on:%Y-%m-%d} 完成" if check is not None else "",
        publicity=f"{shown.first_day:%Y-%m-%d} 至 {shown.last_day:%Y-%m-%d}" if shown is not None else "",
        opinions=[data.Opinion("镇街审核意见"), data.Opinion("县级确认意见")],
    )


def why(case: Case, on: date) -> data.Paper:
    """The letter 为什么是这个金额."""
    made = decided(case, "确认", "grant", "change", "reduce")
    found = explained(made)
    if found is None:
        raise PaperProblem(f"办件 {case.number} 的决定不是由规则算出的，没有算式可以说明")
    return data.WhyPaper(
        **head(case, made.on, deciding_office(case, on), made),
        to=applicant(case),
        sentence=f"{'您家' if made.person is None else made.person.name}的{found.title}是{_period(made)} {with_unit(found.shown)}。",
        lines=lines_of(found),
        formula=next((line.text for line in reversed(found.lines) if line.name == found.name), ""),
        steps=sources_of(case, found),
        amount=made.amount or None,
        law=made.law,
    )


def _period(made: Decision) -> str:
    benefit = rulebook().benefits.get(made.benefit)
    return {"month": "每月", "year": "每年", "once": "一次性"}[benefit.period] if benefit is not None else ""


def _shown(cell: Cell | None) -> str:
    return "" if cell is None else cell.shown


def against(case: Case, on: date, made: Decision) -> dict[str, Any]:
    """What papers against somebody share: the decision's first line, and the reason as its taker wrote it."""
    step = made.steps.order_by("-pk").first()
    first = made.reason.split("\n")[0].strip()
    said = {"matter": title_of_benefit(made.benefit)} if made.benefit else {}
    return {
        **head(case, made.on, deciding_office(case, on), made),
        **said,
        "to": applicant(case),
        "sentence": first,
        "reason": (step.reason.strip() if step is not None else "") or first,
        "law": made.law or procedure_of(case).law,
        "remedy": remedy(case.division, on),
    }


def decided(case: Case, title: str, *outcomes: str) -> Decision:
    """The decision that a paper tells; raises PaperProblem before there is one."""
    found = decision_of(case, *outcomes)
    if found is None:
        raise PaperProblem(f"办件 {case.number} 还没有“{title}”的决定，先作出决定再生成文书")
    return found


def step_taken(case: Case, action: str, title: str) -> Any:
    """The last step of a kind; raises PaperProblem before it was taken."""
    found = step_of(case, action)
    if found is None:
        raise PaperProblem(f"办件 {case.number} 还没有“{title}”，先办理这一环节再生成文书")
    return found
