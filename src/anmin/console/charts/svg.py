"""SVG written as text: elements, attributes and escaping, nothing else."""

from __future__ import annotations

from html import escape


class Svg(str):
    """Text that is finished SVG. Templates print it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def element(name: str, *children: str | None, **attributes: object) -> Svg:
    """One element. `class_` becomes `class`, `font_size` becomes `font-size`; None and "" leave an attribute out.

    Children that are `Svg` are kept, other text is escaped.
    """
    written = "".join(
        f' {_attribute(key)}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None and value != ""
    )
    inside = "".join(child if isinstance(child, Svg) else escape(child) for child in children if child)
    return Svg(f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>")


def join(parts: list[Svg]) -> Svg:
    """Several elements as one piece."""
    return Svg("".join(parts))


def picture(*children: Svg, width: float, height: float, label: str, class_: str = "") -> Svg:
    """The outer element of a chart; `label` is what a screen reader says."""
    return element(
        "svg",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="group",
        aria_label=label,
        class_=f"chart {class_}".strip(),
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", class_: str = "") -> Svg:
    """Words at a place. `anchor` is start, middle or end."""
    return element("text", words, x=x, y=y, text_anchor=None if anchor == "start" else anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Svg:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _attribute(key: str) -> str:
    key = key.rstrip("_")
    kept = {"viewBox", "patternUnits", "patternTransform", "preserveAspectRatio"}
    return key if key in kept else key.replace("_", "-")


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))
    return str(value)
