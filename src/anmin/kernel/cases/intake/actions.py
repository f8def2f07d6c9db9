"""Keep a draft, hand in an application, accept it or say once what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import Opening, StepRefused, add_cause, open_case, take_step
from anmin.kernel.cases.guards import Obstacle
from anmin.kernel.cases.intake.checklist import lacking, papers_of, rows_for
from anmin.kernel.cases.intake.forms import ApplicationForm, check_form
from anmin.kernel.cases.intake.models import Application, CaseMaterial, CaseMember, Draft
from anmin.kernel.cases.matters import procedure_for
from anmin.kernel.cases.models import Case, Step
from anmin.kernel.cases.parties import Applicant
from anmin.kernel.cases.relatives.queries import related_staff
from anmin.kernel.cases.scans.actions import attach_scans, finish_scan
from anmin.kernel.cases.scans.models import Scan
from anmin.kernel.cases.verification.actions import declare
from anmin.kernel.keys.fields import next_keys
from anmin.kernel.people.models import Household, Membership
from anmin.kernel.people.queries import in_force

RELATIVE = "relative_of_handler"
"""The special cause of a case whose family has a member of staff among its near relatives (57号：单独登记备案)."""


class DraftMoved(Exception):
    """A draft was saved elsewhere since the page was opened; `draft` is what it says now."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("这份草稿在另一个页面保存过，请看过新内容再继续"))
        self.draft = draft


@transaction.atomic
def keep_draft(
    *,
    by: Reader | Applicant,
    token: str,
    matter: str,
    division: str,
    content: Mapping[str, Any],
    seen: int = 0,
    household: Household | None = None,
) -> Draft:
    """Keep what was typed (保存草稿). `seen` is the version the page was opened with, 0 for a new one.

    The same words sent again, as a second press of a button does, change nothing.

    Raises:
        DraftMoved: when something else was saved elsewhere since.
        PermissionError: when the form is somebody else's.
    """
    row = Draft.objects.select_for_update().filter(token=token).first()
    owner, resident = user_of(by), by.person if isinstance(by, Applicant) else None
    if row is None:
        row = Draft(
            token=token,
            matter=matter,
            division=division,
            owner=owner,
            resident_id=resident,
            household=household,
            level=household.level if household is not None else 1,
        )
    elif (row.owner_id, row.resident_id) != (owner.pk if owner else None, resident):
        raise PermissionError(_("这份草稿是别人的"))
    elif row.version != seen:
        if row.content == content:
            return row
        raise DraftMoved(row)
    else:
        row.version += 1
    row.content, row.household = dict(content), household or row.household
    row.save()
    return row


@transaction.atomic
def file_application(*, by: Any, form: ApplicationForm, on: date) -> Case:
    """Hand in an application (提交申请). The same form sent twice is one case.

    Raises:
        FormProblem: naming every field that is wrong; nothing is written then.
        ProcedureProblem: when the place has not fixed what the matter needs; the message names who can.
    """
    draft = Draft.objects.select_for_update().filter(token=form.token).first()
    if known := Case.objects.filter(token=form.token).first():
        return known
    procedure = procedure_for(form.matter, form.household.division, on)
    living = Membership.objects.filter(in_force(on), household=form.household, is_double=False)
    check_form(form, procedure, living)
    people = [row.person for row in form.members]
    opening = Opening(
        number=number_for(form.matter, form.household.division, on),
        division=form.household.division,
        household_id=form.household.pk,
        applicant_id=form.applicant.pk,
        channel=form.channel,
        token=form.token,
        causes=form.causes,
        level=form.household.level,
    )
    case = open_case(by=by, procedure=procedure, opening=opening, on=on, form={})
    CaseMember.objects.bulk_create(
        CaseMember(case=case, person=person, relation=row.relation, position=at)
        for at, (person, row) in enumerate(zip(people, form.members, strict=True))
    )
    Application(
        case=case,
        statement=form.statement.strip(),
        contact=form.contact.strip(),
        helper=form.helper,
        agrees_to_transfer=form.agrees_to_transfer,
        beside=dict(form.beside),
        left_out={str(person): reason for person, reason in form.left_out.items()},
        submitted_on=on,
    ).save()
    scanned = (
        frozenset(draft.scans.filter(state="kept").values_list("key", flat=True)) if draft else frozenset()
    )
    CaseMaterial.objects.bulk_create(
        rows_for(case, papers_of(procedure), form.given | scanned, on, promised=form.promised)
    )
    declare(by=by, case=case, said=form.said)
    if related_staff(case):
        add_cause(by=by, case=case, cause=RELATIVE, reason=_("家庭成员是经办人员或其近亲属，单独登记备案"))
    if draft is not None:
        Draft.objects.filter(pk=draft.pk).update(case=case)
        attach_scans(by=by, draft=draft, case=case)
    take_step(by=by, case=case, action="submit", on=on, seen=0)
    case.refresh_from_db()
    return case


def number_for(matter: str, division: str, on: date) -> str:
    """The number of a new case: matter, county, month and a running number that is never used again."""
    return f"{matter[:3].upper()}{division[:6]}{on:%Y%m}{next_keys(Case, 1)[0]:07d}"


@transaction.atomic
def accept(*, by: Any, case: Case, on: date, seen: int, causes: Iterable[str] = ()) -> Step:
    """Accept an application (受理): the clocks start. Refuses while anything is missing, naming all of it."""
    if missing := lacking(case, on):
        raise StepRefused([Obstacle("missing", words) for words in missing.sentences()])
    for cause in causes:
        add_cause(by=by, case=case, cause=cause, reason=_("受理时认定的特殊情形"))
    return take_step(by=by, case=case, action="accept", on=on, seen=seen)


@transaction.atomic
def ask_for_more(*, by: Any, case: Case, on: date, seen: int, more: Iterable[str] = ()) -> Step:
    """Say once, and completely, what is missing (一次性告知). `more` are sentences beside the checklist.

    Raises:
        StepRefused: when nothing is missing, or it was said before: what was not named then may not be asked now.
    """
    missing = lacking(case, on)
    sentences = [*missing.sentences(), *(line.strip() for line in more if line.strip())]
    if not sentences:
        raise StepRefused([Obstacle("nothing_missing", _("材料已经齐全，请直接受理"))])
    earlier = case.steps.filter(action="ask_for_more").order_by("number").first()
    if earlier is not None and (extra := set(sentences) - set(earlier.told.get("missing", ()))):
        words = _("补正只能一次性告知，这次多出了：%(what)s") % {"what": "、".join(sorted(extra))}
        raise StepRefused([Obstacle("told_once", words)])
    return take_step(
        by=by,
        case=case,
        action="ask_for_more",
        on=on,
        seen=seen,
        reason="；".join(sentences),
        details={"missing": sentences},
    )


@transaction.atomic
def receive_material(
    *, by: Any, case: Case, key: str, on: date, state: str = CaseMaterial.State.RECEIVED
) -> CaseMaterial:
    """Note that a paper came (收到材料), or that its content was promised in writing (告知承诺)."""
    row = case.materials.select_for_update().get(key=key)
    if state not in (CaseMaterial.State.RECEIVED, CaseMaterial.State.PROMISED):
        raise ValueError(f"a material cannot become {state}")
    row.state, row.on, row.by = state, on, user_of(by)
    row.save()
    audit.record(
        by=signature(by),
        act="cases.receive_material",
        subject=case,
        after={"key": key, "state": state},
        division=case.division,
    )
    return row


@transaction.atomic
def receive_scan(*, by: Any, scan: Scan, on: date) -> Scan:
    """Keep a complete scan and note its paper of the checklist as received (收到扫描件). See `scans.actions.finish_scan`."""
    row = finish_scan(by=by, scan=scan, on=on)
    if row.case is not None and row.key:
        asked = row.case.materials.filter(key=row.key, state=CaseMaterial.State.ASKED)
        for material in asked:
            receive_material(by=by, case=row.case, key=material.key, on=on)
    return row


@transaction.atomic
def supply(*, by: Any, case: Case, keys: Iterable[str], on: date, seen: int) -> Step:
    """Hand in what was missing (补齐材料); the clock of acceptance goes on."""
    for key in keys:
        receive_material(by=by, case=case, key=key, on=on)
    return take_step(by=by, case=case, action="supply", on=on, seen=seen)
