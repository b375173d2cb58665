"""Repeated blocks on their own sheets: each row attached to the response it hangs on, through the blocks around it if nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from habitat_enquete.errors import Code, Problem, problem
from habitat_enquete.ingest.answers.choices import fold
from habitat_enquete.ingest.answers.layout import Layout
from habitat_enquete.ingest.answers.metadata import Meta
from habitat_enquete.ingest.answers.rows import Counts, Defects, Options, Row, Table
from habitat_enquete.ingest.answers.sheet_answers import SheetReader
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.workbooks import CellValue
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.response import Answer, AnswerState

Node: TypeAlias = tuple[
    Meta, str, str
]  # the kind of key that designates a row, the sheet it counts in, the key

# How a repeat's sheet names the row it hangs on, and the column that bears the same value there.
_PARENTS: Final = {
    Meta.PARENT_KEY: Meta.KEY,
    Meta.PARENT_ID: Meta.KOBO_ID,
    Meta.PARENT_INDEX: Meta.INDEX,
}
_DEEPEST: Final = 10
_EMPTY: Final = frozenset({AnswerState.NO_ANSWER, AnswerState.NOT_ASKED})


@dataclass(slots=True)
class RepeatedBlocks:
    """The instances of every repeated block of a file, to be attached to their responses."""

    questionnaire: Questionnaire
    tables: Sequence[Table]
    options: Options
    problems: list[Problem]
    counts: Counts
    defects: Defects
    labelled: bool = False  # whether the main table writes the labels of choices
    _instances: list[tuple[Table, dict[Node, list[Row]]]] = field(default_factory=list)
    _used: set[tuple[str, Node]] = field(default_factory=set)

    def read(self) -> None:
        """Read every block. What has no link to a response is told."""
        found: list[tuple[Table, list[tuple[Node, Row]]]] = []
        above: dict[Node, Node] = {}
        for table in self.tables:
            linked = self._linked(table)
            found.append((table, linked))
            for node, row in linked:
                above |= dict.fromkeys(_own(table.layout, row.cells, _sheet(table.sheet.name)), node)
        for table, linked in found:
            by_root: dict[Node, list[Row]] = {}
            for node, row in linked:
                by_root.setdefault(_root(node, above), []).append(row)
            self._instances.append((table, by_root))

    def _linked(self, table: Table) -> list[tuple[Node, Row]]:
        """The rows of a block, each with what designates the row it hangs on."""
        if all(table.layout.meta(role) is None for role in _PARENTS):
            self.problems.append(
                problem(
                    Code.REPEAT_UNLINKED, file=self.options.name, sheet=table.sheet.name, repeat=table.repeat
                )
            )
            return []
        sheets = {_sheet(each.sheet.name) for each in self.tables}
        reader = SheetReader(
            table,
            self.questionnaire,
            self.options,
            self.problems,
            defects=self.defects,
            labelled=self.labelled,
        )
        return [(_parent(table.layout, row.cells, sheets), row) for block in reader.blocks() for row in block]

    def attach(self, row: Row, links: Mapping[Meta, int]) -> None:
        """Give a row of the main table the answers of the instances that hang on it, ranked in the order of their sheet."""
        nodes = [(role, "", plain(row.cells[index]).strip()) for role, index in links.items()]
        for table, by_root in self._instances:
            node = next((node for node in nodes if node in by_root), None)
            if node is None:
                continue
            self._used.add((table.sheet.name, node))
            for rank, instance in enumerate(by_root[node], 1):
                row.answers.extend([answer._replace(repeat=rank) for answer in instance.answers])

    def tell_orphans(self) -> None:
        """Tell the instances that no response of the main table claims."""
        for table, by_root in self._instances:
            for node, rows in by_root.items():
                if (table.sheet.name, node) in self._used:
                    continue
                self.counts.orphans += len(rows)
                for row in rows:
                    self.problems.append(
                        problem(
                            Code.REPEAT_ORPHAN,
                            file=self.options.name,
                            sheet=table.sheet.name,
                            row=row.number,
                            repeat=table.repeat,
                        )
                    )


def links_to(layout: Layout) -> dict[Meta, int]:
    """The columns of the main table that blocks refer to."""
    return {role: index for role in _PARENTS.values() if (index := layout.meta(role)) is not None}


def without_empty_instances(answers: list[Answer]) -> list[Answer]:
    """The answers, without the instances of repeats that nobody filled (`ep3_…` of a wide table)."""
    if not any(answer[5] for answer in answers):
        return answers
    filled = {answer[5] for answer in answers if answer[5] and answer[2] not in _EMPTY}
    return [answer for answer in answers if not answer[5] or answer[5] in filled]


def _sheet(name: str) -> str:
    """The name of a sheet as another sheet refers to it, cut at 31 letters or not."""
    return fold(name).rstrip(".…")[:28]


def _parent(layout: Layout, cells: list[CellValue], sheets: set[str]) -> Node:
    """What designates the row that an instance hangs on: its key, the id of its submission, or its rank in a sheet."""
    for role, parent in _PARENTS.items():
        index = layout.meta(role)
        if index is None or not (key := plain(cells[index]).strip()):
            continue
        if role is not Meta.PARENT_INDEX:
            return parent, "", key
        named = layout.meta(Meta.PARENT_TABLE)
        sheet = _sheet(plain(cells[named])) if named is not None else ""
        return parent, sheet if sheet in sheets else "", key
    return Meta.OTHER, "", ""


def _own(layout: Layout, cells: list[CellValue], sheet: str) -> Iterator[Node]:
    """What designates an instance itself, for the blocks nested in it."""
    for role in (Meta.KEY, Meta.INDEX):
        index = layout.meta(role)
        if index is not None and (key := plain(cells[index]).strip()):
            yield role, sheet if role is Meta.INDEX else "", key


def _root(node: Node, above: Mapping[Node, Node]) -> Node:
    """The row of the main table that an instance hangs on in the end."""
    for _ in range(_DEEPEST):
        if node not in above:
            return node
        node = above[node]
    return node
