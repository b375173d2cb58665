"""Is the codebook any good? What its terms find in the study, and whether its own examples pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from habitat_enquete.coding.rules import Match, TurnIndex, codings_of
from habitat_enquete.model.codebook import Code, Codebook
from habitat_enquete.model.text import Document, DocumentKind, Source

_EVERYWHERE: Final = 0.3  # of the turns and answers: a term met in more says little
_EVERY_DOCUMENT: Final = 0.9  # of the documents: the subject of the study, most often
_ENOUGH: Final = 10  # fewer turns, or documents, do not tell a term that is everywhere
_SAME: Final = 0.8  # share of a code's passages that another code has too

Finder = Callable[[str], Sequence[Match]]


class Remark(StrEnum):
    """What can be said against a code or a term."""

    DEAD_TERM = "dead_term"
    UNUSED_CODE = "unused_code"
    EVERYWHERE = "everywhere"
    SHARED_TERM = "shared_term"
    OVERLAP = "overlap"
    SILENT = "silent"
    NO_DEFINITION = "no_definition"
    NO_EXAMPLE = "no_example"
    LOST_CODE = "lost_code"


SENTENCES: Final[Mapping[Remark, str]] = {
    Remark.DEAD_TERM: "sans effet dans l'étude, {count} terme(s) sur {total} : {term}",
    Remark.UNUSED_CODE: "aucun terme ni aucune règle ne trouve quoi que ce soit dans l'étude",
    Remark.EVERYWHERE: "le terme « {term} » est dans {share} des {places} : il ne distingue plus rien",
    Remark.SHARED_TERM: "le terme « {term} » est aussi celui du code « {other} »",
    Remark.OVERLAP: "{share} de ses passages sont aussi codés « {other} » : faut-il deux codes ?",
    Remark.SILENT: "ni terme ni règle : seules des personnes peuvent l'employer",
    Remark.NO_DEFINITION: "pas de définition",
    Remark.NO_EXAMPLE: "pas d'exemple : « enquete codebook test » ne peut rien vérifier",
    Remark.LOST_CODE: "absent de la grille, mais des personnes ont décidé de codages sous ce code ({count}), qui sont gardés :"
    " remettez-le, ou reportez-les par « enquete code --renamed {code}=AUTRE »",
}


@dataclass(frozen=True, slots=True)
class CodebookRemark:
    """One remark on one code, fit to be printed. `line` is where codebook.yaml defines the code."""

    code: str
    remark: Remark
    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example (`expected`: the code must be found) or counter-example put to the rules, and what they found.

    `set_aside`: the terms of the code that are there, but said in the negative or as a hypothesis, which the code leaves out.
    """

    code: str
    text: str
    expected: bool
    found: tuple[str, ...]
    line: int | None
    set_aside: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the rules did what the codebook says they should."""
        return (self.code in self.found) is self.expected


class Usage:
    """What each code and each term finds, gathered document by document."""

    def __init__(self) -> None:
        self.documents = 0
        self.turns = 0
        self.by_code: Counter[str] = Counter()
        self.by_term: Counter[tuple[str, str]] = Counter()
        self.term_documents: Counter[tuple[str, str]] = Counter()
        self.term_turns: Counter[tuple[str, str]] = Counter()
        self.together: Counter[tuple[str, str]] = Counter()

    def add(self, matches: Iterable[Match], document: Document) -> None:
        """Take in the matches of one document; without turns, it counts as one."""
        self.documents += 1
        self.turns += len(list(document.informant_turns())) or 1
        turns = TurnIndex(document)
        found = sorted(matches, key=lambda match: match.span)
        terms = Counter((match.code, match.term) for match in found)
        self.by_term.update(terms)
        self.by_code.update(match.code for match in found)
        self.term_documents.update(terms.keys())
        places = {(match.code, match.term, turns.at(match.span.start)) for match in found}
        self.term_turns.update((code, term) for code, term, _ in places)
        others: list[set[str]] = [set() for _ in found]
        open_ranks: list[int] = []
        for rank, match in enumerate(found):
            open_ranks = [each for each in open_ranks if found[each].span.end > match.span.start]
            for each in open_ranks:
                others[rank].add(found[each].code)
                others[each].add(match.code)
            open_ranks.append(rank)
        for match, codes in zip(found, others, strict=True):
            self.together.update((match.code, other) for other in codes - {match.code})


def remarks(codebook: Codebook, usage: Usage | None = None) -> list[CodebookRemark]:
    """What can be said against `codebook`: on its own, and on what its terms find when `usage` is given."""
    found = [each for code in codebook for each in _on_code(code)]
    found += _shared_terms(codebook)
    if usage is not None and usage.documents:
        found += [each for code in codebook for each in _on_usage(code, usage)]
    order = {code.id: rank for rank, code in enumerate(codebook)}
    return sorted(found, key=lambda each: order[each.code])


def _on_code(code: Code) -> Iterable[CodebookRemark]:
    if not code.definition:
        yield _remark(code, Remark.NO_DEFINITION)
    if not code.terms and not code.rules:
        yield _remark(code, Remark.SILENT)
    elif not code.examples:
        yield _remark(code, Remark.NO_EXAMPLE)


def _shared_terms(codebook: Codebook) -> Iterable[CodebookRemark]:
    owners: dict[str, Code] = {}
    for code in codebook:
        for term in dict.fromkeys(term.casefold() for term in code.terms):
            if term in owners and owners[term].id != code.id:
                yield _remark(code, Remark.SHARED_TERM, term=term, other=owners[term].id)
            owners.setdefault(term, code)


def _on_usage(code: Code, usage: Usage) -> Iterable[CodebookRemark]:
    if not code.terms and not code.rules:
        return
    if not usage.by_code[code.id]:
        yield _remark(code, Remark.UNUSED_CODE)
        return
    dead = [term for term in code.terms if not usage.by_term[code.id, term]]
    if dead:
        yield _remark(
            code,
            Remark.DEAD_TERM,
            count=str(len(dead)),
            total=str(len(code.terms)),
            term=", ".join(f"« {term} »" for term in dead),
        )
    for term in code.terms:
        in_turns = usage.term_turns[code.id, term] / usage.turns
        in_documents = usage.term_documents[code.id, term] / usage.documents
        if usage.turns >= _ENOUGH and in_turns > _EVERYWHERE:
            places = "tours de parole et réponses"
            yield _remark(code, Remark.EVERYWHERE, term=term, share=_percent(in_turns), places=places)
        elif usage.documents >= _ENOUGH and in_documents > _EVERY_DOCUMENT:
            yield _remark(
                code, Remark.EVERYWHERE, term=term, share=_percent(in_documents), places="documents"
            )
    for (one, other), count in usage.together.items():
        share = count / usage.by_code[one]
        if one == code.id and share >= _SAME and usage.by_code[one] >= 5:
            yield _remark(code, Remark.OVERLAP, other=other, share=_percent(share))


def lost_codes(codebook: Codebook, human: Mapping[str, int]) -> list[CodebookRemark]:
    """The codes that people decided on (code → codings) and that `codebook` has no longer."""
    known = {code.id for code in codebook}
    said = SENTENCES[Remark.LOST_CODE]
    return [
        CodebookRemark(code, Remark.LOST_CODE, said.format(count=count, code=code), None)
        for code, count in sorted(human.items())
        if code not in known
    ]


def _percent(share: float) -> str:
    return f"{100 * min(share, 1):.0f} %"


def _remark(code: Code, remark: Remark, **details: str) -> CodebookRemark:
    return CodebookRemark(code.id, remark, SENTENCES[remark].format(**details), code.line)


def try_examples(codebook: Codebook, find: Finder) -> list[ExampleResult]:
    """Put every example and counter-example to the rules; `find` gives the matches of a text."""
    results = []
    for code in codebook:
        for text, expected in (
            *((example, True) for example in code.examples),
            *((example, False) for example in code.counter_examples),
        ):
            document = Document("", DocumentKind.ANSWER, text, (), (), Source("codebook.yaml", ""))
            matches = find(text)
            found = tuple(dict.fromkeys(each.code for each in codings_of(document, matches, codebook)))
            terms = dict.fromkeys(each.term for each in matches if each.code == code.id)
            set_aside = () if code.id in found else tuple(terms)
            results.append(ExampleResult(code.id, text, expected, found, code.line, set_aside))
    return results
