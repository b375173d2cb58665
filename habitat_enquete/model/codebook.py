"""The thematic codebook (grille de codage): themes, codes, terms, rules and the policy levers they open.

A *term* is what a person writes to say which words signal a code; wherever a term is accepted (`Code.terms`,
`Code.not_terms`, `Rule.all_of`, `any_of`, `none_of`) it means the same:

- words are compared by lemma, case and elision apart: `location` finds « locations », « l'assainissement » holds `assainissement`;
- `*` stands for exactly one word of any kind: `manque de * à louer`;
- `…` (or `...`) stands for zero to `Codebook.gap` words, within the sentence: `logement … louer`;
- `"…"` in double quotes is an exact form, case apart, never a lemma: `"liste d'attente"`;
- a term that holds its own negation (`pas de location`, `aucun logement`, `sans permis`) is not negated by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from habitat_enquete.model.pathway import Tenure


class Polarity(StrEnum):
    """What a code says of housing oneself here: something that holds back, something to build upon, or neither."""

    BARRIER = "barrier"
    OPPORTUNITY = "opportunity"
    NEUTRAL = "neutral"


class Policy(StrEnum):
    """What a match of the code's rules is worth: counted at once (the person declared it sufficient), or to be decided."""

    AUTO = "auto"
    SUGGEST = "suggest"


class Negated(StrEnum):
    """What to do with a negated match: ignore it, keep it, or count it under another code (`Code.negated_code`)."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Rule:
    """A readable rule: all of `all_of`, any of `any_of`, none of `none_of`, within a `scope` (sentence or turn).

    Each item is a term (see the module). Empty `all_of` and `any_of` ask nothing; a rule needs one of them or `patterns`.
    `patterns` are spaCy `Matcher` token patterns, for those who want them: one more way to satisfy `any_of`.
    The match spans from the first to the last word that satisfied the rule.
    """

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    scope: str = "sentence"
    patterns: tuple[tuple[Mapping[str, object], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy lever that a code opens: what could be done, by whom, at which scale and horizon."""

    id: str
    label: str
    actor: str = ""
    scale: str = ""
    horizon: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """One code of the codebook. `id` is stable and unique; `theme` the id of its theme; `parent` of its parent code.

    `terms`: any one of them is a match. `not_terms`: excluded contexts; a match that overlaps one is dropped
    (« location de matériel » is no `location`). `negated` and `hypothetical` say what to do with such matches.
    `closed` maps closed questions to the code: question name → the choices that say the same thing.
    `stages` are ids of `Codebook.stages`, `levers` of `Codebook.levers`. `line` is where `codebook.yaml` defines it.
    """

    id: str
    label: str
    theme: str
    polarity: Polarity = Polarity.NEUTRAL
    definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    not_terms: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    policy: Policy = Policy.AUTO
    negated: Negated = Negated.EXCLUDE
    negated_code: str | None = None
    hypothetical: Negated = Negated.INCLUDE
    levers: tuple[str, ...] = ()
    closed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    parent: str | None = None
    colour: str | None = None
    guid: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A family of codes."""

    id: str
    label: str
    definition: str = ""
    colour: str | None = None
    guid: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A moment of the residential path (searching, moving in, staying, leaving) at which a code weighs."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Codebook:
    """A codebook as read from `codebook.yaml`; `sha256` is the hash of the file it came from.

    `gap` is the greatest number of words that `…` covers in a term. `pathways` is the section of that name as written
    (tenures and stages are also given as objects), for what other stages read from it.
    """

    themes: tuple[Theme, ...]
    codes: tuple[Code, ...]
    levers: tuple[Lever, ...] = ()
    tenures: tuple[Tenure, ...] = ()
    stages: tuple[Stage, ...] = ()
    title: str = ""
    version: str = ""
    sha256: str = ""
    gap: int = 3
    settings: Mapping[str, object] = field(default_factory=dict)
    pathways: Mapping[str, object] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def code(self, code_id: str) -> Code:
        """The code named `code_id`. Raises: KeyError when the codebook has none."""
        for code in self.codes:
            if code.id == code_id:
                return code
        raise KeyError(code_id)

    def theme(self, theme_id: str) -> Theme:
        """The theme named `theme_id`. Raises: KeyError when the codebook has none."""
        for theme in self.themes:
            if theme.id == theme_id:
                return theme
        raise KeyError(theme_id)

    def of_theme(self, theme_id: str) -> tuple[Code, ...]:
        """The codes of one theme, in the codebook's order."""
        return tuple(code for code in self.codes if code.theme == theme_id)
