"""Which demonstration families stand where (演示安排): matter, how far they have come, and what makes them special."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """One family of the demonstration: how often, in which matter, up to which stop.

    It came `ago` days before the day of the demonstration, long enough for its stop and no longer, so that the
    remaining working days are those of a town that keeps up; one family waits too long. `disputed` lets a
    department say other than the family; `over` gives an income above every line.
    """

    count: int
    stop: str
    ago: int
    matter: str = "dibao"
    disputed: bool = False
    over: bool = False
    edge: bool = False
    channel: str = "counter"


PLANS = (
    Plan(3, "draft", 1, channel="worker"),
    Plan(4, "submitted", 3, channel="resident"),
    Plan(2, "need_more", 6),
    Plan(3, "accepted", 4),
    Plan(1, "accepted", 40),
    Plan(3, "surveyed", 6, disputed=True),
    Plan(2, "opined", 6),
    Plan(4, "publicity", 8),
    Plan(2, "objection", 10),
    Plan(5, "confirming", 13),
    Plan(2, "confirming", 13, over=True),
    Plan(2, "returned", 14),
    Plan(6, "approved", 35),
    Plan(3, "refused", 33, over=True),
    Plan(2, "transferred", 13, edge=True),
    Plan(1, "withdrawn", 12),
    Plan(1, "terminated", 20),
    Plan(2, "reviewing", 20),
    Plan(1, "reduced", 45),
    Plan(1, "fading", 45),
    Plan(2, "submitted", 1, matter="temp_small"),
    Plan(2, "paid_first", 2, matter="temp_small"),
)
