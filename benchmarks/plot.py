"""Lines on two logarithmic axes as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOURS = ("#0f62fe", "#24a148", "#6f6f6f", "#8a3ffc")
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 480, 400, 70, 46, 20, 54


@dataclass(frozen=True, slots=True)
class Line:
    """A named line through points (x, y), all above zero. A dashed one is something to hold the others against."""

    name: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram; `unit` is the y axis' name."""

    title: str
    unit: str
    lines: tuple[Line, ...]


def svg(panels: Sequence[Panel], x_name: str, description: str) -> str:
    """The panels side by side as one SVG document. Lines without points are left out."""
    width = _WIDTH * len(panels)
    body = "".join(
        f'<g transform="translate({index * _WIDTH} 0)">\n{_panel(panel, x_name)}</g>\n'
        for index, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" '
        f'role="img" font-family="system-ui, sans-serif" font-size="12" fill="#161616">\n'
        f"<title>{escape(description)}</title>\n"
        f'<rect width="{width}" height="{_HEIGHT}" fill="#ffffff"/>\n{body}</svg>\n'
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Powers of ten from `low` to `high` over the pixels from `start` to `end`."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def _axis(values: Sequence[float], start: float, end: float) -> _Axis:
    low = math.floor(math.log10(min(values)))
    high = math.ceil(math.log10(max(values)))
    return _Axis(low, max(high, low + 1), start, end)


def _panel(panel: Panel, x_name: str) -> str:
    lines = [line for line in panel.lines if line.points]
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    out = [f'<text x="{_LEFT}" y="24" font-size="15" font-weight="600">{escape(panel.title)}</text>\n']
    if not lines:
        return out[0]
    x_axis = _axis([x for line in lines for x, _ in line.points], _LEFT, right)
    y_axis = _axis([y for line in lines for _, y in line.points], bottom, _TOP)
    for power in range(x_axis.low, x_axis.high + 1):
        x = x_axis.at(10.0**power)
        out.append(f'<path d="M{x:.1f} {_TOP}V{bottom}" stroke="#e0e0e0"/>\n')
        out.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{_number(power)}</text>\n')
    for power in range(y_axis.low, y_axis.high + 1):
        y = y_axis.at(10.0**power)
        out.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#e0e0e0"/>\n')
        out.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_number(power)}</text>\n')
    out.append(
        f'<text x="{(_LEFT + right) / 2:.0f}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(x_name)}</text>\n'
        f'<text transform="translate(16 {(_TOP + bottom) / 2:.0f}) rotate(-90)" text-anchor="middle">'
        f"{escape(panel.unit)}</text>\n"
    )
    for index, line in enumerate(lines):
        colour = COLOURS[index % len(COLOURS)]
        dash = ' stroke-dasharray="6 4"' if line.dashed else ""
        places = [(x_axis.at(x), y_axis.at(y)) for x, y in sorted(line.points)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        out.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>\n')
        out.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>\n' for x, y in places)
        height = _TOP + 16 + index * 18
        out.append(
            f'<path d="M{_LEFT + 10} {height - 4}h24" stroke="{colour}" stroke-width="2"{dash}/>\n'
            f'<text x="{_LEFT + 40}" y="{height}">{escape(line.name)}</text>\n'
        )
    return "".join(out)


def _number(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"
