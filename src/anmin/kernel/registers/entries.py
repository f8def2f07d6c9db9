"""What every entry of a register has (名册条目): its number, its place, how closely it is held, from when to when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anmin.kernel.keys.fields import SealedModel
from anmin.kernel.registers.guards import RowGuard


class Entry(SealedModel):
    """The base of registers of things. `first_day` and `last_day` are inclusive; None is open.

    A wrong entry is corrected in place (`version` grows, the history keeps what was); something that became different on
    a day is a new row under the same `number`. A model with a `Meta` of its own inherits `Entry.Meta`.
    """

    number = models.CharField(_("编号"), max_length=40)
    division = models.CharField(_("地区"), max_length=12)
    level = models.SmallIntegerField(default=1)
    first_day = models.DateField(_("起始日"))
    last_day = models.DateField(_("终止日"), null=True, blank=True)
    version = models.IntegerField(default=1)
    entered_at = models.DateTimeField(auto_now_add=True)
    intake = models.ForeignKey("kernel.RegisterIntake", models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="%(class)s_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["number", "first_day"], name="%(class)s_dated_once"),
            RowGuard(name="%(class)s_rows"),
        ]
        # With what the sight and the day ask for in the index, the exact total of a list is counted without reading rows.
        indexes = [
            models.Index(
                fields=["division", "-id"],
                include=["level", "first_day", "last_day"],
                name="%(class)s_place",
            )
        ]

    def __str__(self) -> str:
        return str(getattr(self, "name", self.number))


class PersonEntry(Entry):
    """The base of registers about persons: seen as the person is seen, place and level are the person's."""

    person = models.ForeignKey("kernel.Person", models.PROTECT, related_name="+", verbose_name=_("人员"))

    class Meta(Entry.Meta):
        abstract = True
        constraints = [
            *Entry.Meta.constraints[:2],
            RowGuard(name="%(class)s_rows", persons=True),
        ]

    def __str__(self) -> str:
        return self.person.name
