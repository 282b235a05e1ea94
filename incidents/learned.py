"""The model that files incidents: trained on what the desk resolved, kept as a row, read by every process.

Rules (`incidents.triage`) speak only while there is too little history. The worker trains anew when
somebody corrected a category or enough was resolved; a request only reads what was trained.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import numpy as np
from flask import current_app
from sqlalchemy import LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock, jobs, log
from firstline.app import settings_of
from firstline.db import Model, db, write
from incidents.classifier import Classifier, Features, Reasoned
from incidents.models import Channel, Entry, Event, Incident, Resolution, State
from incidents.triage import OTHER
from knowledge_base.embedding import Encoder, try_report_encoder
from knowledge_base.following import Remembering
from knowledge_base.models import Article

FEWEST_TEXTS = 60
FEWEST_OF_A_CATEGORY = 5
MOST_TEXTS = 3_000
WORTH_TRAINING = 20
"""So many newly resolved incidents, or one correction, are worth a new training."""
CORRECTED_COUNTS = 3.0
KEPT_MODELS = 3
LOOKED_FOR_EVERY_S = 1.0
CACHE = "firstline_triage_model"
logger = log.get(__name__)


class TriageModel(Model):
    """One training and what it was worth on texts it had not seen."""

    __tablename__ = "triage_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    trained_at: Mapped[datetime] = mapped_column(default=clock.now)
    texts: Mapped[int]
    categories: Mapped[int]
    accuracy: Mapped[float]
    bar: Mapped[float | None]
    coverage: Mapped[float]
    encoder: Mapped[str] = mapped_column(String(40), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Lesson:
    """Words and what they were filed under; what a person corrected counts more."""

    text: str
    category: str
    counts: float


def guess(text: str) -> Reasoned | None:
    """The category, how sure, the words that made it and what else it may be; None without history."""
    known = _in_force()
    return known.reason(text) if known is not None else None


def train_if_due() -> bool:
    """Train anew when there is something to learn from; called by the worker."""
    if not _is_due():
        return False
    lessons = lessons_of_the_desk()
    if not _are_enough(lessons):
        return False
    train(lessons)
    return True


def train(lessons: Sequence[Lesson]) -> None:
    """Learn from these and put the model in force for every process."""
    encoder = _encoder()
    texts = [one.text for one in lessons]
    features = Features.seen_in(texts, encoder)
    model = Classifier(
        features.rows(texts), [one.category for one in lessons], counts=[one.counts for one in lessons]
    )
    row = TriageModel(
        texts=len(lessons),
        categories=len(model.categories),
        accuracy=model.accuracy,
        bar=model.bar,
        coverage=model.coverage,
        encoder=encoder.identity if encoder else "",
        content=_pack(features, model),
    )
    with write() as session:
        session.add(row)
        session.flush()
        session.execute(delete(TriageModel).where(TriageModel.id <= row.id - KEPT_MODELS))
    logger.info("triage learned", texts=len(lessons), accuracy=round(model.accuracy, 3), bar=model.bar)


def lessons_of_the_desk() -> list[Lesson]:
    """What support resolved, what a fix solved (filed as the fix is), and what people corrected."""
    corrected = _corrected()
    over = (
        select(Incident, Article.category_slug)
        .outerjoin(Article, Incident.article_id == Article.id)
        .where(
            Incident.channel != Channel.MONITORING,
            Incident.state.in_([State.RESOLVED, State.CLOSED]) | Incident.id.in_(corrected),
        )
    )
    rows = db.session.execute(over.order_by(Incident.id.desc()).limit(MOST_TEXTS)).all()
    told = [_lesson(incident, of_article, incident.id in corrected) for incident, of_article in rows]
    # The same words again would let a text be guessed that was learned.
    usable = list({lesson.text: lesson for lesson in reversed(told) if lesson is not None}.values())
    many = Counter(lesson.category for lesson in usable)
    return [lesson for lesson in usable if many[lesson.category] >= FEWEST_OF_A_CATEGORY]


@jobs.sweep(every_s=300)
def learn_from_the_desk() -> None:
    """Train when it is worth it; never at a request."""
    train_if_due()


def words_of(incident: Incident) -> str:
    """What is learned from and guessed by: the title once, then the words."""
    title = incident.title.rstrip("…")
    return (
        incident.description if incident.description.startswith(title) else f"{title}\n{incident.description}"
    )


def _lesson(incident: Incident, of_article: str | None, is_corrected: bool) -> Lesson | None:
    by_fix = incident.resolution == Resolution.SELF_SERVICE and not is_corrected
    category = of_article if by_fix else incident.category
    if not category or category == OTHER:
        return None
    return Lesson(words_of(incident)[:4_000], category, CORRECTED_COUNTS if is_corrected else 1.0)


def _corrected(since: datetime | None = None) -> set[int]:
    """Incidents whose category a person changed."""
    found = select(Entry.incident_id, Entry.facts).where(
        Entry.event == Event.CLASSIFIED, Entry.author_id.is_not(None)
    )
    if since is not None:
        found = found.where(Entry.created_at > since)
    return {
        incident_id
        for incident_id, facts in db.session.execute(found)
        if isinstance(changed := facts.get("changed"), dict) and "category" in changed
    }


def _is_due() -> bool:
    newest = db.session.scalar(select(TriageModel.trained_at).order_by(TriageModel.id.desc()).limit(1))
    if newest is None or _corrected(since=newest):
        return True
    resolved = select(func.count()).select_from(Incident).where(Incident.resolved_at > newest)
    return (db.session.scalar(resolved) or 0) >= WORTH_TRAINING


def _are_enough(lessons: Sequence[Lesson]) -> bool:
    return len(lessons) >= FEWEST_TEXTS and len({lesson.category for lesson in lessons}) > 1


@dataclass
class _Held:
    """The model in this process and when it was last looked whether there is a newer one."""

    number: int
    model: "_Loaded | None"
    looked_at: float


@dataclass(frozen=True)
class _Loaded:
    features: Features
    classifier: Classifier

    def reason(self, text: str) -> Reasoned:
        return self.classifier.reason(self.features, text)


def _in_force() -> _Loaded | None:
    held: _Held | None = current_app.extensions.get(CACHE)
    if held is None or monotonic() - held.looked_at > LOOKED_FOR_EVERY_S:
        newest = db.session.scalar(select(func.max(TriageModel.id))) or 0
        if held is None or newest != held.number:
            held = _Held(newest, _load(newest), 0.0)
        held.looked_at = monotonic()
        current_app.extensions[CACHE] = held
    return held.model


def _load(number: int) -> _Loaded | None:
    row = db.session.get(TriageModel, number) if number else None
    if row is None:
        return None
    encoder = _encoder()
    if row.encoder != (encoder.identity if encoder else ""):
        # Trained with another sentence model: its columns mean nothing here. The worker trains anew.
        return None
    return _unpack(row, encoder)


def _pack(features: Features, model: Classifier) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(
        content,
        terms=np.array(list(features.weights)),
        term_weights=np.array(list(features.weights.values()), dtype=np.float32),
        categories=np.array(model.categories),
        weights=model.weights.astype(np.float32),
        temperature=np.array(model.temperature),
    )
    return content.getvalue()


def _unpack(row: TriageModel, encoder: Encoder | None) -> _Loaded:
    kept = np.load(io.BytesIO(row.content), allow_pickle=False)
    weights = dict(zip(kept["terms"].tolist(), kept["term_weights"].tolist(), strict=True))
    classifier = Classifier.of(
        kept["categories"].tolist(), kept["weights"].astype(np.float64), float(kept["temperature"]), row.bar
    )
    return _Loaded(Features(weights, Remembering(encoder) if encoder else None), classifier)


def _encoder() -> Encoder | None:
    return try_report_encoder(settings_of(current_app).model_dir)[0]
