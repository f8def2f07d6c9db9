"""Selections of heritage names, protected names and red names (评选): nomination, experts, votes, publicity, list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from anmin.domains.placenames.choosing import Candidate, by_scores, by_votes
from anmin.domains.placenames.registers.names import NAMES, Name
from anmin.domains.placenames.registers.reports import REPORTS
from anmin.kernel.law.clocks import last_day_of_publicity
from anmin.kernel.registers.actions import receive, set_columns
from anmin.kernel.registers.declaring import Register, Trouble, declared
from anmin.kernel.registers.entries import Entry
from anmin.kernel.registers.guards import PublicRows
from anmin.kernel.registers.steps import Procedure, Step
from anmin.kernel.registers.steps import declared as procedure

MANAGE, APPROVE = ("placenames.manage",), ("placenames.approve",)
PUBLICITY = 7
"""Days a list hangs before it is decided; local practice, not verified."""
RED = (1919, 1949)


class Campaign(Entry):
    """One selection (评选活动): which list, how many places, how many experts, by votes or by scores."""

    class List(models.TextChoices):
        HERITAGE = "heritage", "地名文化遗产"
        PROTECTED = "protected", "地名保护名录"
        RED = "red", "红色地名"

    class Way(models.TextChoices):
        VOTES = "votes", "投票，过半数入选"
        SCORES = "scores", "打分，去掉最高最低"

    name = models.CharField("名称", max_length=100)
    what = models.CharField("名录", max_length=10, choices=List.choices)
    way = models.CharField("办法", max_length=10, choices=Way.choices)
    places = models.PositiveSmallIntegerField("名额")
    panel = models.PositiveSmallIntegerField("专家人数")
    least = models.PositiveSmallIntegerField("最低平均分", default=60, validators=[MaxValueValidator(100)])
    law = models.CharField("依据", max_length=200, blank=True)

    class Meta(Entry.Meta):
        constraints = [*Entry.Meta.constraints, PublicRows(name="campaign_public", condition="level <= 1")]


class Nominee(Entry):
    """One nomination (推荐): the name, unit, evidence, period, meaning, and how it fared."""

    class State(models.TextChoices):
        NEW = "new", "已推荐"
        COMPLETE = "complete", "材料齐全"
        REVIEWED = "reviewed", "专家已评"
        SHOWN = "shown", "公示中"
        LISTED = "listed", "已列入名录"
        LEFT = "left", "未入选"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="nominees", verbose_name="评选活动")
    name = models.ForeignKey(Name, models.PROTECT, related_name="nominations", verbose_name="地名")
    unit = models.CharField("推荐单位", max_length=100)
    period = models.CharField("年代", max_length=100, blank=True)
    event_year = models.PositiveSmallIntegerField("革命事件年份", null=True, blank=True)
    event = models.CharField("革命人物、事件或旧址", max_length=300, blank=True)
    meaning = models.CharField("文化价值", max_length=400)
    evidence = models.CharField("佐证材料", max_length=400)
    oral_source = models.CharField("口述来源", max_length=200, blank=True)
    measure = models.CharField("保护措施", max_length=400, blank=True)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.NEW)
    evidence_score = models.PositiveSmallIntegerField(
        "佐证分", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    votes = models.PositiveSmallIntegerField("得票", null=True, blank=True)
    scores = models.CharField("各专家评分", max_length=200, blank=True, help_text="用空格隔开，0 至 100。")
    reviewed_on = models.DateField("评审日", null=True, blank=True)
    shown_on = models.DateField("公示起始日", null=True, blank=True)
    objections = models.CharField("异议和处理", max_length=400, blank=True)
    listed_on = models.DateField("列入日", null=True, blank=True)

    class Meta(Entry.Meta):
        constraints = [
            *Entry.Meta.constraints,
            PublicRows(name="nominee_public", condition="level <= 1 AND state IN ('shown', 'listed')"),
            models.UniqueConstraint(
                fields=["campaign", "name"],
                condition=Q(last_day__isnull=True),
                name="nominee_once_in_a_campaign",
                violation_error_message="这个地名在这次评选里已经推荐过。",
            ),
            models.CheckConstraint(
                condition=~Q(state="listed") | Q(listed_on__gte=F("shown_on")),
                name="nominee_listed_after_it_was_shown",
            ),
        ]


def red_has_its_ground(values: Mapping[str, Any], entry: Any, by: Any, on: date) -> Iterator[Trouble]:
    """A red name cites a revolutionary person, event or site of 1919 to 1949 (criterion not verified)."""
    campaign = values.get("campaign") or entry.campaign
    if campaign.what != Campaign.List.RED:
        return
    year, event = values.get("event_year"), values.get("event", "")
    if not event.strip() or year is None or not RED[0] <= year <= RED[1]:
        words = "红色地名要写明 1919—1949 年间的革命人物、事件或旧址和年份。"
        yield Trouble("event_year", "red", words)


def objection(*, entry: Any, words: str, contact: str, on: date) -> str:
    """Take in what somebody has against a nomination that is public; gives its receipt. Nobody is named in the book of acts."""
    values = {
        "division": entry.division,
        "place": f"{entry.name.name}（{entry.campaign.name}）"[:60],
        "place_number": entry.number,
        "words": f"对评选公示的意见：{words.strip()}",
        "contact": contact.strip(),
    }
    return receive(by="群众", register=REPORTS, values=values, on=on)


CAMPAIGNS = declared(
    Register(
        Campaign,
        key="placenames/campaigns",
        title="地名评选活动",
        english="Selections of names",
        columns=("name", "what", "way", "places", "panel"),
        filters=("what",),
        search=("name",),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="登记地名文化遗产、保护名录、红色地名的评选",
        law="地名管理条例 §§24、25",
        prefix="DMPX",
        words={
            "name": "Name",
            "what": "List",
            "way": "How",
            "places": "Places",
            "panel": "Experts",
            "least": "Least mean score",
            "law": "Ground",
        },
    )
)
NOMINEES = declared(
    Register(
        Nominee,
        key="placenames/nominees",
        title="评选推荐和名录",
        english="Nominations and lists",
        public=("name", "campaign", "unit", "meaning", "state", "shown_on", "listed_on"),
        reports=objection,
        columns=("name", "campaign", "unit", "state", "votes", "listed_on"),
        filters=("state",),
        search=("meaning", "unit"),
        read=("placenames.read",),
        write=("placenames.manage",),
        purpose="办理地名评选并登记入选名录",
        law="地名管理条例 §§24、25",
        prefix="DMTJ",
        checks=(red_has_its_ground,),
        fixed=frozenset(
            {
                "state",
                "evidence_score",
                "votes",
                "scores",
                "reviewed_on",
                "shown_on",
                "objections",
                "listed_on",
            }
        ),
        sheet="地名保护名录登记表",
        sheet_english="Sheet of a protected name",
        words={
            "campaign": "Selection",
            "name": "Place name",
            "unit": "Nominated by",
            "period": "Period",
            "event_year": "Year of the event",
            "event": "Revolutionary person, event or site",
            "meaning": "Cultural value",
            "evidence": "Evidence",
            "oral_source": "Oral source",
            "measure": "Protection measure",
            "state": "State",
            "evidence_score": "Score of the evidence",
            "votes": "Votes",
            "scores": "Experts' scores",
            "reviewed_on": "Reviewed on",
            "shown_on": "Shown from",
            "objections": "Objections",
            "listed_on": "Listed on",
        },
    )
)


def scores_of(text: str) -> tuple[int, ...]:
    """Scores as they are written."""
    return tuple(int(part) for part in text.replace("，", " ").replace("、", " ").split() if part.isdigit())


def review_is_whole(row: Any, values: Mapping[str, Any], by: Any, on: date) -> Iterator[Trouble]:
    """Votes within the panel, or a score of every expert."""
    campaign = row.campaign
    if campaign.way == Campaign.Way.VOTES:
        if values.get("votes") is None or values["votes"] > campaign.panel:
            yield Trouble("votes", "votes", f"得票要填，不能超过专家人数 {campaign.panel}。")
        return
    scores = scores_of(values.get("scores", ""))
    if len(scores) != campaign.panel or any(score > 100 for score in scores):
        yield Trouble("scores", "scores", f"要有 {campaign.panel} 位专家的评分，各在 0 至 100 之间。")


def chosen(campaign: Campaign) -> list[str]:
    """The numbers of the nominees that are chosen, by the rule of the selection; later states stay in the count."""
    rows = campaign.nominees.exclude(state__in=("new", "complete")).order_by("pk")
    candidates = [
        Candidate(
            row.number,
            row.first_day,
            row.evidence_score or 0,
            row.votes or 0,
            scores_of(row.scores),
        )
        for row in rows
    ]
    if campaign.way == Campaign.Way.VOTES:
        return by_votes(candidates, panel=campaign.panel, places=campaign.places)
    return by_scores(candidates, least=campaign.least, places=campaign.places)


def is_chosen(row: Any, values: Mapping[str, Any], by: Any, on: date) -> Iterator[Trouble]:
    """Only after the whole field was reviewed, and only those within votes and quota."""
    if row.campaign.nominees.filter(state="complete").exists():
        yield Trouble("", "open", "这次评选还有没评完的推荐，评完再公示。")
    elif row.number not in chosen(row.campaign):
        yield Trouble("", "not_chosen", "没有入选：票数不过半、低于最低分，或超出名额。")


def publicity_is_over(row: Any, values: Mapping[str, Any], by: Any, on: date) -> Iterator[Trouble]:
    """The publicity has run its days and a protected name has its measure."""
    last = last_day_of_publicity(row.shown_on, PUBLICITY)
    if on <= last:
        yield Trouble("", "publicity", f"公示到 {last} 为止，期满后才能列入。")
    if not values.get("measure", "").strip():
        yield Trouble("measure", "required", "列入名录要写明保护措施（地名管理条例 §25）。")


def onto_the_list(row: Any, by: Any, on: date) -> None:
    """The name is protected from now on: it is not changed without its measure."""
    set_columns(
        by=by,
        register=NAMES,
        entry=row.name,
        values={"is_listed": True, "measure": row.measure},
        reason=f"列入{row.campaign.get_what_display()}",
        act="registers.list",
        powers=APPROVE,
    )


SELECTION = procedure(
    Procedure(
        NOMINEES,
        (
            Step("complete", "材料齐全", "Complete", ("new",), "complete", MANAGE),
            Step(
                "review",
                "登记专家评审",
                "Record the review",
                ("complete",),
                "reviewed",
                MANAGE,
                asks=("votes", "scores", "evidence_score"),
                needs=("evidence_score",),
                day="reviewed_on",
                obstacles=review_is_whole,
            ),
            Step(
                "show",
                "入选，公示",
                "Chosen: show",
                ("reviewed",),
                "shown",
                MANAGE,
                day="shown_on",
                obstacles=is_chosen,
            ),
            Step("leave", "未入选", "Not chosen", ("reviewed", "shown"), "left", MANAGE, needs_reason=True),
            Step(
                "list",
                "列入名录",
                "Put on the list",
                ("shown",),
                "listed",
                APPROVE,
                asks=("objections", "measure"),
                day="listed_on",
                other_than=("enter", "review"),
                obstacles=publicity_is_over,
                does=onto_the_list,
            ),
        ),
    )
)
