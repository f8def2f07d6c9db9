"""When what was taken over is looked at again (复核日的安排): spread over the coming months, the highest differences first."""

from __future__ import annotations

from anmin.kernel.cases.deciding.granting import REVIEW_MONTHS

DIFFERING_DAYS = 90
"""Days in which everything that differs is looked at, the highest difference on the first of them."""
SOONEST = 30
"""Days before anything else is looked at."""
GIVEN_DAYS = 60
"""Days before a day that many rows of a list name, over which they are spread: earlier is allowed, later is not."""
TOGETHER = 20
"""Rows that may stay on one day that a list names."""

_SPANS = " ".join(f"WHEN '{name}' THEN {months * 30}" for name, months in REVIEW_MONTHS.items())

SPREAD = f"""
WITH waiting AS (
    SELECT id, row, review_class, review_asked, found = 'differs' AS is_differing,
        abs(coalesce(found_fen, 0) - coalesce(fen, 0)) AS apart,
        CASE WHEN review_asked > %(on)s THEN review_asked END AS asked
    FROM kernel_takeoverrow WHERE batch_id = %(batch)s AND state = 'accepted'
), placed AS (
    SELECT *,
        row_number() OVER (PARTITION BY is_differing ORDER BY apart DESC, row) - 1 AS by_difference,
        count(*) OVER (PARTITION BY is_differing) AS alike,
        row_number() OVER (PARTITION BY asked, review_class, is_differing ORDER BY row) - 1 AS place,
        count(*) OVER (PARTITION BY asked, review_class, is_differing) AS beside
    FROM waiting
), dated AS (
    SELECT id, asked, is_differing,
        (%(on)s::date + 1 + (by_difference * {DIFFERING_DAYS} / alike)::integer) AS early,
        CASE
            WHEN asked IS NULL THEN %(on)s::date + {SOONEST}
                + (place * ((CASE review_class {_SPANS} ELSE 360 END) - {SOONEST}) / beside)::integer
            WHEN beside <= {TOGETHER} THEN asked
            ELSE asked - (place * least({GIVEN_DAYS}, asked - %(on)s::date - 1) / beside)::integer
        END AS usual
    FROM placed
)
UPDATE kernel_takeoverrow AS one
SET review_on = CASE WHEN dated.is_differing THEN least(dated.early, dated.usual) ELSE dated.usual END
FROM dated WHERE dated.id = one.id
"""
"""Sets `review_on` of the waiting rows of a list; `batch` and the day `on` are named."""
