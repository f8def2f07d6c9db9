"""Applications for a name that come in online (网上地名申请), without a log-in: looked at, entered as a naming or answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import models

from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.actions import receive
from anmin.kernel.registers.declaring import Asking, Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import ReceivedRows
from anmin.kernel.registers.steps import Procedure, Step
from anmin.kernel.registers.steps import declared as procedure


class NameAsking(Entry):
    """One application as it came in. `number` is the receipt; contact is sealed."""

    class State(models.TextChoices):
        NEW = "new", "待审看"
        TAKEN = "taken", "已转为地名申请"
        ANSWERED = "answered", "已答复，不受理"

    place = models.CharField("拟用名称", max_length=60)
    position = models.CharField("位置、起止", max_length=200)
    meaning = models.CharField("含义和理由", max_length=400)
    applicant = models.CharField("申请单位", max_length=100)
    contact = SealedText("联系人和电话")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    naming = models.CharField("转为的申请编号", max_length=40, blank=True)
    answer = models.CharField("答复", max_length=400, blank=True)
    answered_on = models.DateField("答复日", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, ReceivedRows(name="asking_received")]


MANAGE = ("placenames.manage",)
ASKINGS = declared(
    Register(
        NameAsking,
        key="placenames/askings",
        title="网上地名申请",
        english="Applications that came in online",
        columns=("place", "position", "applicant", "state", "naming", "answered_on"),
        filters=("state",),
        search=("place", "applicant"),
        read=("placenames.manage", "placenames.approve"),
        write=MANAGE,
        purpose="接收网上提交的地名命名申请",
        law="地名管理条例 §11",
        opens=False,
        classes={"contact": "sensitive phone"},
        words={
            "place": "Proposed name",
            "position": "Where",
            "meaning": "Meaning and reasons",
            "applicant": "Applicant",
            "contact": "Contact",
            "state": "State",
            "naming": "Entered as",
            "answer": "Answer",
            "answered_on": "Answered on",
        },
    )
)


def take_in(*, division: str, values: Mapping[str, str], on: date) -> str:
    """Take in an application for a county; gives its receipt."""
    return receive(by="群众", register=ASKINGS, values={"division": division, **values}, on=on)


FIELDS = ("place", "position", "meaning", "applicant", "contact")
ASKING = Asking(ASKINGS, FIELDS, take_in, "申请命名", "Apply for a name")
TAKING = procedure(
    Procedure(
        ASKINGS,
        (
            Step(
                "take", "已转为地名申请", "Entered as a naming", ("new",), "taken", MANAGE,
                asks=("naming",), needs=("naming",), day="answered_on",
            ),
            Step(
                "answer", "答复，不受理", "Answer, not accepted", ("new",), "answered", MANAGE,
                asks=("answer",), needs=("answer",), day="answered_on",
            ),
        ),
    )
)  # fmt: skip
