"""What stands against taking a benefit over (转入检查): one answer for the list as it comes and for the moment it counts.

Somebody is covered by their own benefit and by their household's, as in the checks of a month's run; pairs that exclude
one another are the same declarations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Q

from anmin.kernel.access.scopes import Scope
from anmin.kernel.cases.takeover.ceilings import most
from anmin.kernel.cases.takeover.finding import Claim, Homes, Subject, homes_of, subject_of
from anmin.kernel.cases.takeover.models import TakeoverRow
from anmin.kernel.entitlements.models import Entitlement
from anmin.kernel.entitlements.queries import each_period, title_of_benefit
from anmin.kernel.facts.intake.cells import Trouble
from anmin.kernel.keys.queries import blind_index
from anmin.kernel.payments.payees.actions import BLIND
from anmin.kernel.payments.payees.models import PayeeAccount
from anmin.kernel.payments.placerules import pairs
from anmin.kernel.people.models import Kin
from anmin.policy.errors import PolicyError

Held = dict[str, str]
"""Benefits that cover somebody, each with where it stands, in words."""
Target = tuple[int | None, int | None]
"""Whose account: a household's, or a person's."""


def target_of(claim: Claim) -> Target:
    """Whose account pays a claim: the household's where the benefit is the household's."""
    return (claim.home.pk, None) if claim.person is None else (None, claim.person.pk)


@dataclass
class Known:
    """What the books say about the people of some claims."""

    homes: Homes
    running: dict[Subject, list[date | None]] = field(default_factory=dict)
    covered: dict[int, Held] = field(default_factory=lambda: defaultdict(dict))
    waiting: dict[Subject, int] = field(default_factory=dict)
    accounts: dict[Target, bytes | None] = field(default_factory=dict)
    related: dict[int, set[int]] = field(default_factory=dict)


@dataclass
class Judge:
    """Goes through the claims of a list in their order and remembers what it let through.

    `hands` are the members of staff who propose or confirm: nobody takes over what their own family receives. `apart` is
    the batch whose own rows do not count as waiting.
    """

    division: str
    on: date
    hands: tuple[int, ...]
    apart: int | None = None
    seen: dict[Subject, int] = field(default_factory=dict)
    covered: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    accounts: dict[Target, bytes | None] = field(default_factory=dict)

    def judged(self, claims: Sequence[Claim]) -> list[Trouble | None]:
        """What stands against each claim, None where nothing does."""
        known = self._known(claims)
        return [self._one(claim, known) for claim in claims]

    def _one(self, claim: Claim, known: Known) -> Trouble | None:
        members = known.homes.members.get(claim.home.pk, [])
        trouble = (
            self._person(claim, known)
            or self._due(claim)
            or self._twice(claim, known)
            or self._exclusive(claim, known)
            or self._amount(claim, len(members))
            or self._account(claim, known)
        )
        if trouble is None:
            self.seen[claim.subject] = claim.row
            for pk in self._covers(claim, known):
                self.covered[pk][claim.benefit] = claim.row
            if claim.account is not None:
                self.accounts[target_of(claim)] = _blind(claim)
        return trouble

    def _person(self, claim: Claim, known: Known) -> Trouble | None:
        if not Scope.of([self.division]).contains(claim.home.division):
            words = f"这一户登记在 {claim.home.division}，不在这份清单的地区里"
            return Trouble("elsewhere", "证件号码", words)
        day = known.homes.died.get(claim.receiver.pk)
        if day is not None:
            return Trouble("dead", "证件号码", f"登记的去世日期 {day}；按户发的请改填现在的户主")
        born = claim.receiver.birth_day
        if claim.person is not None and born is not None and claim.since < born:
            return Trouble("odd_day", "享受起始日", f"早于本人出生的 {born}")
        hands = known.related.get(claim.home.pk, set())
        if hands & set(self.hands):
            words = "这一户有经办人或确认人本人、近亲属，须由别的人提交和确认"
            return Trouble("relative", "证件号码", words)
        return None

    def _due(self, claim: Claim) -> Trouble | None:
        try:
            _month = claim.first_month
        except PolicyError as trouble:
            return Trouble(trouble.code, "待遇", str(trouble))
        return None

    def _twice(self, claim: Claim, known: Known) -> Trouble | None:
        if claim.subject in self.seen:
            words = f"和第 {self.seen[claim.subject]} 行重复（同一户或同一人、同一待遇）"
            return Trouble("repeated", "待遇", words)
        if claim.subject in known.waiting:
            return Trouble("waiting", "待遇", f"已在第 {known.waiting[claim.subject]} 批清单里等候转入")
        ends = known.running.get(claim.subject, [])
        if any(end is None or end >= claim.since for end in ends):
            words = f"“{title_of_benefit(claim.benefit)}”在本系统已有，或起止日期重叠，不能重复转入"
            return Trouble("receiving", "待遇", words)
        return None

    def _exclusive(self, claim: Claim, known: Known) -> Trouble | None:
        for pair in pairs():
            if claim.benefit not in (pair.one, pair.other) or pair.since > claim.first_month:
                continue
            other = pair.other if claim.benefit == pair.one else pair.one
            title = title_of_benefit(other)
            for pk in self._covers(claim, known):
                if other in self.covered[pk]:
                    words = f"和第 {self.covered[pk][other]} 行的“{title}”只能享受一项（{pair.law}），请核实是哪一项"
                    return Trouble("exclusive", "待遇", words)
                if other in known.covered[pk]:
                    words = f"{known.covered[pk][other]}有“{title}”，只能享受一项（{pair.law}）"
                    return Trouble("exclusive", "待遇", words)
        return None

    def _amount(self, claim: Claim, members: int) -> Trouble | None:
        limit = most(claim.benefit, claim.home.division, claim.home.settlement, members, self.on)
        if limit is None or claim.fen <= limit:
            return None
        words = (
            f"超过这项待遇{each_period(claim.benefit)}最多的 {limit / 100:,.2f} 元；"
            "请核对是否把年填成了月，或标准在本系统还没有更新"
        )
        return Trouble("over_rule", "金额（元）", words)

    def _account(self, claim: Claim, known: Known) -> Trouble | None:
        """An account fits the one on the books and in the list; its holder belongs to the family."""
        if claim.account is None:
            return None
        target, blind = target_of(claim), _blind(claim)
        for stood, words in ((known.accounts, "已登记"), (self.accounts, "这份清单里")):
            if target in stood and stood[target] != blind:
                todo = "不一致：账号留空就用那一个，或先在收款账户里变更"
                return Trouble("account_differs", "账号", f"和{words}的收款账户{todo}")
        holder = claim.account.holder
        family = known.homes.members.get(claim.home.pk, [])
        if not holder or holder == claim.receiver.name or any(holder == one.name for one in family):
            return None
        ties = Kin.objects.filter(other=claim.receiver, last_day__isnull=True).select_related("person")
        guardians = ties.filter(kind__in=["guardian", "father", "mother"])
        if any(holder == one.person.name for one in guardians):
            return None
        return Trouble("holder_foreign", "户名", "户名不是本人、家庭成员或监护人，不能代领")

    def _covers(self, claim: Claim, known: Known) -> list[int]:
        if claim.person is not None:
            return [claim.person.pk]
        return [one.pk for one in known.homes.members.get(claim.home.pk, [])]

    def _known(self, claims: Sequence[Claim]) -> Known:
        known = Known(homes_of(claims, self.on))
        homes = {one.home.pk for one in claims}
        members: dict[int, list[int]] = {
            home: [one.pk for one in people] for home, people in known.homes.members.items()
        }
        people = {pk for keys in members.values() for pk in keys} | {one.receiver.pk for one in claims}
        rows = Entitlement.objects.filter(Q(person__in=people) | Q(person__isnull=True, household__in=homes))
        for row in rows:
            known.running.setdefault(subject_of(row.household_id, row.person_id, row.benefit), []).append(
                row.last_day
            )
            if row.state != Entitlement.State.ENDED and (row.last_day is None or row.last_day >= self.on):
                covers = members.get(row.household_id, []) if row.person_id is None else [row.person_id]
                for pk in covers:
                    known.covered[pk][row.benefit] = "本系统已"
        waits = TakeoverRow.objects.filter(
            Q(person__in=people) | Q(person__isnull=True, household__in=homes), state="accepted"
        ).exclude(batch=self.apart)
        for wait in waits:
            if wait.household_id is None:
                continue
            known.waiting[subject_of(wait.household_id, wait.person_id, wait.benefit)] = wait.batch_id
            covers = members.get(wait.household_id, []) if wait.person_id is None else [wait.person_id]
            for pk in covers:
                known.covered[pk].setdefault(wait.benefit, f"第 {wait.batch_id} 批清单里")
        accounts = PayeeAccount.objects.filter(
            Q(household__in=homes) | Q(household__isnull=True, person__in=people),
            Q(last_day__isnull=True) | Q(last_day__gte=self.on.replace(day=1)),
            confirmed_at__isnull=False,
        )
        for account in accounts:
            own_of: Target = (
                (account.household_id, None)
                if account.household_id is not None
                else (None, account.person_id)
            )
            known.accounts[own_of] = None if account.blind is None else bytes(account.blind)
        known.related = related(self.hands, list(homes))
        return known


def _blind(claim: Claim) -> bytes | None:
    number = claim.account.number if claim.account is not None else ""
    return blind_index(BLIND, number) if number else None


def related(hands: Sequence[int], homes: Sequence[int]) -> dict[int, set[int]]:
    """Of some members of staff those who live in households or are near relatives of somebody there, by household."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT household_id, user_id FROM anmin_related_homes(%s, %s)", [list(hands), list(homes)]
        )
        result: dict[int, set[int]] = {}
        for home, user in cursor.fetchall():
            result.setdefault(home, set()).add(user)
        return result
