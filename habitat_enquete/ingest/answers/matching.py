"""Which questionnaire a file answers, and which of its sheets hold the responses and the repeated blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from habitat_enquete.errors import Code, EnqueteError, Problem, Severity, problem
from habitat_enquete.ingest.answers.choices import bare, fold
from habitat_enquete.ingest.answers.headers import HeaderIndex
from habitat_enquete.ingest.answers.layout import expected, proposals, read_layout
from habitat_enquete.ingest.answers.metadata import Meta, is_limesurvey
from habitat_enquete.ingest.answers.rows import Table
from habitat_enquete.ingest.answers.values import plain
from habitat_enquete.ingest.files.workbooks import Sheet, Workbook
from habitat_enquete.model.questionnaire import Questionnaire

_LEAST_SHARE: Final = 0.25  # of the columns that could be questions
_NEAR_SHARE: Final = 0.5  # the same, resemblances included
_CLEARLY: Final = 1.15
_LINKS: Final = (Meta.PARENT_KEY, Meta.PARENT_ID, Meta.PARENT_INDEX)
_HEAD: Final = 20


@dataclass(frozen=True, slots=True)
class Match:
    """A file read as the answers to one questionnaire: its main table, its repeated blocks, what was left aside."""

    questionnaire: Questionnaire
    index: HeaderIndex
    main: Table
    repeats: tuple[Table, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def score(self) -> float:
        """How well the questionnaire explains the file: more columns understood, fewer left over."""
        return self.main.layout.score

    @property
    def share(self) -> float:
        """The share of the columns with a header, exporters' own apart, that were found in the questionnaire."""
        found = sum(column.question is not None for column in self.main.layout.columns)
        return found / max(1, found + len(self.main.layout.unknown))


def best_match(
    workbook: Workbook,
    questionnaires: Sequence[Questionnaire],
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    mappings: Mapping[str, Mapping[str, str]] | None = None,
    chosen: bool = False,
) -> Match:
    """The questionnaire that `workbook` answers, and how.

    Args: `chosen`: the user named the questionnaire, so that a poor match is accepted if anything matches.
    Raises: EnqueteError: SHEET_MISSING, QUESTIONNAIRE_NO_MATCH (with the closest), QUESTIONNAIRE_UNSURE, HEADER_ROW_EMPTY.
    """
    if sheet is not None:
        workbook.sheet(sheet)
    found = [
        match
        for questionnaire in questionnaires
        if (
            match := _match(
                workbook, questionnaire, sheet, header_row, (mappings or {}).get(questionnaire.id, {})
            )
        )
    ]
    found.sort(key=lambda match: (match.score, match.share), reverse=True)
    good = [match for match in found if chosen or _is_good(match)]
    if not good:
        raise _no_match(workbook, found, sheet, header_row)
    best = good[0]
    rivals = [m for m in good[1:] if m.score * _CLEARLY > best.score and m.share >= 0.95 * best.share]
    if rivals and not _fits_better(best, rivals):
        names = " et ".join(f"« {match.questionnaire.id} »" for match in (best, *rivals))
        raise EnqueteError(Code.QUESTIONNAIRE_UNSURE, file=workbook.name, names=names)
    return best


def near_match(
    workbook: Workbook,
    questionnaires: Sequence[Questionnaire],
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    mappings: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Match, dict[str, str]] | None:
    """The questionnaire that would explain the file if what its columns resemble were accepted, with these resemblances."""
    best: tuple[Match, dict[str, str]] | None = None
    most = 0
    for questionnaire in questionnaires:
        match = _match(workbook, questionnaire, sheet, header_row, (mappings or {}).get(questionnaire.id, {}))
        if match is None:
            continue
        proposed = {
            header: name for header, name in proposals(match.main.layout, match.index).items() if name
        }
        explained = len(match.main.layout.questions.union(proposed.values()))
        asked = len(match.main.layout.questions) + len(match.main.layout.unknown)
        if explained >= max(2, most + 1) and explained >= _NEAR_SHARE * asked:
            best, most = (match, proposed), explained
    return best


def all_matches(
    workbook: Workbook,
    questionnaires: Sequence[Questionnaire],
    *,
    header_row: int | None = None,
    mappings: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Match]:
    """The questionnaires that `workbook` answers, each on a sheet of its own, in the order of the sheets.

    A study's export may hold one sheet per questionnaire. Each further sheet goes with the main sheet whose name starts its own
    (« habitants », « habitants_episode »). One match, that of `best_match`, when there is one main sheet only.
    Raises: EnqueteError as `best_match`.
    """
    mains = _main_sheets(workbook, questionnaires, header_row, mappings or {})
    if len(mains) < 2:
        return [best_match(workbook, questionnaires, header_row=header_row, mappings=mappings)]
    found = []
    for name, questionnaire in mains.items():
        others = frozenset(
            each.name for each in workbook.sheets if _owner(each.name, mains) not in (name, None)
        )
        match = _match(
            workbook, questionnaire, name, header_row, (mappings or {}).get(questionnaire.id, {}), others
        )
        assert match is not None, "a main sheet matched a moment ago"
        found.append(match)
    return found


def _main_sheets(
    workbook: Workbook,
    questionnaires: Sequence[Questionnaire],
    header_row: int | None,
    mappings: Mapping[str, Mapping[str, str]],
) -> dict[str, Questionnaire]:
    """The sheets that hold the responses to a questionnaire each: sheet → questionnaire, no questionnaire twice."""
    best: dict[str, Match] = {}
    for each in workbook.sheets:
        matches = [
            match
            for questionnaire in questionnaires
            if each.visible
            and (
                match := _match(
                    workbook, questionnaire, each.name, header_row, mappings.get(questionnaire.id, {})
                )
            )
            and _is_good(match)
        ]
        matches.sort(key=lambda match: (match.score, match.share), reverse=True)
        if not matches or (len(matches) > 1 and not _is_clear(matches)):
            continue
        known = best.get(matches[0].questionnaire.id)
        if known is None or matches[0].score > known.score:
            best[matches[0].questionnaire.id] = matches[0]
    order = [each.name for each in workbook.sheets]
    found = sorted(best.values(), key=lambda match: order.index(match.main.sheet.name))
    return {match.main.sheet.name: match.questionnaire for match in found}


def _is_clear(matches: Sequence[Match]) -> bool:
    """Whether the first of several matches of one sheet is the best beyond doubt."""
    return matches[0].score > _CLEARLY * matches[1].score or _fits_better(matches[0], matches[1:])


def _owner(sheet: str, mains: Mapping[str, Questionnaire]) -> str | None:
    """The main sheet that a sheet goes with: itself, or the longest whose name starts its name; None when none does."""
    return max((name for name in mains if sheet.startswith(name)), key=len, default=None)


def _is_good(match: Match) -> bool:
    layout = match.main.layout
    asked = len(expected(match.questionnaire, None))
    found = layout.questions.union(*(table.layout.questions for table in match.repeats))
    enough = bool(layout.questions) and len(found) >= min(2, asked)
    return enough and (match.share >= _LEAST_SHARE or len(layout.questions) >= 0.5 * asked)


def _fits_better(best: Match, rivals: Sequence[Match]) -> bool:
    """Whether `best` leaves fewer of its own questions without a column than every rival, or more columns explained."""

    def rank(match: Match) -> tuple[int, int]:
        asked = {question.name for question in expected(match.questionnaire, None)}
        return len(match.main.layout.unknown), len(asked - match.main.layout.questions)

    return all(rank(best) < rank(rival) for rival in rivals)


def _no_match(
    workbook: Workbook, found: Sequence[Match], sheet: str | None, header_row: int | None
) -> EnqueteError:
    if header_row is not None and not found:
        return EnqueteError(
            Code.HEADER_ROW_EMPTY,
            file=workbook.name,
            sheet=sheet or workbook.sheets[0].name,
            header_row=header_row,
        )
    closest = ""
    if found:
        match = found[0]
        closest = f" (le plus proche, « {match.questionnaire.id} », n'explique que {match.share:.0%} des colonnes)".replace(
            "%", " %"
        )
    return EnqueteError(Code.QUESTIONNAIRE_NO_MATCH, file=workbook.name, closest=closest)


def _match(
    workbook: Workbook,
    questionnaire: Questionnaire,
    sheet: str | None,
    header_row: int | None,
    mapping: Mapping[str, str],
    others: frozenset[str] = frozenset(),
) -> Match | None:
    candidates = [s for s in workbook.sheets if (s.visible or sheet is not None) and s.name not in others]
    candidates = candidates or list(workbook.sheets)
    lime = [each for each in candidates if _is_limesurvey(each)]
    headers = tuple(plain(cell) for each in lime for row in each.head(3) for cell in row)
    index = HeaderIndex(questionnaire, mapping, ranks=bool(lime), headers=headers)
    wanted = [workbook.sheet(sheet)] if sheet is not None else candidates
    layouts = [
        (each, layout)
        for each in wanted
        if (layout := read_layout(each, index, file=workbook.name, header_row=header_row)) is not None
        and layout.questions
        and not any(layout.meta(role) is not None for role in _LINKS)
    ]
    if not layouts:
        return None
    main, layout = max(layouts, key=lambda pair: pair[1].score)
    rest = [each for each in candidates if each.name != main.name]
    repeats, problems = _repeats(rest, questionnaire, workbook.name, mapping)
    problems += [
        problem(Code.SHEET_HIDDEN, severity=Severity.WARNING, file=workbook.name, name=each.name)
        for each in workbook.sheets
        if not each.visible and sheet is None and each not in candidates
    ]
    return Match(questionnaire, index, Table(main, layout), tuple(repeats), tuple(problems))


def _is_limesurvey(sheet: Sheet) -> bool:
    return any(is_limesurvey([plain(cell) for cell in row]) for row in sheet.head(3))


def _repeats(
    sheets: Sequence[Sheet], questionnaire: Questionnaire, file: str, mapping: Mapping[str, str]
) -> tuple[list[Table], list[Problem]]:
    """The repeated block that each further sheet holds, by its columns first (sheet names are cut at 31 letters)."""
    tables: list[Table] = []
    problems: list[Problem] = []
    for sheet in sheets:
        best = max(_readings(sheet, questionnaire, file, mapping), key=lambda pair: pair[0], default=None)
        if best is None:
            if any(any(cell != "" for cell in row) for row in sheet.head(_HEAD)):
                problems.append(
                    problem(Code.SHEET_UNKNOWN, severity=Severity.WARNING, file=file, name=sheet.name)
                )
            continue
        tables.append(best[1])
        problems.extend(best[1].layout.problems)
    return tables, problems


def _readings(
    sheet: Sheet, questionnaire: Questionnaire, file: str, mapping: Mapping[str, str]
) -> Iterator[tuple[float, Table]]:
    for repeat in questionnaire.repeats:
        layout = read_layout(sheet, HeaderIndex(questionnaire, mapping, repeat=repeat.name), file=file)
        inside = (
            layout.questions & {q.name for q in expected(questionnaire, repeat.name)} if layout else set()
        )
        if layout is not None and inside:
            named = _resembles(sheet.name, repeat.name) or _resembles(sheet.name, repeat.label)
            yield layout.score + 2 * named, Table(sheet, layout, repeat.name)


def _resembles(sheet: str, name: str) -> bool:
    """Whether a sheet is named after a repeat, cut or prefixed (`form-episode`) as exporters do."""
    short = fold(sheet).rstrip(".…")
    return bool(name) and (
        fold(name).startswith(short) or short.endswith(fold(name)) or bare(name) == bare(sheet)
    )


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Questions of the questionnaire that no column answers, columns that answer no question."""

    questions: tuple[str, ...] = ()
    columns: tuple[str, ...] = field(default_factory=tuple)


def unmatched(match: Match) -> Unmatched:
    """What the file and the questionnaire do not have in common."""
    repeated = {table.repeat for table in match.repeats} | {
        column.question.repeat
        for column in match.main.layout.columns
        if column.question is not None and column.question.repeat
    }
    found = match.main.layout.questions.union(*(table.layout.questions for table in match.repeats))
    wanted = [
        question
        for question in match.questionnaire.asked()
        if question.type.is_answered
        and not question.specifies
        and (question.repeat is None or question.repeat in repeated)
    ]
    return Unmatched(
        tuple(question.name for question in wanted if question.name not in found),
        tuple(header for _, header in match.main.layout.unknown),
    )
