"""Which demonstration families stand where (演示安排): matter, how far they have come, and what makes them special."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """One family of the demonstration: how often, in which matter, up to which stop.

    `disputed` lets a department say other than the family; `over` gives an income above every line.
    """

    count: int
    stop: str
    matter: str = "dibao"
    disputed: bool = False
    over: bool = False
    edge: bool = False
    channel: str = "counter"


PLANS = (
    Plan(3, "draft", channel="worker"),
    Plan(4, "submitted", channel="resident"),
    Plan(2, "need_more"),
    Plan(4, "accepted"),
    Plan(3, "surveyed", disputed=True),
    Plan(2, "opined"),
    Plan(4, "publicity"),
    Plan(2, "objection"),
    Plan(5, "confirming"),
    Plan(2, "confirming", over=True),
    Plan(2, "returned"),
    Plan(6, "approved"),
    Plan(3, "refused", over=True),
    Plan(2, "transferred", edge=True),
    Plan(1, "withdrawn"),
    Plan(1, "terminated"),
    Plan(2, "reviewing"),
    Plan(1, "reduced"),
    Plan(1, "fading"),
    Plan(2, "submitted", matter="temp_small"),
    Plan(2, "paid_first", matter="temp_small"),
)
