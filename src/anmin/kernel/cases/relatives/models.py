"""Which person of the register a member of staff is."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class StaffPerson(models.Model):
    """A member of staff as a person of the register (工作人员本人), declared so that relatives can be told."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="as_person")
    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="as_staff")
    declared_on = models.DateField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.person_id}"
