"""The quarterly cross-check: whom the other department watches and we do not know becomes an alert; no list, no answer."""

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest

from anmin.kernel.alerts.crosschecks.actions import cross_check
from anmin.kernel.alerts.models import Alert
from anmin.kernel.audit.models import Act
from anmin.policy.errors import PolicyError
from tests.kernel.alerts.desk import DAY
from tests.kernel.cases.road import a_family

pytestmark = pytest.mark.django_db


@dataclass
class Lists:
    """A snapshot of one part: households with whether they are watched, persons with whether they are paid."""

    homes: list = field(default_factory=list)
    folder: Path = Path("lists")
    parts: int = 1
    facts: tuple = ("is_return_to_poverty_watched",)

    @property
    def manifest(self):
        return {"facts": {"household": list(self.facts), "person": ["receives_dibao"]}}

    def household_table(self, part, columns):
        table = pa.table(
            {
                "household": [number for number, _watched, _paid in self.homes],
                "members": [len(paid) for _number, _watched, paid in self.homes],
                "is_return_to_poverty_watched": [watched for _number, watched, _paid in self.homes],
            }
        )
        return table.select(columns)

    def person_table(self, part, columns):
        return pa.table({"receives_dibao": [one for row in self.homes for one in row[2]]}).select(columns)


def test_whom_only_they_watch_is_raised_and_whom_both_know_is_not():
    a_family(("王秀英", 1956), ("王建国", 1985))
    a_family(("李长福", 1950), serial=7, number="H2")
    lists = Lists([("H1", True, [0, 0]), ("H2", True, [1]), ("H3", False, [1])])

    found = cross_check(by="系统", snapshot=lists, on=DAY)

    assert (found.both, found.only_theirs, found.only_ours) == (1, 1, 1)
    assert [row.household.number for row in Alert.objects.select_related("household")] == ["H1"]
    assert Act.objects.get(act="alerts.cross_check").after == {"both": 1, "only_theirs": 1, "only_ours": 1}


def test_a_list_that_never_came_is_not_an_empty_list():
    with pytest.raises(PolicyError, match="没有收到"):
        cross_check(by="系统", snapshot=Lists([("H1", True, [0])], facts=()), on=DAY)
