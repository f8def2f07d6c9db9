"""Users and what they have been granted."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class UserManager(BaseUserManager["User"]):
    """Finds users for Django's login."""


class User(AbstractBaseUser):
    """A member of staff (工作人员). There is no superuser: what a user may see comes from grants alone."""

    username = models.CharField(max_length=50, unique=True)
    display_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    def __str__(self) -> str:
        return self.display_name or self.username


class Grant(models.Model):
    """A division granted to a user (授权辖区), for a span of days; both ends inclusive."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    division = models.CharField(max_length=12)
    role = models.CharField(max_length=50)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="grant_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["user", "division", "role", "first_day"], name="grant_once_from_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.division}"
