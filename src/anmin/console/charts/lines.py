"""Income against benefit: today's rule dashed, the changed rule solid, cliffs marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from anmin.console.charts.scales import place, ticks
from anmin.console.charts.svg import Svg, element, line, picture, text

Point = tuple[int, int]
"""Income and benefit, both in fen a month."""


def income_chart(
    before: Sequence[Point],
    after: Sequence[Point],
    cliffs: Sequence[Point],
    *,
    label: str,
    shown: Callable[[int], str],
    cliff_word: str,
    width: int = 720,
    height: int = 300,
) -> Svg:
    """Draw the benefit by income under two sets of rates; `cliffs` are the points of `after` just before a fall."""
    points = [*before, *after]
    if not points:
        return Svg("")
    across = ticks(0, max(point[0] for point in points), 5 if width > 500 else 3)
    up = ticks(0, max(point[1] for point in points), 4)
    left = 8 + 7 * max(len(shown(mark)) for mark in up)
    right, top, bottom = width - 24, 18, height - 28

    def at(point: Point) -> tuple[float, float]:
        return (
            place(point[0], (across[0], across[-1]), (left, right)),
            place(point[1], (up[0], up[-1]), (bottom, top)),
        )

    drawn = []
    for mark in up:
        level = at((0, mark))[1]
        drawn += [
            line(left, level, right, level, "grid"),
            text(left - 6, level + 4, shown(mark), anchor="end", class_="tick"),
        ]
    drawn += [
        text(at((mark, 0))[0], height - 8, shown(mark), anchor="middle", class_="tick") for mark in across
    ]
    drawn += [_path(before, at, "before"), _path(after, at, "after")]
    for cliff in cliffs:
        x, y = at(cliff)
        drawn.append(element("circle", cx=x, cy=y, r=5, class_="cliff"))
        drawn.append(
            text(
                min(x + 8, right - 60), max(y - 8, 12), f"{cliff_word} {shown(cliff[0])}", class_="cliff-word"
            )
        )
    return picture(*drawn, width=width, height=height, label=label, class_="income")


def _path(points: Sequence[Point], at: Callable[[Point], tuple[float, float]], class_: str) -> Svg:
    if not points:
        return Svg("")
    places = [at(point) for point in points]
    return element("path", d="M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places), class_=f"curve {class_}")
