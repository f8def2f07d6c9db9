"""Count what a reader takes, stop at the tiers, ask for and give leave to go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.kernel.access.models import Taking, TakingAlarm, TakingPermit, User
from anmin.kernel.access.queries import Reader
from anmin.kernel.access.roles import roles
from anmin.kernel.audit import actions as audit

LIMITS = {"clear": 25, "page": 250, "list": 2_500, "key": 2_500}
"""Different persons a day: sensitive fields shown in clear, pages opened, rows listed or exported, told by an interface.

Half of what makes providing them a serious crime when done in the course of duty (两高 2017 解释 §5: 50, 500, 5,000).
"""
WORDS = {
    "clear": gettext_lazy("显示敏感信息"),
    "page": gettext_lazy("打开个人页面"),
    "list": gettext_lazy("列出或导出"),
    "key": gettext_lazy("接口查询"),
}


class TakingStopped(PermissionError):
    """The reader has taken as many persons as a day allows; the message says how to go on."""

    def __init__(self, klass: str, limit: int) -> None:
        super().__init__(
            _("今天%(what)s已达 %(limit)d 人。确需继续，请写明用途申请，由另一位负责人批准。")
            % {"what": WORDS[klass], "limit": limit}
        )
        self.klass, self.limit = klass, limit


def take(*, reader: Reader, klass: str, person_ids: Iterable[int], limit: int | None = None) -> int:
    """Count persons taken, each once a day, whatever page, session, key or export it was; gives the day's count.

    A partner's key brings the `limit` it was given; users have the usual one or what somebody has approved.

    Raises:
        TakingStopped: nothing may be shown of what would go beyond the limit. The alarm stands all the same; the
            caller answers with the words and does not let the exception undo it.
    """
    most = allowed(reader, klass) if limit is None else limit
    count, is_stopped = _counted(reader, klass, set(person_ids), most)
    if is_stopped:
        _alarm(reader, LIMITS[klass] if limit is None else limit, count)
        raise TakingStopped(klass, most)
    return count


@transaction.atomic
def _counted(reader: Reader, klass: str, keys: set[int], most: int) -> tuple[int, bool]:
    with connection.cursor() as cursor:
        # Parallel sessions wait for one another, or two of them could each take the last places.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{reader.via} {klass} {reader.on}"]
        )
    rows = Taking.objects.filter(via=reader.via, day=reader.on, klass=klass)
    fresh = keys - set(rows.filter(person__in=keys).values_list("person", flat=True))
    count = rows.count()
    if count + len(fresh) > most:
        return count, True
    Taking.objects.bulk_create(
        [
            Taking(user=reader.user, via=reader.via, day=reader.on, person=key, klass=klass)
            for key in sorted(fresh)
        ]
    )
    return count + len(fresh), False


def stand_in(number: str) -> int:
    """What counts for the persons of a household that only the snapshot knows: one number below nought, always the same.

    Without it whoever pages through results of households that the register does not have would never be counted.
    """
    return -int.from_bytes(sha256(number.encode()).digest()[:7], "big") - 1


def allowed(reader: Reader, klass: str) -> int:
    """How many persons the reader may take today: the usual limit, or what somebody else has approved."""
    usual = LIMITS[klass]
    if reader.user is None:
        return usual
    permits = TakingPermit.objects.filter(
        user=reader.user, day=reader.on, klass=klass, approved_by__isnull=False
    )
    return max([usual, *(permit.limit for permit in permits if permit.is_coded)])


@transaction.atomic
def _alarm(reader: Reader, tier: int, count: int) -> None:
    TakingAlarm.objects.get_or_create(
        via=reader.via, day=reader.on, tier=tier, defaults={"user": reader.user, "count": count}
    )


@transaction.atomic
def ask_permit(*, by: User, day: date, klass: str, limit: int, purpose: str) -> TakingPermit:
    """Ask for leave to take more persons today in one way, with the purpose; leave to list opens no numbers."""
    if klass not in LIMITS:
        raise ValueError(_("请选择要做什么。"))
    row = TakingPermit.objects.create(user=by, day=day, klass=klass, limit=limit, purpose=purpose.strip())
    after = {"klass": klass, "limit": limit}
    audit.record(by=by, act="access.ask_taking", subject=row, after=after, purpose=purpose)
    return row


@transaction.atomic
def approve_permit(*, by: User, permit: TakingPermit) -> TakingPermit:
    """Give leave; nobody gives it to themselves (also a constraint)."""
    row = TakingPermit.objects.select_for_update().get(pk=permit.pk)
    if row.user_id == by.pk:
        raise PermissionError(_("不能批准自己的申请"))
    row.approved_by = by
    row.save(update_fields=["approved_by"])
    audit.record(
        by=by, act="access.approve_taking", subject=row, after={"user": row.user_id, "limit": row.limit}
    )
    return row


@transaction.atomic
def review_alarm(*, by: User, alarm: TakingAlarm, review: str) -> TakingAlarm:
    """Write down what came of an alarm."""
    alarm.reviewed_by, alarm.review = by, review
    alarm.save(update_fields=["reviewed_by", "review"])
    audit.record(by=by, act="access.review_taking", subject=alarm, reason=review)
    return alarm


def who_approves() -> list[str]:
    """The titles of the roles that may approve."""
    return [role.title for role in roles().values() if "taking.approve" in role.powers]


def watermark(reader: Reader, moment: Any) -> str:
    """What every export and printed sheet carries: who took it, with the log-in's name, and when."""
    login = f"（{reader.user.username}）" if reader.user is not None else ""
    return f"{reader.name}{login} · {moment:%Y-%m-%d %H:%M} · 仅限办理业务使用"
