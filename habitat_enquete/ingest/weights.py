"""The margins a study is weighted on, as typed in `marges.yaml`, and the answers they look at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.ingest.fieldwork import in_band
from habitat_enquete.model.questionnaire import Questionnaire
from habitat_enquete.model.response import AnswerState, Response
from habitat_enquete.stats.weighting import Calibration, Margin, Method, calibrate
from habitat_enquete.yamlsource import Section, hint, read_mapping, refuse_problems

_ALIASES: Final = {
    "margins": "marges",
    "method": "méthode",
    "methode": "méthode",
    "bounds": "bornes",
    "initial": "poids_initiaux",
}
_KEYS: Final = ("questionnaire", "méthode", "bornes", "population", "poids_initiaux", "marges")
_METHODS: Final = {
    "linéaire": Method.LINEAR,
    "lineaire": Method.LINEAR,
    "raking": Method.RAKING,
    "raking ratio": Method.RAKING,
    "logit": Method.LOGIT,
    "borné": Method.BOUNDED,
    "borne": Method.BOUNDED,
    **{method.value: method for method in Method},
}
_ROUNDING: Final = 1.0  # points by which shares typed in percent may miss 100


@dataclass(frozen=True, slots=True)
class Plan:
    """What `marges.yaml` asks: which questionnaire, which margins, by which method, from which initial weights."""

    questionnaire: str
    margins: tuple[Margin, ...]
    method: Method = Method.RAKING
    bounds: tuple[float, float] = (0.3, 3.0)
    initial: str = ""


def read_plan(path: Path) -> Plan:
    """The calibration that a margins file asks for.

    Shares (that sum to 1 or to 100) become counts of `population`. Raises: EnqueteError listing every fault with its line.
    """
    table = read_mapping(path)
    renamed = {_ALIASES.get(key, key): value for key, value in table.items()}
    top = Section(table, path.name, {})
    texts = renamed.get("marges")
    if not isinstance(texts, Mapping) or not texts:
        raise EnqueteError(
            Code.YAML_WRONG_TYPE,
            file=path.name,
            line=1,
            key="marges",
            expected="les totaux de chaque question",
        )
    unknown = [key for key in renamed if key not in _KEYS]
    if unknown:
        line = table.lines.get(unknown[0], 1)
        raise EnqueteError(
            Code.YAML_UNKNOWN_KEY, file=path.name, line=line, key=unknown[0], hint=hint(unknown[0], _KEYS)
        )
    population = _number(str(renamed.get("population", "0")), "population", "")
    margins = tuple(_margin(name, totals, population) for name, totals in texts.items())
    refuse_problems(top.problems, file=path.name)
    method = str(renamed.get("méthode", "raking")).casefold()
    if method not in _METHODS:
        raise EnqueteError(
            Code.YAML_WRONG_TYPE, file=path.name, line=table.lines.get("méthode", 1), key="méthode",
            expected="linéaire, raking, logit ou borné",
        )  # fmt: skip
    bounds = renamed.get("bornes", ["0.3", "3"])
    low, high = (
        (_number(str(each), "bornes", "") for each in bounds) if isinstance(bounds, list) else (0.3, 3.0)
    )
    return Plan(
        str(renamed.get("questionnaire", "")),
        margins,
        _METHODS[method],
        (low, high),
        str(renamed.get("poids_initiaux", "")),
    )


def _margin(name: str, totals: object, population: float) -> Margin:
    if not isinstance(totals, Mapping):
        return Margin(name, {"": _number(str(totals), name, "")})
    numbers = {str(category): _number(str(total), name, str(category)) for category, total in totals.items()}
    whole = sum(numbers.values())
    shares = all(str(total).rstrip().endswith("%") for total in totals.values())
    if shares and abs(whole - 100) > _ROUNDING:
        raise EnqueteError(Code.MARGIN_SHARES, margin=name, total=f"{whole:g}".replace(".", ","))
    if population and (shares or abs(whole - 1) < 1e-6 or abs(whole - 100) < 1e-4):
        numbers = {category: total * population / whole for category, total in numbers.items()}
    return Margin(name, numbers)


def _number(text: str, margin: str, category: str) -> float:
    compact = (
        text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").removesuffix("%").replace(",", ".")
    )
    try:
        return float(compact)
    except ValueError as error:
        raise EnqueteError(Code.MARGIN_VALUE, margin=margin, category=category, value=text) from error


def weighted(
    plan: Plan, questionnaire: Questionnaire, responses: Sequence[Response]
) -> tuple[list[str], Calibration]:
    """The respondents, and their weights calibrated on the plan's margins.

    Raises: EnqueteError: MARGIN_QUESTION for an unknown question, and what `calibrate` refuses.
    """
    names = [question.name for question in questionnaire.asked()]
    for margin in plan.margins:
        if margin.name not in names:
            raise EnqueteError(
                Code.MARGIN_QUESTION,
                margin=margin.name,
                questionnaire=questionnaire.id,
                hint=hint(margin.name, names),
            )
    people = [response.respondent for response in responses]
    values = [_values(response) for response in responses]
    answers = {
        margin.name: [_category(given.get(margin.name, ""), margin) for given in values]
        for margin in plan.margins
    }
    initial = [_weight(given.get(plan.initial, "")) for given in values] if plan.initial else None
    calibration = calibrate(
        answers, plan.margins, initial=initial, method=plan.method, bounds=plan.bounds, respondents=people
    )
    return people, calibration


def _values(response: Response) -> dict[str, str]:
    return {
        answer.question: answer.value
        for answer in response.answers
        if not answer.repeat and not answer.item and answer.state is not AnswerState.INVALID
    }


def _category(value: str, margin: Margin) -> str | float:
    """The category of a margin that an answer falls in: itself, or the band of its number; NaN for no number."""
    if margin.is_quantity:
        return _weight(value) if value else math.nan
    return next((category for category in margin.totals if value and in_band(value, category)), value)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
