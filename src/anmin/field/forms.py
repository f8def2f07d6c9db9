"""A visit as a form or a phone sends it, read into what the kernel takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.delivery.services import Service
from anmin.kernel.delivery.visits.answers import FormProblem, VisitForm


def given_in(posted: QueryDict, service: Service) -> dict[str, Any]:
    """The answers of a posted form, by question."""
    found: dict[str, Any] = {}
    for question in service.questions:
        if question.kind == "many":
            found[question.key] = posted.getlist(question.key)
        elif question.key in posted:
            found[question.key] = posted[question.key]
    return found


def form_of(posted: QueryDict, service: Service, household: str, person: int | None) -> VisitForm:
    """A posted form; raises FormProblem for times and keys that cannot be read."""
    base = {
        one.key: [uid for uid in posted.get(f"base-{one.key}", "").split(",") if uid]
        for one in service.questions
        if one.is_kept
    }
    now = timezone.now()
    happened = as_moment(posted.get("happened_at", "")) or now
    return VisitForm(
        key=_key(posted.get("key", "")),
        service=service.key,
        household=household,
        person=person,
        version=service.version,
        happened_at=min(happened, now),
        recorded_at=now,
        answers=given_in(posted, service),
        base=base,
        next_on=_day(posted.get("next_on", "")),
    )


def sent_form(body: Mapping[str, Any], key: str) -> VisitForm:
    """A visit out of a phone's outbox; raises FormProblem for what cannot be read."""
    happened, recorded = (
        as_moment(str(body.get("happened_at", ""))),
        as_moment(str(body.get("recorded_at", ""))),
    )
    if happened is None or recorded is None:
        raise FormProblem({"happened_at": _("发生时间读不出来，请重新选。")})
    person, base, answers = body.get("person"), body.get("base", {}), body.get("answers", {})
    if not isinstance(base, dict) or not isinstance(answers, dict):
        raise FormProblem({"answers": _("这张表读不出来，请刷新页面后重填。")})
    version = body.get("version", 1)
    return VisitForm(
        key=_key(key),
        service=str(body.get("service", "")),
        household=str(body.get("household", ""))[:50],
        person=int(person) if isinstance(person, int | str) and str(person).isdigit() else None,
        version=version if isinstance(version, int) else 1,
        happened_at=min(happened, recorded),
        recorded_at=recorded,
        answers=answers,
        base={str(name): [str(uid) for uid in uids] for name, uids in base.items() if isinstance(uids, list)},
        next_on=_day(str(body.get("next_on") or "")),
    )


def as_moment(text: str) -> datetime | None:
    """A moment as a form or a phone writes it, in the place's time where it names no zone."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else timezone.make_aware(found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _key(text: str) -> str:
    if not 16 <= len(text) <= 40 or not text.replace("-", "").isalnum():
        raise FormProblem({"key": _("这一页太旧了，请刷新后再保存；填的内容会留着。")})
    return text
