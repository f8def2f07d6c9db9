"""Ask for a code, come in with it, go out; a worker gives a code face to face or on a slip."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.access.login.locks.actions import note_failure, take_turns
from anmin.kernel.access.login.locks.queries import locked_until
from anmin.kernel.access.messages.actions import send
from anmin.kernel.access.messages.gateways import NoMessages
from anmin.kernel.access.middleware import tell
from anmin.kernel.access.models import User
from anmin.kernel.audit import actions as audit
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.people.models import Person
from anmin.kernel.people.residents.models import ResidentCode, ResidentSession
from anmin.kernel.people.residents.queries import known_person, mark_of
from anmin.kernel.people.residents.readers import Resident

CODE_MINUTES, CODE_TRIES = 10, 5
DESK_MINUTES, SLIP_DAYS = 15, 7
MOST_CODES, MOST_FROM_A_PLACE, HALF_HOUR = 3, 40, timedelta(minutes=30)
"""So many codes to one number, and so many forms from one address, within half an hour."""
KEPT = timedelta(days=30)


class EntryRefused(ValueError):
    """Nobody comes in this way now; the message says why and what to do, alike for known and unknown persons."""


@dataclass(frozen=True)
class Asked:
    """What came of asking for a code. `shown` is the text sent, for the demonstration alone to show."""

    ticket: str
    shown: str = ""


@transaction.atomic
def ask_code(
    *,
    by: Any,
    number: str,
    name: str,
    address: str,
    kind: str = ResidentCode.Kind.LOGIN,
    wanted: Mapping[str, Any] | None = None,
) -> Asked:
    """Send a code to the telephone that the register holds of somebody, if there is such a person.

    Somebody unknown, or without a telephone, gets the same answer after the same work, and a ticket that opens nothing.

    Raises:
        EntryRefused: while the number is locked, and for too many codes.
    """
    mark, place = mark_of(number), blind_index("place", address).hex() if address else ""
    tell({"anmin.mark": mark, "anmin.place": place})
    take_turns(f"resident/{mark}", None)
    _refuse_if_locked(mark)
    since = timezone.now() - HALF_HOUR
    rows = ResidentCode.objects.filter(made_at__gt=since).exclude(kind__in=GIVEN)
    if rows.filter(mark=mark).count() >= MOST_CODES:
        raise EntryRefused(
            _("半小时内已经要了几次验证码。请过半小时再试，或者请村（社区）工作人员当面办理。")
        )
    if place and rows.filter(place=place).count() >= MOST_FROM_A_PLACE:
        raise EntryRefused(
            _("这个网络今天要验证码的人太多。请过半小时再试，或者请村（社区）工作人员当面办理。")
        )
    return _issue(by, known_person(number, name), mark, place, kind, wanted or {})


@transaction.atomic
def ask_code_of(*, by: Any, person: Person, kind: str, wanted: Mapping[str, Any]) -> Asked:
    """Send a code to somebody whom the register names already, such as an adult of one's own family.

    Raises:
        EntryRefused: while too many codes were wrong or asked for, and for somebody without a telephone.
    """
    mark = blind_index("door-person", str(person.pk)).hex()
    tell({"anmin.mark": mark})
    take_turns(f"resident/{mark}", None)
    _refuse_if_locked(mark)
    since = timezone.now() - HALF_HOUR
    if ResidentCode.objects.filter(made_at__gt=since, mark=mark).count() >= MOST_CODES:
        raise EntryRefused(
            _("半小时内已经要了几次验证码。请过半小时再试，或者请村（社区）工作人员当面办理。")
        )
    if not person.phone:
        raise EntryRefused(_("登记里没有他的手机号。请他到窗口签字，或者等工作人员上门时签。"))
    return _issue(by, person, mark, "", kind, wanted)


def _issue(
    by: Any, person: Person | None, mark: str, place: str, kind: str, wanted: Mapping[str, Any]
) -> Asked:
    code = f"{secrets.randbelow(10**6):06d}"
    row = ResidentCode.objects.create(
        kind=kind,
        ticket=secrets.token_urlsafe(24),
        mark=mark,
        place=place,
        person=person.pk if person is not None else None,
        code=make_password(code),
        wanted=dict(wanted),
        until=timezone.now() + timedelta(minutes=CODE_MINUTES),
    )
    words = WORDS[kind]() % {"code": code, "n": CODE_MINUTES}
    has_phone = person is not None and bool(person.phone)
    if person is not None and has_phone:
        try:
            send(by=by, kind=kind, phone=person.phone, words=words, person=person.pk, until=row.until)
        except NoMessages:
            has_phone = False
    audit.record(by=str(by), act="resident.ask_code", subject=row, after={"kind": kind})
    return Asked(row.ticket, words if has_phone and settings.DEMO else "")


def login_words() -> str:
    """The text with a code for the log-in: no name, no matter, nothing but the code."""
    return _("民政服务登录码 %(code)s，%(n)d 分钟内有效。工作人员不会向您要这个码，请不要告诉任何人。")


def delegation_words() -> str:
    """The text with a code by which somebody lets a relative act for them."""
    return _(
        "您的家人想替您办民政事项。同意就把确认码 %(code)s 告诉家人，%(n)d 分钟内有效。不同意，不用理会。"
    )


def consent_words() -> str:
    """The text with a code by which an adult of the family agrees to a check."""
    return _(
        "您家正在申请救助，需要您同意查询您的收入和财产。同意就把确认码 %(code)s 告诉家人，%(n)d 分钟内有效。"
    )


WORDS: dict[str, Callable[[], str]] = {
    ResidentCode.Kind.LOGIN: login_words,
    ResidentCode.Kind.DELEGATION: delegation_words,
    ResidentCode.Kind.CONSENT: consent_words,
}
GIVEN = (ResidentCode.Kind.DESK, ResidentCode.Kind.SLIP)


def enter(*, by: Any, ticket: str, code: str) -> str:
    """Come in with the code of a form, or with one that a worker gave; gives the token of the new session.

    A wrong code counts, and counting it is not undone; five wrong ones lock the number for half an hour.

    Raises:
        EntryRefused: for a wrong, used or late code, and while the number is locked.
    """
    with transaction.atomic():
        found = _right(by, ticket, code, ResidentCode.Kind.LOGIN)
        if found is not None and found.person is not None:
            found.used_at = timezone.now()
            found.save(update_fields=["used_at"])
            return _begin(found.person, found.kind)
    raise EntryRefused(
        _("姓名、证件号码或验证码不对，或者验证码过期了。请核对后再试，也可以重新要一个验证码。")
    )


def confirm(*, by: Resident, ticket: str, code: str, kind: str) -> ResidentCode:
    """Check the code that another member of the family was sent; what it confirms stands in `wanted`.

    Raises:
        EntryRefused: for a wrong, used or late code, and one that somebody else asked for.
    """
    with transaction.atomic():
        found = _right(by, ticket, code, kind)
        if found is not None and found.person is not None and found.wanted.get("helper") == by.person:
            found.used_at = timezone.now()
            found.save(update_fields=["used_at"])
            return found
    raise EntryRefused(_("确认码不对或已过期。核对短信里的 6 位数字，或重新发送。"))


def _right(by: Any, ticket: str, code: str, kind: str) -> ResidentCode | None:
    """The row whose code this is, after counting the try."""
    typed = "".join(code.split()).replace("-", "")
    tell({"anmin.ticket": ticket})
    row = ResidentCode.objects.filter(ticket=ticket, kind=kind).first()
    mark = row.mark if row is not None else "0" * 32
    tell({"anmin.mark": mark})
    take_turns(f"resident/{mark}", None)
    _refuse_if_locked(mark)
    now = timezone.now()
    rows = ResidentCode.objects.select_for_update().filter(
        mark=mark, used_at__isnull=True, until__gt=now, tries__lt=CODE_TRIES
    )
    asked = [one for one in rows if one.ticket == ticket]
    given = [one for one in rows if one.kind in GIVEN] if kind == ResidentCode.Kind.LOGIN else []
    right = [one for one in [*asked, *given] if check_password(typed, one.code)]
    if not asked:
        check_password(typed, NOTHING)
    # A code that a worker gave opens only to a form with the right name, which alone has a person.
    if right and row is not None and row.person is not None and right[0].person == row.person:
        return right[0]
    for one in asked:
        one.tries += 1
        one.save(update_fields=["tries"])
    note_failure(by="居民", name=f"resident/{mark}", address=None, path="/residents/")
    return None


NOTHING = make_password(None)
"""What nobody's code is checked against, so that a ticket without a code takes no less time."""


def _refuse_if_locked(mark: str) -> None:
    end = locked_until(f"resident/{mark}", None)
    if end is not None:
        words = _(
            "验证码错了太多次，为了安全先停一停。请在 %(time)s 以后再试，或者请村（社区）工作人员当面办理。"
        )
        raise EntryRefused(words % {"time": timezone.localtime(end).strftime("%H:%M")})


def _begin(person: int, way: str) -> str:
    token = secrets.token_urlsafe(32)
    hashed = hashlib.sha256(token.encode()).hexdigest()
    tell({"anmin.session": hashed})
    row = ResidentSession.objects.create(token=hashed, person=person, way=way, seen_at=timezone.now())
    audit.record(by="居民", act="resident.enter", subject=row, after={"person": person, "way": way})
    return token


@transaction.atomic
def note_seen(*, by: Any, session: ResidentSession) -> None:
    """Somebody goes on reading: the idle time begins anew. Nothing is written into the book for it."""
    session.seen_at = timezone.now()
    session.save(update_fields=["seen_at"])


@transaction.atomic
def leave(*, by: Resident) -> None:
    """Go out: the session is over, here and for whoever holds its token."""
    row = ResidentSession.objects.get(pk=by.session)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    audit.record(by="居民", act="resident.leave", subject=row, after={"person": row.person})


@transaction.atomic
def give_code(*, by: User, person: Person, number: str, kind: str) -> str:
    """A worker who has the person before them gives a code: to use now, or on a slip within a week (当面登录、纸条).

    An earlier code of the kind stops to hold. The code opens once.

    Raises:
        EntryRefused: for somebody without an identity number in the register.
    """
    if kind not in GIVEN:
        raise ValueError(f"a worker gives no code of kind {kind}")
    if not number:
        raise EntryRefused(_("登记里没有这个人的居民身份证号码，请先补登证件。"))
    now = timezone.now()
    ResidentCode.objects.filter(person=person.pk, kind=kind, used_at__isnull=True).update(used_at=now)
    code = f"{secrets.randbelow(10**8):08d}"
    hold = timedelta(days=SLIP_DAYS) if kind == ResidentCode.Kind.SLIP else timedelta(minutes=DESK_MINUTES)
    row = ResidentCode.objects.create(
        kind=kind,
        ticket=secrets.token_urlsafe(24),
        mark=mark_of(number),
        person=person.pk,
        code=make_password(code),
        until=now + hold,
        given_by=by,
    )
    after = {"person": person.pk, "kind": kind, "until": row.until}
    audit.record(by=by, act="resident.give_code", subject=row, after=after, division=person.division)
    return f"{code[:4]} {code[4:]}"


@transaction.atomic
def forget_old(*, by: Any) -> int:
    """Codes and sessions of a month ago go."""
    before = timezone.now() - KEPT
    count, _rows = ResidentCode.objects.filter(made_at__lt=before).delete()
    more, _rows = ResidentSession.objects.filter(began_at__lt=before).delete()
    return int(count + more)
