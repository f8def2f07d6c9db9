"""Which members of staff are near relatives of a family, whoever asks (民发〔2021〕57号: registered apart)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from anmin.kernel.cases.models import Case
from anmin.kernel.people.models import Kin


@dataclass(frozen=True)
class Related:
    """A member of staff, the member of the family, and what binds them (`self` for the same person)."""

    user: int
    person: int
    kind: str

    @property
    def title(self) -> str:
        """What binds them, in words."""
        return "本人" if self.kind == "self" else str(Kin.Kind(self.kind).label)


def related_staff(case: Case) -> list[Related]:
    """Members of staff who are relatives of the family, also where the reader sees neither of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, person_id, kind FROM anmin_related_staff(%s) ORDER BY 1, 2", [case.pk]
        )
        return [Related(*row) for row in cursor.fetchall()]
