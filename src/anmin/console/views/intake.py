"""Intake (受理): find the family, see what is known before a case is opened, fill in the form, hand it in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.console import intakeform
from anmin.console.counterwords import before_words, worded
from anmin.console.intakeform import IntakeForm
from anmin.console.keeping import keeps_typed_here, kept_here
from anmin.console.personpage import rows_of
from anmin.console.views.desk import Desk, needs
from anmin.console.views.scans import take_files
from anmin.kernel.access.delegations.queries import may_act_for
from anmin.kernel.access.taking.actions import take
from anmin.kernel.audit import actions as audit
from anmin.kernel.cases.actions import StepRefused
from anmin.kernel.cases.intake import actions, queries
from anmin.kernel.cases.matters import Matter, matters, procedure_for
from anmin.kernel.cases.procedures import ProcedureProblem
from anmin.kernel.cases.scans.queries import scans_of_draft
from anmin.kernel.exchange.checks.queries import adults_seen
from anmin.kernel.exchange.consents import queries as consents
from anmin.kernel.people import queries as people
from anmin.kernel.people import searches
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.errors import PolicyError

LONGEST = 60
FILE = ("case.file", "case.accept")


@needs(*FILE)
def start(desk: Desk) -> HttpResponse:
    """Find whom an application is for. What was typed is kept sealed and is never part of an address."""
    request = desk.request
    if request.method == "POST":
        typed = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST]
        address = reverse("console:intake")
        handle = f"?s={searches.remember(request.session, typed)}" if typed else ""
        return HttpResponseRedirect(f"{address}{handle}")
    handle = desk.written("s")
    text = searches.recalled(request.session, handle) if handle else ""
    found = people.search(desk.reader, text) if text else None
    rows = []
    if found is not None and found.people:
        _note(desk, [row.pk for row in found.people], "list", "list")
        rows = rows_of(found.people, desk.today)
    drafts = [(row, _title(row)) for row in queries.drafts(desk.reader)[:20]]
    return desk.page(
        "intake",
        "intake",
        q=text,
        found=found,
        rows=rows,
        drafts=drafts,
        is_forgotten=bool(handle) and not text,
        may_ask=desk.reader.may("register.ask"),
    )


@needs(*FILE)
def before(desk: Desk, pk: int) -> HttpResponse:
    """What is known before a case is opened: benefits, cases, refusals, forms and bank cards; then the matter is chosen."""
    person = people.person(desk.reader, pk)
    if person is None:
        raise Http404
    here = people.membership_on(person, desk.today)
    home = people.household(desk.reader, here.household.number) if here is not None else None
    offered, trouble = _matters(home, desk) if home is not None else ([], "")
    if desk.request.method == "POST" and home is not None:
        chosen = desk.request.POST.get("matter", "")
        if chosen in {row.key for row in offered}:
            channel = "counter" if desk.reader.may("case.accept", home.division) else "worker"
            draft = actions.keep_draft(
                by=desk.reader,
                token=secrets.token_hex(12),
                matter=chosen,
                division=home.division,
                household=home,
                content={"applicant": person.pk, "channel": channel},
            )
            return HttpResponseRedirect(reverse("console:intake_form", args=[draft.token]))
        trouble = _("请选择一个事项。")
    members = people.members_on(desk.reader, home, desk.today) if home is not None else []
    keys = [row.person_id for row in members] or [person.pk]
    _note(desk, keys, "page", "intake", division=person.division)
    known = _known(desk, home, offered) if home is not None else []
    return desk.page(
        "intake_before",
        "intake",
        person=person,
        home=home,
        members=rows_of([row.person for row in members], desk.today),
        known=known,
        same_card=queries.same_card(desk.reader, keys) if home is not None else [],
        drafts=[(row, _title(row)) for row in queries.drafts_beside(home)[:10]] if home is not None else [],
        matters=offered,
        trouble=trouble,
    )


@keeps_typed_here
@needs(*FILE)
def form(desk: Desk, token: str) -> HttpResponse:
    """The form. Every change is kept; what is wrong is said at its field and nothing is lost."""
    draft = queries.draft_of(token, reader=desk.reader)
    if draft is None or draft.household is None:
        raise Http404
    if draft.case is not None:
        return HttpResponseRedirect(reverse("console:case_materials", args=[draft.case.number]))
    if desk.request.method == "POST":
        return _Sent(desk, draft).answer()
    given = kept_here(desk.request)
    if given:
        messages.success(desk.request, _("登录前填的内容还在，已经放回表里。请看过再保存或提交。"))
        return _page(desk, draft, intakeform.written_in(given, draft.content))
    return _page(desk, draft, draft.content)


class _Sent:
    """A form as it was sent: kept first, then what the button asks is done."""

    def __init__(self, desk: Desk, draft: Any) -> None:
        self.desk, self.draft = desk, draft
        given = desk.request.POST
        self.what = given.get("what", "save")
        seen = given.get("seen", "")
        self.seen = int(seen) if seen.isdigit() and len(seen) < 9 else 0
        self.content = intakeform.written_in(given, draft.content)

    def answer(self) -> HttpResponse:
        """The page again, the case that was made of it, or for a script how it stands with the draft."""
        is_script = self.desk.request.headers.get("X-Draft") == "1"
        prefilled = queries.prefilled_for(
            self.desk.reader, self.draft.household, self.draft.matter, self.desk.today
        )
        told = self._changed(prefilled)
        try:
            draft = self._keep()
        except actions.DraftMoved as moved:
            if is_script:
                words = _("这份草稿在另一个页面保存过；刷新前请先看清，本页内容还没有存。")
                return JsonResponse({"words": words, "version": moved.draft.version}, status=409)
            return _page(self.desk, moved.draft, self.content, moved=_differences(moved.draft, self.content))
        if is_script:
            at = timezone.localtime(draft.saved_at)
            return JsonResponse(
                {"words": _("已保存 %(at)s") % {"at": f"{at:%H:%M:%S}"}, "version": draft.version}
            )
        refusals = take_files(self.desk, draft=draft)
        if self.what == "submit" and not refusals:
            return self._submitted(draft, prefilled)
        if told:
            messages.success(self.desk.request, told)
        elif self.what == "save":
            messages.success(self.desk.request, _("已保存。可以随时从“受理”里接着填。"))
        return _page(self.desk, draft, draft.content, refusals=refusals)

    def _keep(self) -> Any:
        return actions.keep_draft(
            by=self.desk.reader,
            token=self.draft.token,
            matter=self.draft.matter,
            division=self.draft.division,
            content=self.content,
            seen=self.seen,
            household=self.draft.household,
        )

    def _changed(self, prefilled: queries.Prefilled) -> str:
        """Read what was pasted, take the good rows, or leave a row out; says what was done."""
        facts = intakeform.person_facts(prefilled)
        if self.what == "paste":
            self.content = intakeform.with_paste(self.content, facts, self.desk.today)
            return _("已读入 %(n)d 行，请核对。") % {"n": len(self.content["rows"])}
        if self.what == "take":
            self.content, taken = intakeform.with_rows_taken(self.content, prefilled, self.desk.today)
            return _("已把 %(n)d 行填进成员表。") % {"n": taken}
        if self.what.startswith("drop-") and self.what[5:].isdigit():
            place = int(self.what[5:]) - 1
            rows = self.content.get("rows", [])
            self.content = {**self.content, "rows": [row for at, row in enumerate(rows) if at != place]}
            return _("已去掉这一行。")
        return ""

    def _submitted(self, draft: Any, prefilled: queries.Prefilled) -> HttpResponse:
        try:
            filled = _application(self.desk, draft, prefilled)
            case = actions.file_application(by=self.desk.reader, form=filled, on=self.desk.today)
        except queries.FormProblem as trouble:
            return _page(self.desk, draft, draft.content, troubles=trouble.fields)
        except (StepRefused, ProcedureProblem, PolicyError) as trouble:
            return _page(self.desk, draft, draft.content, refusals=worded(trouble))
        messages.success(self.desk.request, _("申请已提交，编号 %(number)s。") % {"number": case.number})
        return HttpResponseRedirect(reverse("console:case_materials", args=[case.number]))


def _application(desk: Desk, draft: Any, prefilled: queries.Prefilled) -> queries.ApplicationForm:
    """The application as it is handed in; raises FormProblem naming everything that is wrong."""
    content = draft.content
    procedure = procedure_for(draft.matter, draft.household.division, desk.today)
    left_out = {int(key): reason for key, reason in content.get("left_out", {}).items()}
    wrong: dict[Any, str] = {}
    if content.get("rows"):
        wrong["rows"] = _("粘贴的成员还有 %(n)d 行没有处理：填进成员表，或去掉") % {"n": len(content["rows"])}
    if not content.get("statement", "").strip():
        wrong["statement"] = _("请写申请原因：家里遇到了什么困难")
    helper = None
    if written := content.get("helper", "").strip():
        found = people.search(desk.reader, written).people
        helper = found[0] if len(found) == 1 else None
        if helper is None:
            wrong["helper"] = _("按“%(text)s”没有找到唯一的人，请写证件号码") % {"text": written}
        elif not may_act_for(helper.pk, intakeform.applicant_of(prefilled, content).pk, "apply", desk.today):
            wrong["helper"] = _("还没有登记%(name)s可以代办：请先登记委托，再提交") % {"name": helper.name}
    said: tuple[Any, ...] = ()
    try:
        said = queries.read_form(procedure, intakeform.said_in(content, prefilled))
    except queries.FormProblem as trouble:
        wrong |= trouble.fields
    if wrong:
        raise queries.FormProblem(wrong)
    applicant = intakeform.applicant_of(prefilled, content)
    known = intakeform.reached_by(applicant)
    return queries.ApplicationForm(
        matter=draft.matter,
        household=draft.household,
        applicant=applicant,
        members=tuple(row for row in prefilled.members if row.person_id not in left_out),
        said=said,
        channel=content.get("channel") or "counter",
        token=draft.token,
        statement=content["statement"],
        contact=content.get("contact") or known[0],
        helper=helper,
        agrees_to_transfer=bool(content.get("agrees")),
        left_out=left_out,
        given=frozenset(content.get("given", ())),
        promised=frozenset(content.get("promised", ())),
        beside={
            "bank": content.get("bank") or known[1],
            "bank_name": content.get("bank_name", ""),
            "kin": content.get("kin", []),
        },
    )


def _page(
    desk: Desk,
    draft: Any,
    content: Mapping[str, Any],
    *,
    troubles: Mapping[Any, str] | None = None,
    refusals: list[tuple[str, str]] | None = None,
    moved: list[tuple[str, str, str]] | None = None,
) -> HttpResponse:
    home = draft.household
    try:
        procedure = procedure_for(draft.matter, home.division, desk.today)
    except ProcedureProblem as trouble:
        raise PolicyError("procedure", what=str(trouble), todo=_("请县级民政局补上本地办理程序")) from trouble
    prefilled = queries.prefilled_for(desk.reader, home, draft.matter, desk.today)
    shown: IntakeForm = intakeform.intake_form(
        prefilled, procedure, home, content, on=desk.today, troubles=troubles
    )
    keys = [row.person_id for row in prefilled.members]
    _note(desk, keys, "page", "intake", division=home.division)
    papers = queries.papers_of(procedure)
    scans = scans_of_draft(draft)
    asked = procedure.intake.get("sources", ())
    return desk.page(
        "intake_form",
        "intake",
        draft=draft,
        form=shown,
        content=content,
        procedure=procedure,
        papers=[
            (one, _state(one, content, scans), [row for row in scans if row.key == one.key]) for one in papers
        ],
        adults=_adults(desk, home, asked),
        asks_mandate=bool(asked),
        known=_known(desk, home, [Matter(draft.matter, procedure.title, procedure.benefits, True)]),
        same_card=queries.same_card(desk.reader, keys, content.get("bank", "")),
        others=[row for row in queries.drafts_beside(home)[:10] if row.pk != draft.pk],
        troubles=_summary(troubles or {}, shown),
        words={str(key): words for key, words in (troubles or {}).items() if isinstance(key, str)},
        refusals=refusals or [],
        moved=moved or [],
        channels=[("counter", _("窗口")), ("worker", _("村居代办")), ("found", _("主动发现"))],
    )


def _state(paper: Any, content: Mapping[str, Any], scans: list[Any]) -> str:
    if paper.held_by:
        return "held"
    if paper.key in content.get("given", ()) or any(
        row.key == paper.key and row.state == "kept" for row in scans
    ):
        return "received"
    return "promised" if paper.key in content.get("promised", ()) else "asked"


def _summary(troubles: Mapping[Any, str], shown: IntakeForm) -> list[tuple[str, str]]:
    """Everything that is wrong: the place to jump to, and the words with the member's name."""
    names = {row.person.pk: row.person.name for row in shown.members}
    found = []
    for key, words in troubles.items():
        if isinstance(key, tuple) and key[0] == "members":
            found.append((f"left-{key[1]}", f"{names.get(key[1], '')}：{words}"))
        elif isinstance(key, tuple):
            whose = f"{names.get(key[0], '')}：" if key[0] is not None else ""
            found.append((f"f-{key[0] if key[0] is not None else 'h'}-{key[1]}", whose + words))
        else:
            found.append((key, words))
    return found


def _differences(draft: Any, content: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What another page saved since, beside what stands here: field, there, here."""
    there, facts = draft.content, rulebook().facts
    rows = []
    for key in {**there.get("said", {}), **content.get("said", {})}:
        before, now = there.get("said", {}).get(key, ""), content.get("said", {}).get(key, "")
        if before != now:
            name = key.rsplit("-", 1)[-1]
            rows.append((facts[name].title if name in facts else name, before, now))
    for key, title in (("statement", _("申请原因")), ("contact", _("联系电话")), ("bank", _("银行卡号"))):
        if there.get(key, "") != content.get(key, ""):
            rows.append((title, there.get(key, ""), content.get(key, "")))
    return rows


def _adults(desk: Desk, home: Any, asked: Any) -> list[tuple[Any, bool]]:
    """The adults whom the reader sees, and whether each has authorised everything that is checked."""
    seen = adults_seen(desk.reader, home, desk.today)
    lacking = {row.person for row in consents.missing_of([row.pk for row in seen], asked, desk.today)}
    return [(row, row.pk not in lacking) for row in seen]


def _matters(home: Any, desk: Desk) -> tuple[list[Matter], str]:
    try:
        return [row for row in matters(home.division, desk.today) if row.can_be_applied_for], ""
    except ProcedureProblem as trouble:
        return [], str(trouble)


def _known(desk: Desk, home: Any, offered: list[Matter]) -> list[dict[str, Any]]:
    """Cases under way, benefits running and refusals of the year, of anybody in the household, each once."""
    found = {}
    for one in offered:
        for row in queries.before_opening(desk.reader, home, one.key, desk.today):
            found.setdefault((row.kind, row.what, row.on, row.division), row)
    titles = {row.key: row.title for row in offered}
    rows = sorted(found.values(), key=lambda row: row.on, reverse=True)
    return [before_words(row, titles, desk.today) for row in rows]


def _title(draft: Any) -> str:
    try:
        return procedure_for(draft.matter, draft.division, timezone.localdate()).title
    except ProcedureProblem:
        return str(draft.matter)


def _note(desk: Desk, keys: list[int], klass: str, field: str, division: str = "") -> None:
    take(reader=desk.reader, klass=klass, person_ids=keys)
    audit.record_reads(
        by=desk.reader.user, person_ids=keys, via=desk.reader.via, fields=[field], division=division
    )
