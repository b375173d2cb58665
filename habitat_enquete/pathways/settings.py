"""The choices that make a typology, their defaults, and what `codebook.yaml` (`parcours:`) and the command say instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from habitat_enquete.errors import Code, EnqueteError
from habitat_enquete.pathways.sequences.building import Clock, Unit
from habitat_enquete.pathways.sequences.costs import CostMethod
from habitat_enquete.pathways.sequences.distances import Method, Norm

# Thresholds of the silhouette (Kaufman & Rousseeuw 1990): below the first, no substantial structure.
WEAK: Final = 0.25
REASONABLE: Final = 0.51
STRONG: Final = 0.71

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Settings:
    """How paths are compared and grouped. `types` is the number wanted, 0 to let the quality indices choose.

    Below `minimum` people, a silhouette of `silhouette` or a stability of `stability`, no typology is said to be solid.
    `wished`, `blocked` and `arrival` are questions or attributes that hold the wished next dwelling, what blocks it, and the
    date of arrival. `aliases` are other words for tenures.
    """

    clock: Clock = Clock.DEPARTURE
    unit: Unit = Unit.MONTH
    method: Method = Method.OM
    cost: CostMethod = CostMethod.INDELSLOG
    norm: Norm = Norm.YUJIANBO
    types: int = 0
    largest: int = 8
    minimum: int = 30
    silhouette: float = WEAK
    stability: float = 0.6
    draws: int = 50
    date_draws: int = 20
    wished: tuple[str, ...] = ("souhait", "logement_souhaite", "habitat_souhaite")
    blocked: tuple[str, ...] = ("blocage", "demenager_blocage")
    by: tuple[str, ...] = ("public", "publics_pd2h")
    channels: tuple[str, ...] = ()


_ENUMS: Final[Mapping[str, type[StrEnum]]] = {
    "clock": Clock,
    "unit": Unit,
    "method": Method,
    "cost": CostMethod,
    "norm": Norm,
}
# What a planner types: `--distance`, `--costs`.
_TYPED: Final = {"method": "distance", "cost": "costs"}
_INTEGERS: Final = ("types", "largest", "minimum", "draws", "date_draws")
_NUMBERS: Final = ("silhouette", "stability")
_LISTS: Final = ("wished", "blocked", "by", "channels")
_CHANNELS: Final = ("tenure", "place", "household")
_FRENCH: Final = {
    "horloge": "clock",
    "unite": "unit",
    "unité": "unit",
    "distance": "method",
    "couts": "cost",
    "coûts": "cost",
    "normalisation": "norm",
    "souhait": "wished",
    "blocage": "blocked",
    "croiser": "by",
    "dimensions": "channels",
    "seuil_effectif": "minimum",
    "seuil_silhouette": "silhouette",
    "seuil_stabilite": "stability",
    "seuil_stabilité": "stability",
    "tirages": "draws",
    "tirages_dates": "date_draws",
}


def settings(declared: Mapping[str, object], **chosen: Any) -> Settings:
    """The settings of `codebook.yaml`, replaced by those of the command that are not None.

    Raises: EnqueteError when a value is not one of those expected.
    """
    values: dict[str, Any] = {}
    for key, value in (*declared.items(), *((k, v) for k, v in chosen.items() if v is not None)):
        name = _FRENCH.get(key, key)
        if name in _ENUMS:
            values[name] = _member(_ENUMS[name], key, str(value))
        elif name in _INTEGERS:
            values[name] = int(_number(key, value, whole=True))
        elif name in _NUMBERS:
            values[name] = _number(key, value, whole=False)
        elif name in _LISTS:
            values[name] = tuple(map(str, value)) if isinstance(value, (list, tuple)) else (str(value),)
    for channel in values.get("channels", ()):
        if channel not in _CHANNELS:
            expected = f"l'une de ces valeurs : {', '.join(_CHANNELS)}"
            raise EnqueteError(Code.PATHWAY_OPTION, option="channels", value=channel, expected=expected)
    return Settings(**values)


def _member(kind: type[E], option: str, value: str) -> E:
    for member in kind:
        if value.casefold() in (member.value.casefold(), member.name.casefold()):
            return member
    expected = ", ".join(member.value for member in kind)
    raise EnqueteError(
        Code.PATHWAY_OPTION,
        option=_TYPED.get(option, option),
        value=value,
        expected=f"l'une de ces valeurs : {expected}",
    )


def _number(option: str, value: object, *, whole: bool) -> float:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        number = float("nan")
    if number >= 0 and (not whole or number.is_integer()):
        return number
    expected = "un nombre entier positif" if whole else "un nombre positif"
    raise EnqueteError(Code.PATHWAY_OPTION, option=option, value=value, expected=expected)
