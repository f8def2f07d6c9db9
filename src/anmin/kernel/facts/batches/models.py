"""Batches as they came, the rows that did not land, and files that were refused."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anmin.kernel.keys.fields import SealedJSON, SealedModel
from anmin.kernel.keys.pieces import InPieces
from anmin.kernel.keys.rows import CodedModel


class SourceBatch(models.Model):
    """One batch of one source (批次): what it held, where its rows lie in the lake, what it corrects.

    `true_on` is the day its facts speak of, `learned_at` when we came to know them.
    """

    source = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    true_on = models.DateField()
    content = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    read = models.IntegerField()
    landed = models.IntegerField()
    quarantined = models.IntegerField()
    totals = models.JSONField(default=dict)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    learned_at = models.DateTimeField(auto_now_add=True)
    by_name = models.CharField(max_length=150)
    deleted_at = models.DateTimeField(null=True)
    held = models.CharField(max_length=200, blank=True)
    signature = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "period", "content"], name="batch_content_once"),
            models.CheckConstraint(
                condition=Q(read=F("landed") + F("quarantined")), name="batch_loses_no_row"
            ),
        ]
        indexes = [models.Index(fields=["source", "-true_on", "-id"], name="batch_newest")]

    def __str__(self) -> str:
        return f"{self.source} {self.period} #{self.pk}"


class SourceQuarantine(SealedModel):
    """A row that did not land (隔离行), as it came, sealed, with the first reason."""

    batch = models.ForeignKey(SourceBatch, models.PROTECT, related_name="rows")
    row = models.IntegerField()
    column = models.CharField(max_length=100)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    cells = SealedJSON()
    resubmitted = models.ForeignKey(SourceBatch, models.PROTECT, null=True, related_name="resubmissions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="source_row_quarantined_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} 第 {self.row} 行 {self.code}"


class RefusedFile(models.Model):
    """A file that was refused whole (退回文件): which, why, and who sent it."""

    source = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    file_name = models.CharField(max_length=200)
    code = models.CharField(max_length=40)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)
    by_name = models.CharField(max_length=150)

    class Meta:
        indexes = [models.Index(fields=["source", "-at"], name="refused_newest")]

    def __str__(self) -> str:
        return f"{self.source} {self.code}"


class SourceSigner(CodedModel):
    """The SM2 key with which a source signs its batches (来源签名公钥), 64 bytes in hexadecimal, and when it holds.

    While a source has one in force, a batch without its signature is refused.
    """

    CODED = ("source", "public", "first_day", "last_day", "registered_by")

    source = models.CharField(max_length=40)
    public = models.CharField(max_length=128)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    registered_by = models.CharField(max_length=150)
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="signer_ends_after_it_begins",
            ),
            models.UniqueConstraint(fields=["source", "public"], name="signer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.public[:16]}"


class Upload(InPieces):
    """A file on its way in pieces (分片上传): what was announced, and how many bytes have come.

    Nothing of it lands before the last byte is here and the whole agrees with the sum announced.
    """

    class State(models.TextChoices):
        OPEN = "open", "没有传完"
        TAKEN = "taken", "已接收"
        DROPPED = "dropped", "已丢弃"

    source = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    batch = models.ForeignKey(SourceBatch, models.PROTECT, null=True, related_name="uploads")
    by_name = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received__gte=0, received__lte=F("size")), name="upload_within_its_size"
            ),
            models.UniqueConstraint(
                fields=["source", "period", "sha256", "by_name"],
                condition=Q(state="open"),
                name="upload_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.period} {self.file_name}"
