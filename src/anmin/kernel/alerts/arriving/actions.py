"""Watch a day: snapshot, evaluation, hits to the desk, reviews, dispatch; after a batch has landed and each morning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from anmin.kernel.access.queries import operator
from anmin.kernel.alerts.arriving.ownbooks import land_own_books
from anmin.kernel.alerts.changes.actions import open_reviews
from anmin.kernel.alerts.handling.actions import dispatch
from anmin.kernel.alerts.raising.actions import Raised, raise_hits
from anmin.kernel.alerts.raising.hits import of_rules
from anmin.kernel.facts.lake.actions import update_snapshot
from anmin.kernel.screening.monitoring import evaluations, watch_snapshot
from anmin.kernel.screening.rulebooks import rulebook
from anmin.policy.alerts import HITS, hits_of
from anmin.policy.watching import Watched

HANDED_OVER = "on-the-desk"
"""A file in the folder of an evaluation whose hits are all on the desk; it names the evaluation, since a later one takes
over the folder of an earlier."""
SAME = ("rule", "household", "person", "month", "version")


@dataclass(frozen=True)
class Day:
    """What a day's monitoring came to; `watched` is None where nothing had changed since the last one of that day."""

    watched: Watched | None
    raised: Raised
    given_out: int = 0


def watch_day(*, by: str, on: date, whole: bool = False) -> Day:
    """Take up what departments sent and our own books say: today's snapshot, the rules of monitoring over it, what is new to the desk.

    Where neither the register nor a batch changed since the last evaluation of the day, nothing is done. What was
    evaluated but did not reach the desk (a crash between) is handed over by the next call.

    Raises:
        PolicyError: `register_empty` before anybody is registered; as `update_snapshot` and `watch_snapshot`.
    """
    land_own_books(by=by, on=on)
    snapshot, _changed = update_snapshot(by=by, on=on, facts=rulebook().facts)
    done = next((one for one in evaluations() if _is_of(one, snapshot.folder.name, on)), None)
    if done is not None and not whole and _is_handed_over(done):
        return Day(None, Raised())
    if done is None or whole:
        done = watch_snapshot(by=by, snapshot=snapshot, on=on, whole=whole)
    raised = hand_over(by=by, watched=done, on=on)
    open_reviews(by=operator(on, by), on=on)
    return Day(done, raised, dispatch(by=by, on=on))


def hand_over(*, by: str, watched: Watched, on: date) -> Raised:
    """Bring the hits of an evaluation to the desk, those alone that the last one handed over did not have."""
    found = new_hits(watched, _last_handed_over(watched))
    raised = raise_hits(by=by, hits=(of_rules(hit) for hit in hits_of(found) if hit.household), on=on)
    (watched.folder / HANDED_OVER).write_text(watched.folder.name, "utf-8")
    return raised


def new_hits(watched: Watched, earlier: Watched | None) -> pa.Table:
    """The hits of an evaluation that an earlier one did not have: another rule, household, person, month or value."""
    if earlier is None:
        return watched.hits
    same = " AND ".join(f"now.{name} IS NOT DISTINCT FROM was.{name}" for name in SAME)
    con = duckdb.connect()
    try:
        con.register("now_hits", watched.hits)
        con.register("was_hits", earlier.hits)
        found = con.execute(
            f"SELECT now.* FROM now_hits AS now ANTI JOIN was_hits AS was ON {same}"
            " AND list_transform(now.values, lambda one: struct_pack(f := one.fact, m := one.member, v := one.value))"
            " = list_transform(was.values, lambda one: struct_pack(f := one.fact, m := one.member, v := one.value))"
            " ORDER BY now.household, now.rule, now.person"
        ).to_arrow_table()
    finally:
        con.close()
    return found.cast(HITS)


def _is_of(watched: Watched, snapshot: str, on: date) -> bool:
    return watched.manifest["snapshot"] == snapshot and watched.manifest["on"] == on.isoformat()


def _last_handed_over(watched: Watched) -> Watched | None:
    """The newest other evaluation all of whose hits are on the desk."""
    return next((one for one in evaluations() if one.folder != watched.folder and _is_handed_over(one)), None)


def _is_handed_over(watched: Watched) -> bool:
    mark: Path = watched.folder / HANDED_OVER
    return mark.exists() and mark.read_text("utf-8") == watched.folder.name
