"""Disputes about a boundary (界线争议): calmed on the spot, talked over, decided by the approver, closed."""

from django.db import models
from django.db.models import Q

from anmin.domains.placenames.registers.boundaries import COMMON, MANAGE, Line
from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.steps import Procedure, Step
from anmin.kernel.registers.steps import declared as procedure


class Dispute(Entry):
    """One dispute about a line. `first_day` is the day it was reported."""

    class State(models.TextChoices):
        REPORTED = "reported", "已报告"
        CALMED = "calmed", "现场已稳控"
        TALKED = "talked", "双方已协商"
        DECIDED = "decided", "已裁定"
        CLOSED = "closed", "已了结"

    line = models.ForeignKey(Line, models.PROTECT, related_name="disputes", verbose_name="界线")
    matter = models.CharField("争议事项", max_length=200)
    words = SealedText("经过和涉及的人")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.REPORTED)
    calm = models.CharField("现场处置", max_length=200, blank=True)
    talk = models.CharField("协商结果", max_length=200, blank=True)
    decider = models.CharField("裁定机关", max_length=80, blank=True)
    decision = models.CharField("裁定文号和内容", max_length=200, blank=True)
    closed_on = models.DateField("了结日", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__gte=models.F("first_day")),
                name="dispute_closed_on_a_day",
            ),
        ]


DISPUTES = declared(
    Register(
        Dispute,
        key="placenames/disputes",
        title="界线争议",
        english="Disputes about boundaries",
        columns=("line", "matter", "state", "closed_on"),
        filters=("state",),
        search=("matter",),
        purpose="办理行政区域界线争议",
        prefix="JXZY",
        fixed=frozenset({"state", "calm", "talk", "decider", "decision", "closed_on"}),
        classes={"words": "sensitive shown"},
        words={
            "line": "Line",
            "matter": "Matter",
            "words": "Account",
            "state": "State",
            "calm": "On the spot",
            "talk": "Outcome of the talks",
            "decider": "Decided by",
            "decision": "Decision",
            "closed_on": "Closed on",
        },
        **COMMON,
    )
)
calm = Step(
    "calm",
    "登记现场处置",
    "Calmed on the spot",
    ("reported",),
    "calmed",
    MANAGE,
    asks=("calm",),
    needs=("calm",),
)
talk = Step("talk", "登记协商结果", "Talks", ("calmed",), "talked", MANAGE, asks=("talk",), needs=("talk",))
decide = Step(
    "decide",
    "登记裁定",
    "Decision",
    ("talked",),
    "decided",
    MANAGE,
    asks=("decider", "decision"),
    needs=("decider", "decision"),
)
close = Step("close", "了结", "Close", ("talked", "decided"), "closed", MANAGE, day="closed_on")
SETTLING = procedure(Procedure(DISPUTES, (calm, talk, decide, close)))
