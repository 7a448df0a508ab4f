"""Tables of small controls, to type a matrix or to paint one."""

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets
import traitlets

Rows = tuple[tuple[Any, ...], ...]


class Grid(widgets.GridBox):
    """Controls in rows and columns with names, and one `value`: the rows of what they hold.

    Set `value` to set them all; who observes it hears of that once.
    """

    value = traitlets.Tuple()

    def __init__(
        self,
        cells: Sequence[Sequence[widgets.Widget]],
        rows: Sequence[str],
        columns: Sequence[str],
        *,
        corner: str = "",
        cell_width: str = "3.2em",
    ):
        self._cells, self._spreading = cells, False
        children = [_name(corner), *map(_name, columns)]
        for name, row in zip(rows, cells, strict=True):
            children += [_name(name), *row]
        columns_wide = f"minmax(4em, max-content) repeat({len(columns)}, {cell_width})"
        super().__init__(
            children, layout={"grid_template_columns": columns_wide, "grid_gap": "2px"}
        )
        self._gather()
        for cell in (cell for row in cells for cell in row):
            cell.observe(self._gather, names="value")
        self.observe(self._spread, names="value")

    def _gather(self, _change: object = None) -> None:
        if not self._spreading:
            self.value = tuple(tuple(cell.value for cell in row) for row in self._cells)

    def _spread(self, change: Any) -> None:
        self._spreading = True
        try:
            for cells, row in zip(self._cells, change.new, strict=True):
                for cell, value in zip(cells, row, strict=True):
                    cell.value = value
        finally:
            self._spreading = False


class Beside(widgets.Box):
    """Controls side by side, as far as there is room, and one `value`: the tuple of theirs."""

    value = traitlets.Tuple()

    def __init__(self, *parts: widgets.Widget):
        super().__init__(parts, layout={"flex_flow": "row wrap", "grid_gap": "0.5em 2em"})
        self._gather()
        for part in parts:
            part.observe(self._gather, names="value")

    def _gather(self, _change: object = None) -> None:
        self.value = tuple(part.value for part in self.children)


def number_grid(numbers: Rows, rows: Sequence[str], columns: Sequence[str], corner: str) -> Grid:
    """A table of numbers to type in; the arrow keys take the one in focus to the next half."""
    cells = [
        [
            _number(number, f"{corner} of {row}: {column}")
            for number, column in zip(line, columns, strict=True)
        ]
        for line, row in zip(numbers, rows, strict=True)
    ]
    return Grid(cells, rows, columns, corner=corner, cell_width="5em")


def toggle_grid(values: Rows, rows: Sequence[str], columns: Sequence[str]) -> Grid:
    """A table of switches; Tab moves between them, the space bar switches the one in focus.

    `rows` look at `columns`: a switch says so when the pointer rests on it.
    """
    cells = [
        [
            _switch(value, f"{row} may look at {column}")
            for value, column in zip(line, columns, strict=True)
        ]
        for line, row in zip(values, rows, strict=True)
    ]
    return Grid(cells, rows, columns)


def _number(value: float, tooltip: str) -> widgets.FloatText:
    return widgets.FloatText(value, step=0.5, tooltip=tooltip, layout={"width": "auto"})


def _switch(value: bool, tooltip: str) -> widgets.ToggleButton:
    switch = widgets.ToggleButton(value, tooltip=tooltip, layout={"width": "auto"})

    def mark(_change: object = None) -> None:
        switch.description = "●" if switch.value else "·"
        switch.button_style = "info" if switch.value else ""

    mark()
    switch.observe(mark, names="value")
    return switch


def _name(text: str) -> widgets.Label:
    return widgets.Label(text, layout={"width": "auto"})
