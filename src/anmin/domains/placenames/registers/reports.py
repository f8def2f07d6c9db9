"""Errors that people report (地名差错举报) from the public page, without a log-in: looked into, put right, answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models

from anmin.kernel.keys.fields import SealedText
from anmin.kernel.registers import actions
from anmin.kernel.registers.declaring import Register, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import ReceivedRows
from anmin.kernel.registers.steps import Procedure, Step
from anmin.kernel.registers.steps import declared as procedure


class Report(Entry):
    """One report of an error (差错举报). `number` is the receipt; words and contact are sealed."""

    class State(models.TextChoices):
        NEW = "new", "待核实"
        RIGHT = "right", "属实，已改正"
        WRONG = "wrong", "经核实无误"

    place = models.CharField("地名", max_length=60, blank=True)
    place_number = models.CharField("地名编号", max_length=40, blank=True)
    words = SealedText("反映的情况")
    contact = SealedText("联系方式")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    answer = models.CharField("答复", max_length=400, blank=True)
    answered_on = models.DateField("答复日", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, ReceivedRows(name="report_received")]


REPORTS = declared(
    Register(
        Report,
        key="placenames/reports",
        title="地名差错举报",
        english="Reported errors",
        columns=("place", "words", "state", "answer", "answered_on"),
        filters=("state",),
        search=("place",),
        read=("placenames.manage", "placenames.approve"),
        write=("placenames.manage",),
        purpose="核实群众反映的地名差错并答复",
        law="地名管理条例 §§31、37",
        opens=False,
        classes={"words": "sensitive shown", "contact": "sensitive phone"},
        words={
            "place": "Place name",
            "place_number": "Number of the name",
            "words": "What was reported",
            "contact": "Contact",
            "state": "State",
            "answer": "Answer",
            "answered_on": "Answered on",
        },
    )
)


def report_error(*, entry: Any, words: str, contact: str, on: date) -> str:
    """Take in a report about a name; gives its receipt. Nobody is named in the book of acts."""
    values = {
        "division": entry.division,
        "place": entry.name,
        "place_number": entry.number,
        "words": words.strip(),
        "contact": contact.strip(),
    }
    return actions.receive(by="群众", register=REPORTS, values=values, on=on)


MANAGE = ("placenames.manage",)
ANSWERING = procedure(
    Procedure(
        REPORTS,
        (
            Step(
                "right",
                "属实，已改正",
                "True, put right",
                ("new",),
                "right",
                MANAGE,
                asks=("answer",),
                needs=("answer",),
                day="answered_on",
            ),
            Step(
                "wrong",
                "经核实无误",
                "Found to be in order",
                ("new",),
                "wrong",
                MANAGE,
                asks=("answer",),
                needs=("answer",),
                day="answered_on",
            ),
        ),
    )
)
