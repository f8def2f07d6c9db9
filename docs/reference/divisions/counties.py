"""Provinces to counties since 1980, and what became of each code: from year books and an events file."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

LAST_BOOK = 2020
"""The last year whose code book the spans follow; later ends and beginnings come from events and corrections."""
GUESSED = "自动补全"
"""Mark of events whose target was filled in by a program: by name alone, across provinces too. They are not used."""
RENUMBERING = 1985
"""Before this year the whole country was numbered anew: a "renaming" then is often one number given twice."""
NAME_GAP = 3
"""Years after its end in which the same name under another code is held to be the same division."""
KINDS = {
    "更名": "RENAMED",
    "同名改码": "RECODED",
    "撤县设市": "CONVERTED",
    "撤县设区": "CONVERTED",
    "撤市设区": "CONVERTED",
    "撤地设市": "CONVERTED",
    "撤区设区": "MERGED",
    "撤旗设区": "CONVERTED",
    "撤销": "MERGED",
    "新设": "CREATED",
    "划转": "TRANSFERRED",
    "区划调整": "CONVERTED",
}
"""Kinds that say where a code went. 码位改派 (the same number given to somebody else) says nothing of the kind."""


@dataclass(frozen=True)
class Span:
    """A code with a name from the book of a year (0: the first book) to the book of a year (None: today)."""

    code: str
    name: str
    first: str
    last: str = ""

    @property
    def first_year(self) -> int:
        return int(self.first.lstrip("~")[:4] or 0)

    @property
    def last_year(self) -> int:
        """The last year whose book shows it."""
        if len(self.last) == 10:
            return int(self.last[:4]) - (self.last[5:] != "12-31")
        return int(self.last or 9999)


@dataclass(frozen=True)
class Link:
    """One change as it goes into the file."""

    when: str
    kind: str
    old: str
    old_name: str
    new: str
    new_name: str
    extent: str
    document: str
    source: str


def current_list(divisions: Mapping[str, Any]) -> dict[str, str]:
    """Six-digit code → name of the official list: provinces, prefectures, counties."""
    found: dict[str, str] = {}
    for province, body in divisions["provinces"].items():
        found[body["code"][:6]] = province
        for city, inner in body["cities"].items():
            if inner["code"]:
                found[inner["code"][:6]] = city
            found |= {code[:6]: county for county, code in inner["counties"].items()}
    return found


def build(
    divisions: str, history: str, timeline: Mapping[str, list[dict[str, Any]]], fixes: Mapping[str, Any]
) -> tuple[list[Span], list[Link]]:
    """Spans and links, checked: what is open must be exactly today's list."""
    today = current_list(json.loads(divisions))
    spans = _spans_of_books(timeline, fixes)
    links = _links_of_events(json.loads(history)["events"], fixes)
    links += _links_of_fixes(fixes, spans, today)
    spans = _bring_up_to_date(spans, links, today, fixes)
    links = _without_number_reuse(_aim(links, spans))
    links += _same_name_links(links, spans)
    followed = {(link.old, _year(link)) for link in links if link.new}
    links = [_conversion(k, links, spans) for k in links if k.new or (k.old, _year(k)) not in followed]
    links += [
        _simple("CREATED", span)
        for span in spans
        if span.first and not any(link.new == span.code and _year(link) == span.first_year for link in links)
    ]
    open_now = {span.code: span.name for span in spans if not span.last}
    if open_now != today:
        wrong = {
            c: (open_now.get(c), today.get(c)) for c in open_now | today if open_now.get(c) != today.get(c)
        }
        raise SystemExit(f"The spans that are open differ from the official list: {wrong}")
    return sorted(spans, key=lambda s: (s.code, s.first_year)), sorted(set(links), key=_order)


def _order(link: Link) -> tuple[str, str, str, str]:
    return link.when, link.old, link.new, link.kind


def _year(link: Link) -> int:
    return int(link.when[:4])


def _spans_of_books(timeline: Mapping[str, list[dict[str, Any]]], fixes: Mapping[str, Any]) -> list[Span]:
    """A name that the books show within the years of another name for the same number is a misprint (1982, 1983, 2003)."""
    dropped = {(str(code), name) for code, name in fixes["drop_spans"]}
    spans = []
    for code, rows in timeline.items():
        kept = [
            Span(code, row["address"], str(row["start_year"]), str(row["end_year"]))
            for row in rows
            if (code, row["address"]) not in dropped
        ]
        spans += [s for s in kept if not any(_within(s, other) for other in kept)]
    return spans


def _within(span: Span, other: Span) -> bool:
    inside = other.first_year <= span.first_year and span.last_year <= other.last_year
    return inside and span.name != other.name


def _links_of_events(events: list[dict[str, Any]], fixes: Mapping[str, Any]) -> list[Link]:
    dropped = {(year, old, new) for year, old, new in fixes["drop_changes"]}
    links = []
    for event in events:
        old, new = event["old"] or {}, event["new"] or {}
        codes = (old.get("code") or "")[:6], (new.get("code") or "")[:6]
        if event["type"] not in KINDS or not any(codes) or (event["year"], *codes) in dropped:
            continue
        if GUESSED in (event.get("note") or ""):
            continue
        if codes[0] == codes[1] and old["name"] == new["name"]:
            continue
        kind = KINDS[event["type"]] if codes[1] else "ABOLISHED"
        links.append(
            Link(
                str(event["year"]),
                kind,
                codes[0],
                old.get("name") or "",
                codes[1],
                new.get("name") or "",
                "part" if kind == "TRANSFERRED" else "whole",
                event["doc_no"] or "",
                _source(event),
            )
        )
    return links


def _source(event: Mapping[str, Any]) -> str:
    if official := event.get("source_official"):
        return str(official)
    told = event.get("source") or ""
    if told.startswith("GB/T 2260"):
        guessed = "，去向据补录" if (event.get("note") or "").startswith("2026-09-17") else ""
        return f"GB/T 2260 逐年代码簿比对{guessed}"
    return told.replace("gov_cn_gongbao", "国务院公报").split("（")[0]


def _links_of_fixes(fixes: Mapping[str, Any], spans: list[Span], today: Mapping[str, str]) -> list[Link]:
    links = []
    for row in fixes["changes"]:
        when = str(row.get("day") or row["year"])
        year = int(when[:4])
        before = next(
            s.name for s in spans if s.code == row["old"] and s.first_year < year <= s.last_year + 1
        )
        after = next(
            (s.name for s in spans if s.code == row["new"] and s.first_year <= year <= s.last_year), None
        )
        links.append(
            Link(
                when,
                row["kind"],
                row["old"],
                before,
                row["new"],
                after or today[row["new"]],
                row["extent"],
                row["document"],
                row["source"],
            )
        )
    return links


def _bring_up_to_date(
    spans: list[Span], links: list[Link], today: Mapping[str, str], fixes: Mapping[str, Any]
) -> list[Span]:
    """Close what is gone and open what is new since the last book; put exact days where a correction has one."""
    exact_end = {(k.old, _year(k)): k.when for k in links if len(k.when) == 10 and k.extent != "part"}
    exact_start = {(k.new, _year(k)): k.when for k in links if len(k.when) == 10 and k.extent != "part"}
    ended = {k.old: k.when for k in links if _year(k) > LAST_BOOK and k.extent != "part" and k.old != k.new}
    begun = {k.new: k.when for k in links if _year(k) > LAST_BOOK and k.new}
    begun |= {
        k.new: exact_start.get((k.new, _year(k)), k.when) for k in links if _year(k) > LAST_BOOK and k.new
    }
    result = []
    for span in spans:
        if not span.last and span.code not in today:
            if span.code not in ended:
                raise SystemExit(f"{span.code} {span.name} is not in today's list and no event ends it")
            span = replace(span, last=str(int(ended[span.code][:4]) - 1))
        if span.last and (day := exact_end.get((span.code, span.last_year + 1))):
            span = replace(span, last=str(date.fromisoformat(day) - timedelta(days=1)))
        if span.first and (day := exact_start.get((span.code, span.first_year))):
            span = replace(span, first=day)
        result.append(span)
    have = {span.code for span in result if not span.last}
    given = {row["code"]: row["first"] for row in fixes["spans"]}
    for code, name in today.items():
        if code not in have:
            if code not in given and code not in begun:
                raise SystemExit(f"{code} {name} is in today's list and nothing says since when")
            result.append(Span(code, name, given.get(code) or begun.get(code, "")))
    return result


def _aim(links: list[Link], spans: list[Span]) -> list[Link]:
    """Point every link at codes that existed: an event may name the code that its target was given years later."""
    by_code: dict[str, list[Span]] = defaultdict(list)
    by_name: dict[tuple[str, int], list[Span]] = defaultdict(list)
    for span in spans:
        by_code[span.code].append(span)
        by_name[span.name, span.first_year].append(span)
    aimed = []
    for link in links:
        year = _year(link)
        if link.old and not any(s.first_year < year <= s.last_year + 1 for s in by_code[link.old]):
            continue
        if link.new and not any(s.first_year <= year <= s.last_year for s in by_code[link.new]):
            nearer = [
                s for s in by_name[link.new_name, year] if s.code[:2] == link.new[:2] and s.code != link.old
            ]
            if len(nearer) == 1:
                link = replace(link, new=nearer[0].code)
            elif not any(s.last_year >= year for s in by_code[link.new]):
                continue
        exact = next(
            (k.when for k in links if len(k.when) == 10 and k.old == link.old and _year(k) == year), None
        )
        aimed.append(replace(link, when=exact or link.when))
    return _without_doubles(aimed)


def _without_doubles(links: list[Link]) -> list[Link]:
    """Of several lines for the same old code, year and target keep the one that says most."""
    best: dict[tuple[str, str, str], Link] = {}
    for link in links:
        key = link.old or f"→{link.new}", link.when[:4], link.new
        weight = (link.extent != "whole", bool(link.document), len(link.source))
        kept = best.get(key)
        if kept is None or weight > (kept.extent != "whole", bool(kept.document), len(kept.source)):
            best[key] = link
    found = list(best.values())
    told = {(k.old, k.when[:4]) for k in found if k.new}
    return [k for k in found if k.new or (k.old, k.when[:4]) not in told]


def _without_number_reuse(links: list[Link]) -> list[Link]:
    """A "renaming" where the old name went elsewhere, or the new one came from elsewhere, is one number used twice."""
    left = {(k.old, k.old_name, _year(k)) for k in links if k.old != k.new and k.new and k.extent != "part"}
    came = {(k.new, k.new_name, _year(k)) for k in links if k.old and k.old != k.new and k.extent != "part"}
    return [
        k
        for k in links
        if k.old != k.new
        or (
            (k.old, k.old_name, _year(k)) not in left
            and (_year(k) >= RENUMBERING or (k.new, k.new_name, _year(k)) not in came)
        )
    ]


def _conversion(link: Link, links: list[Link], spans: list[Span]) -> Link:
    """An abolished division that alone became a new one was converted, not merged into anything."""
    if link.kind != "MERGED" or link.extent != "whole":
        return link
    new = any(s.code == link.new and s.first_year == _year(link) for s in spans)
    alone = sum(k.new == link.new and bool(k.old) and _year(k) == _year(link) for k in links) == 1
    return replace(link, kind="CONVERTED") if new and alone else link


def _same_name_links(links: list[Link], spans: list[Span]) -> list[Link]:
    """Where no event says what became of a code: the same name under another code soon after, in the same province.

    Where that is the prefecture that a city grew into, the city itself went on as the one district that was new.
    """
    told = {(link.old, link.old_name, _year(link)) for link in links if link.new and link.extent != "part"}
    fed = {(link.new, _year(link)) for link in links if link.old}
    starts: dict[tuple[str, str, int], list[Span]] = defaultdict(list)
    districts: dict[tuple[str, int], list[Span]] = defaultdict(list)
    for span in spans:
        starts[span.code[:2], span.name, span.first_year].append(span)
        if not span.code.endswith("00") and (span.code, span.first_year) not in fed:
            districts[span.code[:4], span.first_year].append(span)
    prefectures = [span for span in spans if span.code.endswith("00")]
    found = []
    for span in spans:
        if not span.last or any((span.code, span.name, span.last_year + n) in told for n in (1, 2)):
            continue
        for year in range(span.last_year + 1, span.last_year + 1 + NAME_GAP):
            same = [s for s in starts[span.code[:2], span.name, year] if s.code != span.code]
            if len(same) != 1 or not _plausible(span, same[0], year, prefectures):
                continue
            target, kind, source = same[0], "RECODED", "同名换码，由名称推定"
            if target.code.endswith("00") and not span.code.endswith("00"):
                inside = districts[target.code[:4], year]
                kind, source = "CONVERTED", "同名地级市设立，去向推定"
                target = inside[0] if len(inside) == 1 else target
            found.append(
                Link(str(year), kind, span.code, span.name, target.code, target.name, "whole", "", source)
            )
            break
    return found


def _plausible(old: Span, new: Span, year: int, prefectures: list[Span]) -> bool:
    """A prefecture does not become a county, and a 郊区 or 城区 does not move to another prefecture that it had not left."""
    if old.code.endswith("00") and not new.code.endswith("00"):
        return False
    above = old.code[:4] + "00"
    stayed = any(p.code == above and p.first_year < year <= p.last_year for p in prefectures)
    return not (old.name.endswith("区") and stayed and old.code[:4] != new.code[:4])


def _simple(kind: str, span: Span) -> Link:
    return Link(span.first.lstrip("~"), kind, "", "", span.code, span.name, "whole", "", "代码簿或名录首见")
