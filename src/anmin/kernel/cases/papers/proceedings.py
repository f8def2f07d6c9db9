"""Papers of what happens around a decision (程序文书): authorisation, assessment, meeting, what is proposed, claimed back, answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from anmin.kernel.cases.deaths.queries import CLUE, clue_of, draft_to_family
from anmin.kernel.cases.intake.models import CaseMember
from anmin.kernel.cases.matters import kind_of
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.papers.gathering import (
    applicant,
    deciding_office,
    family_of,
    head,
    lines_of,
    party,
    step_of,
    with_unit,
)
from anmin.kernel.cases.papers.writing import against, decided, step_taken
from anmin.kernel.cases.queries import procedure_of
from anmin.kernel.cases.upkeep.queries import Outlook, outlook
from anmin.kernel.cases.upkeep.telling import whose_benefit
from anmin.kernel.cases.verification.actions import INDICATORS
from anmin.kernel.cases.verification.queries import result_of
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import title_of_benefit
from anmin.kernel.exchange.checks.queries import check_sources
from anmin.kernel.exchange.consents.queries import adults_of, notice_in_force
from anmin.kernel.papers import data
from anmin.kernel.papers.offices import town_office
from anmin.kernel.papers.words import PaperProblem, money
from anmin.kernel.payments.recovery.queries import found_for, months_of, open_for
from anmin.lib.calendar import add_months
from anmin.policy.codes import Relation
from anmin.policy.errors import PolicyError

CONSENT_MONTHS = 6
"""How long a sheet of authorisation holds: no longer than a review needs."""
SELF, HALF, FULL = "具备生活自理能力", "部分丧失生活自理能力", "完全丧失生活自理能力"
MOST_OF_HALF = 3
"""Indicators not met: up to three is 部分丧失, four and more 完全丧失 (民发〔2021〕43号 §20)."""
PROPOSALS = ("propose", "propose_urgent")


def authorisation(case: Case, on: date) -> data.Paper:
    """The sheet that every adult of the family signs before departments are asked (核对授权书)."""
    asked, notice = procedure_of(case).intake.get("sources", ()), notice_in_force("check", on)
    if not asked or notice is None:
        raise PaperProblem(f"“{procedure_of(case).title}”不向部门核对经济状况，不用授权书")
    adults, known, rows = set(adults_of(case.household, on)), check_sources(), family_of(case)
    signers = [party(row.person, _relation(case, row)) for row in rows if row.person_id in adults] or [
        applicant(case)
    ]
    return data.AuthorisationPaper(
        **head(case, on, deciding_office(case, on)),
        applicant=applicant(case),
        signers=signers,
        sources=list(dict.fromkeys(known[key].department if key in known else key for key in asked)),
        first_day=on,
        last_day=add_months(on, CONSENT_MONTHS),
        notice=notice.text,
        notice_version=notice.key,
    )


def _relation(case: Case, row: CaseMember) -> str:
    return "本人" if row.person_id == case.applicant_id else Relation.of(row.relation).title


def assessment(case: Case, on: date) -> data.Paper:
    """The assessment of self-care by two (生活自理能力评估表), of the person assessed last."""
    step = step_taken(case, "record_assessment", "自理能力评估")
    row = next((one for one in family_of(case) if one.person_id == step.details["person"]), None)
    if row is None:
        raise PaperProblem(f"办件 {case.number} 评估的人已不在申请人员中，请重新评估")
    met, unmet = step.details["met"], int(step.details["unmet"])
    return data.AssessmentPaper(
        **head(case, step.on, deciding_office(case, on)),
        person=party(row.person, address=case.household.address),
        assessed_on=step.on,
        indicators=[data.Item(title, "能" if met[key] else "不能") for key, title in INDICATORS.items()],
        grade=SELF if not unmet else HALF if unmet <= MOST_OF_HALF else FULL,
        assessors=_takers(step),
    )


def minutes(case: Case, on: date) -> data.Paper:
    """The minutes of a meeting on this case alone (一事一议会议纪要)."""
    step = step_taken(case, "record_meeting", "记录会议结论")
    called = step_of(case, "call_meeting", before=step.number)
    return data.MinutesPaper(
        **head(case, step.on, deciding_office(case, on)),
        subject=applicant(case),
        held_on=step.on,
        place=step.details.get("place", ""),
        present=list(step.told.get("present", ())) or _takers(step),
        question=called.reason if called is not None else "",
        opinions=[data.Item(row["who"], row["words"]) for row in step.told.get("said", ())],
        result=step.reason,
    )


def _takers(step: Step) -> list[str]:
    return [user.display_name for user in (step.by, step.beside) if user is not None]


def notice_of_change(case: Case, on: date) -> data.Paper:
    """What is about to be decided against a family, told before (拟变更告知书); nothing is decided by it."""
    if case.entitlement is None:
        raise PaperProblem(f"办件 {case.number} 不是对正在享受的待遇的复核或追回，没有拟作的变更")
    told, proposed = step_of(case, "tell"), step_of(case, *PROPOSALS)
    said = told or proposed
    if said is None:
        raise PaperProblem(f"办件 {case.number} 还没有提出变动意见，先办理这一环节再生成文书")
    sentence, lines = _proposal(case, said.on)
    clock = case.clocks.filter(key__in=("hear", "answer")).order_by("-pk").first()
    reason = "家里有人去世。" if case.form.get(CLUE) else (proposed or said).reason.strip()
    return data.ProposedChangePaper(
        **head(case, said.on, deciding_office(case, on))
        | {"matter": title_of_benefit(case.entitlement.benefit)},
        to=applicant(case),
        sentence=sentence,
        law=procedure_of(case).law,
        reason=reason,
        lines=lines,
        hear_by=clock.due if clock is not None and told is not None else None,
    )


def _proposal(case: Case, on: date) -> tuple[str, list[data.Line]]:
    """The first sentence with its amounts, and the sum behind the new one where the rules give one."""
    assert case.entitlement is not None
    title = f"{whose_benefit(case, on)}的{title_of_benefit(case.entitlement.benefit)}"
    if kind_of(case.matter) == "recovery":
        return _overpaid(case.entitlement, title), []
    if case.form.get(CLUE):
        return "".join(draft_to_family(case, _dead(case, on), on)[:2]), []
    try:
        found = outlook(case, on=on)
    except PolicyError:
        return f"{title}拟作变动。", []
    if found.outcome == "keep":
        return f"{title}现在{_each(found)} {money(found.before)} 元，拟作变动。", []
    return _sentence(title, found), _sum(case, on)


def _sentence(title: str, found: Outlook) -> str:
    if found.outcome == "stop":
        return (
            f"核查发现情况有变化，不再符合条件。{title}现在{_each(found)} {money(found.before)} 元，拟停发。"
        )
    less = found.after < found.before
    return (
        f"核查发现情况有变化，拟把{title}由{_each(found)} {money(found.before)} 元改为 {money(found.after)} 元，"
        f"{_each(found)}{'少' if less else '多'} {money(abs(found.difference))} 元。"
    )


def _each(found: Outlook) -> str:
    return "每年" if found.is_yearly else "每月"


def _sum(case: Case, on: date) -> list[data.Line]:
    result = result_of(case, on=on)
    if not result.outcome.plan.outputs:
        return []
    found = result.why()
    return lines_of(found) or [data.Line(found.title, with_unit(found.shown))]


def _dead(case: Case, on: date) -> str:
    clue = clue_of(case, on)
    row = case.members.select_related("person").filter(person_id=clue.person).first() if clue else None
    return row.person.name if row is not None else case.applicant.name


def _overpaid(row: Entitlement, title: str) -> str:
    known = open_for(row.pk)
    if known is None:
        return f"经核实，{title}有一部分可能多发了。我们先听您说明，再作决定。"
    months = [month for month, _paid, _over in months_of(known)]
    span = f"{months[0].year} 年 {months[0].month} 月至 {months[-1].year} 年 {months[-1].month} 月，"
    return f"经核实，{span}{title}多发了 {money(known.fen)} 元，拟请您退回。我们先听您说明，再作决定。"


def recovery_notice(case: Case, on: date) -> data.Paper:
    """The notice to pay back what was paid too much (追回告知书), by the decision of a person."""
    made = decided(case, "追回", "recover")
    if case.entitlement is None or made.amount is None:
        raise PaperProblem(f"办件 {case.number} 的追回决定没有对应的待遇和金额")
    found = found_for(case.entitlement.pk, made.amount, made)
    clock = case.clocks.filter(key="pay").order_by("-round").first()
    agreed = step_of(case, "agree")
    months = (
        [data.PaidMonth(month, paid, paid - over) for month, paid, over in months_of(found)] if found else []
    )
    return data.RecoveryPaper(
        **against(case, on, made),
        amount=made.amount,
        months=months,
        pay_by=clock.due if clock is not None else None,
        in_parts=f"已商定：{agreed.reason.strip()}" if agreed is not None else "",
    )


def answer(case: Case, on: date) -> data.Paper:
    """The answer to an objection to the sheet, a complaint or a request to check again (答复书), to whoever raised it."""
    step = step_of(case, "answer", "uphold")
    if step is not None:
        asked = min(case.steps.all(), key=lambda row: row.number)
        return _answer(case, step.on, applicant(case), asked.on, asked.reason, step.reason)
    settled = [one for one in case.objections.all() if one.settled_on is not None]
    row = max(settled, key=lambda one: (one.settled_on, one.pk), default=None)
    if row is None:
        raise PaperProblem(f"办件 {case.number} 没有已经答复的异议或投诉，先答复再生成文书")
    result = "异议成立。" if row.is_upheld else "异议不成立。"
    who = data.Party(row.objector or "提出异议的居民")
    return _answer(case, row.settled_on, who, row.received_on, row.words, result + row.answer)


def _answer(case: Case, on: Any, to: data.Party, received_on: Any, question: str, words: str) -> data.Paper:
    return data.AnswerPaper(
        **head(
            case,
            on,
            town_office(case.division, on) if case.objections.exists() else deciding_office(case, on),
        ),
        to=to,
        received_on=received_on,
        question=question.strip(),
        answer=words.strip(),
        law=procedure_of(case).law,
    )
