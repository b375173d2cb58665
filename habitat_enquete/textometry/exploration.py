"""What `enquete explore` finds: plain facts about the corpus and its classes, ready to be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from habitat_enquete.textometry.lexical_table import Unit
from habitat_enquete.textometry.profiles import Association, Keyword
from habitat_enquete.textometry.proposals import Coverage, Proposal
from habitat_enquete.textometry.reinert import Split
from habitat_enquete.textometry.richness import Richness, VocabularyCoverage
from habitat_enquete.textometry.similarity import Index
from habitat_enquete.textometry.stability import Stability


@dataclass(frozen=True, slots=True)
class Corpus:
    """What was explored, in numbers: documents, people, context units, words (tokens without punctuation), distinct lemmas.

    `hapax` lemmas are said once; `active` terms are described, each in at least `floor` units; `left_out` lemmas did not reach it.
    `weighing` of the active terms made the classes, each in at least `class_floor` units.
    """

    documents: int
    people: int
    units: int
    words: int
    lemmas: int
    hapax: int
    active: int
    floor: int
    left_out: int
    weighing: int = 0
    class_floor: int = 0

    @property
    def richness(self) -> float:
        """Distinct lemmas per word (type-token ratio), in [0, 1]."""
        return self.lemmas / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Quote:
    """A segment as said, with the way back to it."""

    unit: str
    document: str
    respondent: str | None
    text: str
    source: str
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassReading:
    """One class, to be read: its size, the vocabulary it has and avoids, who speaks it, which codes meet it, what it sounds like.

    `recovered` tells how often other draws of interviews find it again (see `Stability`). `share` is its part of the classified units. `said` gives, for each term of the profile, the words really said.
    """

    number: int
    name: str
    units: int
    share: float
    people: int
    profile: tuple[Association, ...]
    avoided: tuple[Association, ...]
    keywords: tuple[Keyword, ...]
    said: Mapping[str, Mapping[str, int]]
    attributes: tuple[Association, ...]
    codes: tuple[Association, ...]
    quotes: tuple[Quote, ...]
    coverage: Coverage
    recovered: float | None = None
    phrases: tuple[Association, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the plane of the correspondence analysis: a term, a class, or a supplementary attribute."""

    label: str
    kind: str
    x: float
    y: float
    number: int = 0
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Two axes and the share of inertia each carries, in [0, 1]."""

    points: tuple[Point, ...]
    shares: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Specificity:
    """A term that a part of the corpus uses more (> 0) or less (< 0) than chance: Lafon's score and its BH-corrected p-value.

    `usual` is the interval of use: the counts that chance gives 95 times in 100.
    """

    part: str
    term: str
    count: int
    total: int
    score: float
    q: float
    usual: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Edge:
    """Two terms said together, and how much."""

    one: str
    other: str
    weight: float


@dataclass(frozen=True, slots=True)
class Network:
    """The maximum tree of similarities: terms with their community and number of units, and the edges that link them.

    `others` are the strongest links that the tree leaves out; `index` is the measure of similarity.
    """

    terms: Mapping[str, tuple[int, int]]
    edges: tuple[Edge, ...]
    others: tuple[Edge, ...] = ()
    index: Index = "jaccard"


@dataclass(frozen=True, slots=True)
class Crossing:
    """How many classified segments with some quality (a theme, a third of the interview, a wave) fall in each class."""

    value: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Segments of that quality that a class holds."""
        return sum(self.counts)

    def share(self, number: int) -> float:
        """The part of them in class `number`, in [0, 1]."""
        return self.counts[number - 1] / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Unclassified:
    """A unit that no class holds, and why: no active term, or lost along the tree."""

    quote: Quote
    reason: str


@dataclass(frozen=True, slots=True)
class Exploration:
    """Everything `enquete explore` found. `refusal` says why there are no classes, when there are none.

    `minimum_share` is the part of a class that each half of a cut had to hold; `kind` is that of the classes (see `Chosen`). `crossings` gives, for some qualities of the segments,
    how many segments of each value fall in each class. `codes_of` and `source_of` give each unit's codes and where to read it again. `code_words` are the words specific to the most frequent codes, `key_terms`
    those the corpus turns around with their weights, `compounds` the phrases made one word, with their segments.
    """

    corpus: Corpus
    units: tuple[Unit, ...]
    texts: Mapping[str, str]
    classes: tuple[ClassReading, ...] = ()
    class_of: tuple[int, ...] = ()
    splits: tuple[Split, ...] = ()
    stability: tuple[Stability, ...] = ()
    read: Stability | None = None
    unclassified: tuple[Unclassified, ...] = ()
    plane: Plane | None = None
    specificities: Mapping[str, tuple[Specificity, ...]] = field(default_factory=dict)
    network: Network | None = None
    proposals: tuple[Proposal, ...] = ()
    frequencies: Mapping[str, int] = field(default_factory=dict)
    refusal: str = ""
    minimum_share: float = 0.0
    kind: str = "tree"
    codes_of: tuple[tuple[str, ...], ...] = ()
    source_of: tuple[str, ...] = ()
    crossings: Mapping[str, tuple[Crossing, ...]] = field(default_factory=dict)
    code_words: tuple[Specificity, ...] = ()
    key_terms: tuple[tuple[str, float], ...] = ()
    compounds: Mapping[str, int] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    richness: tuple[Richness, ...] = ()
    coverage: VocabularyCoverage | None = None

    @property
    def fragile(self) -> bool:
        """Whether the classes that are read depend much on the interviews drawn."""
        return self.read is not None and not self.read.is_solid


def corpus_of(units: Sequence[Unit], *, active: int, floor: int, left_out: int) -> Corpus:
    """The numbers of a corpus."""
    lemmas: Counter[str] = Counter()
    for unit in units:
        lemmas.update(word.lemma for word in unit.said if word.category != "PUNCT")
    return Corpus(
        documents=len({unit.document for unit in units}),
        people=len({unit.respondent or unit.document for unit in units}),
        units=len(units),
        words=lemmas.total(),
        lemmas=len(lemmas),
        hapax=sum(1 for number in lemmas.values() if number == 1),
        active=active,
        floor=floor,
        left_out=left_out,
    )
