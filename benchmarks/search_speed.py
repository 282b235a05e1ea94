"""What one query costs at 10,000 articles once it is embedded, and its embedding, in CPU time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from statistics import quantiles
from time import process_time

from benchmarks.search_baselines import Corpus
from knowledge_base.embedding import Encoder
from knowledge_base.index import Entry, Index
from knowledge_base.ranking import rank

ARTICLES = 10_000
QUERIES = 200
SHORT_QUERY_WORDS = 6


def main(corpus: Corpus, encoder: Encoder) -> None:
    """Print p50 and p95 of whole and of short queries."""
    index = Index(grown(corpus.entries))
    whole = [query.text for query in corpus.queries[:QUERIES]]
    short = [" ".join(words.split()[:SHORT_QUERY_WORDS]) for words in whole]
    passages = sum(len(held.parts) for held in islice(cycle(corpus.vectors), ARTICLES))
    print(f"\nCPU ms a query, {ARTICLES:,} articles with {passages:,} passages: p50 / p95")
    for label, asked in (("60 words", whole), (f"{SHORT_QUERY_WORDS} words", short)):
        vectors = dict(zip(asked, encoder.of_reports.encode(asked), strict=True))
        ranking = percentiles(asked, lambda words: rank(index, words, vectors[words], for_support=True))  # noqa: B023
        embedding = percentiles(asked, lambda words: encoder.of_reports.encode([words]))
        print(f"{label:12} ranking {ranking:>16}   embedding {embedding:>16}")


def grown(entries: Sequence[Entry]) -> Iterable[Entry]:
    """The same articles again and again under new keys, until there are enough."""
    return (replace(entry, key=key) for key, entry in enumerate(islice(cycle(entries), ARTICLES)))


def percentiles(asked: Sequence[str], work: Callable[[str], object]) -> str:
    """p50 / p95 of the CPU time, in milliseconds, after a few rounds of warming up."""
    for words in asked[:5]:
        work(words)
    cuts = quantiles([_spent(work, words) for words in asked], n=20, method="inclusive")
    return f"{cuts[9]:.1f} / {cuts[18]:.1f}"


def _spent(work: Callable[[str], object], words: str) -> float:
    started = process_time()
    work(words)
    return (process_time() - started) * 1000
