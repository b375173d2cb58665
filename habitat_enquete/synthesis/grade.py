"""How strong the evidence of a finding is, by a rule that the report prints."""

from __future__ import annotations

from typing import Final

from habitat_enquete.model.finding import Grade

SOLID_PEOPLE: Final = 10
SUPPORTED_PEOPLE: Final = 5
SEVERAL_GROUPS: Final = 2
VALIDATED_SHARE: Final = 0.2
AGREEMENT: Final = 0.667
FOUND_SHARE: Final = 0.7


def grade(
    *,
    people: int,
    publics: int,
    sources: int,
    validated: float,
    survey_agrees: bool,
    agreement: float | None,
    found: float | None,
    weak: int,
) -> Grade:
    """The grade of a finding.

    Args: distinct `people`; `publics` they belong to; `sources` among interviews and open answers; `validated` share of mentions a
    person made or confirmed, in [0, 1]; whether the closed questions agree; `agreement` of coders on this code (Krippendorff's α) and
    `found`, the share of what there was to code that an audit says was found, None when not measured; below `weak` people a finding
    is isolated.

    - isolated: fewer than `weak` people;
    - fragile: fewer than 5 people, or a single public, or coders who do not agree (α < 0.667);
    - supported: 5 people or more, of two publics or more;
    - solid: 10 people or more, two publics or more, and a confirmation: interviews and open answers both say it, or the closed questions
      agree; and a person read at least a fifth of the mentions; and the audit, if there was one, says that 70 % at least was found.

    What nobody measured neither helps nor harms; the report says that it was not.
    """
    if people < weak:
        return Grade.ISOLATED
    if people < SUPPORTED_PEOPLE or publics < SEVERAL_GROUPS or _is_below(agreement, AGREEMENT):
        return Grade.FRAGILE
    is_confirmed = sources >= SEVERAL_GROUPS or survey_agrees
    is_read = validated >= VALIDATED_SHARE and not _is_below(found, FOUND_SHARE)
    if people >= SOLID_PEOPLE and is_confirmed and is_read:
        return Grade.SOLID
    return Grade.SUPPORTED


def _is_below(measured: float | None, threshold: float) -> bool:
    return measured is not None and measured < threshold
