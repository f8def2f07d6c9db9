"""Where phones send: visits and choices as JSON, photographs as bytes; each thing once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.field.forms import as_moment, sent_form
from anmin.field.pages import Phone, phone
from anmin.field.views import applying
from anmin.kernel.cases.fieldwork import actions as fieldwork
from anmin.kernel.delivery.cards import actions as cards
from anmin.kernel.delivery.cards.merging import as_data
from anmin.kernel.delivery.sending.actions import KeyProblem, once
from anmin.kernel.delivery.services import ServiceProblem, services
from anmin.kernel.delivery.tasks import tasks_of
from anmin.kernel.delivery.visits import queries as visits
from anmin.kernel.delivery.visits.actions import keep_photo
from anmin.kernel.delivery.visits.answers import FormProblem

LARGEST = 64 * 1024
SKEW = timedelta(minutes=2)


@require_POST
@phone()
def send(phone: Phone) -> HttpResponse:
    """Take one thing out of a phone's outbox.

    200 with a receipt, the same when it comes again; 422 with words by field; 409 for a key that was used for something
    else. Fields that somebody else changed meanwhile come back with every word that stands.
    """
    key, body = phone.request.headers.get("Idempotency-Key", ""), _body(phone)
    if body is None:
        return JsonResponse({"fields": {"": _("这一条读不出来，请点开重填。")}}, status=422)
    do = {"visit": _visit, "settle": _settle, "apply": applying.take_in}.get(str(body.get("kind")))
    user = phone.reader.user
    if do is None or user is None:
        return JsonResponse({"fields": {"": _("这一条不是走访记录，请更新页面。")}}, status=422)
    try:
        answer, is_new = once(
            by=user, key=key, kind=str(body["kind"]), body=body, do=lambda: do(phone, body, key)
        )
    except KeyProblem:
        return JsonResponse(
            {"fields": {"": _("这个编号已经用过，内容不一样。请点开核对后重新保存。")}}, status=409
        )
    except (FormProblem, applying.NoApplication) as trouble:
        return JsonResponse({"fields": trouble.fields}, status=422)
    except (ServiceProblem, cards.CardProblem) as trouble:
        return JsonResponse({"fields": {"": str(trouble)}}, status=422)
    return JsonResponse({**answer, "again": not is_new})


def _body(phone: Phone) -> dict[str, Any] | None:
    if len(phone.request.body) > LARGEST:
        return None
    try:
        found = json.loads(phone.request.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _visit(phone: Phone, body: dict[str, Any], key: str) -> dict[str, Any]:
    form = sent_form(_in_our_time(phone, body), key)
    done = fieldwork.visit(by=phone.reader, form=form, on=phone.today)
    row = done.kept.visit
    more = [task for task in tasks_of(phone.reader, row.household, phone.today) if task.due <= phone.today]
    titles = {one.key: one.title for declared in services().values() for one in declared.questions}
    return {
        "receipt": row.number,
        "updated": done.updated,
        "more": len(more),
        "home": reverse("field:home", args=[row.household.number]),
        "disputed": [
            {"field": name, "title": titles.get(name, name), **as_data(standing)}
            for name, standing in done.kept.disputed.items()
        ],
    }


def _in_our_time(phone: Phone, body: dict[str, Any]) -> dict[str, Any]:
    """Times of a phone whose clock is wrong, by what it thinks the time is now."""
    sent, now = as_moment(phone.request.headers.get("X-Sent-At", "")), timezone.now()
    if sent is None or abs(now - sent) < SKEW:
        return body
    moved = dict(body)
    for name in ("happened_at", "recorded_at"):
        moment = as_moment(str(body.get(name, "")))
        if moment is not None:
            moved[name] = (moment + (now - sent)).isoformat()
    return moved


def _settle(phone: Phone, body: dict[str, Any], key: str) -> dict[str, Any]:
    home = phone.home(str(body.get("household", "")))
    standing = cards.settle(
        by=phone.reader,
        household=home,
        field=str(body.get("field", "")),
        value=str(body.get("value", "")),
        key=key,
        said_at=as_moment(str(body.get("recorded_at", ""))) or timezone.now(),
    )
    return {
        "receipt": f"XZ-{key[:8]}",
        "updated": [_("联系资料")],
        "more": 0,
        "value": standing.value,
        "disputed": [],
    }


@require_POST
@phone()
def send_photo(phone: Phone, key: str) -> HttpResponse:
    """Take a photograph of a visit that has arrived."""
    visit = visits.visit_keyed(phone.reader, key)
    if visit is None:
        return JsonResponse({"fields": {"photo": _("走访还没上传，照片等一会儿再传。")}}, status=422)
    try:
        row = keep_photo(by=phone.reader, visit=visit, picture=phone.request.body, on=phone.today)
    except FormProblem as trouble:
        return JsonResponse({"fields": trouble.fields}, status=422)
    return JsonResponse({"photo": row.pk})
