"""Add words to a household's card, and settle what is disputed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from anmin.kernel.access.queries import Reader, signature, user_of
from anmin.kernel.audit import actions as audit
from anmin.kernel.delivery.cards.merging import Standing, standing
from anmin.kernel.delivery.cards.models import CardEntry
from anmin.kernel.delivery.cards.queries import as_word, card, entries
from anmin.kernel.people.models import Household

LONGEST, LONGEST_UID = 200, 80


class CardProblem(ValueError):
    """A word cannot be added so; the message says why."""


@transaction.atomic
def say(
    *,
    by: Reader,
    household: Household,
    key: str,
    values: Mapping[str, str],
    base: Mapping[str, Sequence[str]],
    said_at: datetime,
) -> dict[str, Standing]:
    """Add a phone's words about fields of a card (填写走访资料); gives those fields as they stand now.

    `key` is the phone's own for what it sends: the same word is added once. `base` names, for every field, the words
    the phone had in front of it; what it had not seen stays standing beside its own. A value that is the one it had
    in front of it is no word at all.
    """
    user = user_of(by)
    if user is None:
        raise CardProblem(_("只有登录的工作人员能填写。"))
    # Phones of one household wait for one another, or two of them could each miss the other's word in their answer.
    Household.objects.select_for_update().filter(pk=household.pk).first()
    known = {row.uid: row.value for row in entries(by, household)}
    added = []
    for field, value in sorted(values.items()):
        text, uid = value.strip()[:LONGEST], f"{key}:{field}"[:LONGEST_UID]
        seen = sorted({one for one in base.get(field, ()) if one != uid and len(one) <= LONGEST_UID})
        if {known.get(one) for one in seen} == {text} or not (seen or text):
            continue
        if uid in known:
            continue
        row = CardEntry(
            uid=uid,
            household=household,
            division=household.division,
            level=household.level,
            field=field,
            base=seen,
            value=text,
            by=user,
            said_at=said_at,
        )
        row.save()
        added.append(field)
    if added:
        audit.record(
            by=signature(by),
            act="delivery.say",
            subject=household,
            after={"fields": added},
            division=household.division,
        )
    rows = CardEntry.objects.filter(household=household).select_related("by")
    now_all = standing(as_word(row) for row in rows)
    return {field: now_all[field] for field in values if field in now_all}


def settle(
    *, by: Reader, household: Household, field: str, value: str, key: str, said_at: datetime
) -> Standing:
    """Choose between the words that stand about a field (两人都改了，选一个): an answer to all of them.

    Raises:
        CardProblem: where nothing is disputed, or the value is none of those that stand.
    """
    now = card(by, household).get(field)
    if now is None or not now.is_disputed:
        raise CardProblem(_("这一项已经没有分歧，请刷新页面。"))
    if value not in now.values:
        raise CardProblem(_("请在两个里选一个；都不对的，选一个后再改。"))
    return say(
        by=by, household=household, key=key, values={field: value}, base={field: now.base}, said_at=said_at
    )[field]
