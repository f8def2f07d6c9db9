"""Why jobs failed, and what was done to look after the installation."""

from __future__ import annotations

from django.db import models


class JobFailure(models.Model):
    """One failed attempt of a background job (任务失败记录). `cause` and `trace` hold no personal data."""

    job = models.BigIntegerField()
    task = models.CharField(max_length=128)
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField()
    cause = models.CharField(max_length=500)
    trace = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["job", "-at"], name="job_failure_of_job")]

    def __str__(self) -> str:
        return f"{self.task} #{self.job} ({self.attempt}): {self.cause}"


class Upkeep(models.Model):
    """One act of looking after (维护记录): a backup, a restore drill, a verification; with what came of it."""

    class Kind(models.TextChoices):
        """What was done."""

        BACKUP = "backup", "备份"
        RESTORE = "restore", "恢复"
        DRILL = "drill", "恢复演练"
        VERIFICATION = "verification", "完整性核验"

    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    is_good = models.BooleanField()
    seconds = models.FloatField()
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "-at"], name="upkeep_by_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
