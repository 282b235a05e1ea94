"""Tells the intent of a sentence from its words, its letters and its meaning, with one linear model."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Tuple, Type

import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

SHOWN_INTENTS = 10
WORD = r"(?u)\b\w+\b|[?!]"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntents(IntentClassifier, GraphComponent):
    """Logistic regression on weighted n-grams beside the sentence vector.

    Rasa's own classifier sees plain counts, in which common words drown the telling ones, and has no
    setting for its regularisation (docs/bot.md has the difference). `meaning`: how much the sentence
    vector weighs against words and letters, each of length 1; `inverse_regularisation`: the C of
    scikit-learn.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["sklearn", "skops"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"meaning": 1.5, "inverse_regularisation": 20.0, "max_iter": 60, "tol": 1e-3}

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Numbers that have defaults; a wrong one fails in training, with its name."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntents:
        return cls(config, model_storage, resource)

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage, self._resource = model_storage, resource
        self._words = TfidfVectorizer(ngram_range=(1, 3), token_pattern=WORD, sublinear_tf=True)
        self._letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), min_df=2, sublinear_tf=True)
        self._model: LogisticRegression | None = None

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        if not examples:
            return self._resource
        texts = [one.get(TEXT) for one in examples]
        self._words.fit(texts)
        self._letters.fit(texts)
        self._model = LogisticRegression(
            C=self._config["inverse_regularisation"],
            max_iter=self._config["max_iter"],
            tol=self._config["tol"],
            random_state=42,
        )
        self._model.fit(self._features(examples), [one.get(INTENT) for one in examples])
        self._persist()
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Rasa calls this for every message; the ranking goes to the fallback and to `bot parse`."""
        asked = [message for message in messages if message.get(TEXT)]
        if self._model is None or not asked:
            return messages
        for message, chances in zip(asked, self._model.predict_proba(self._features(asked)), strict=True):
            best = np.argsort(-chances)[:SHOWN_INTENTS]
            ranking = [
                {"name": str(self._model.classes_[place]), "confidence": float(chances[place])}
                for place in best
            ]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _features(self, messages: List[Message]) -> csr_matrix:
        texts = [message.get(TEXT) for message in messages]
        vectors = np.stack([_sentence_vector(message) for message in messages]) * self._config["meaning"]
        return hstack(
            [self._words.transform(texts), self._letters.transform(texts), csr_matrix(vectors)]
        ).tocsr()

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            skops.io.dump((self._words, self._letters, self._model), folder / "intents.skops")

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntents:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            file = folder / "intents.skops"
            parts: Tuple[Any, ...] = skops.io.load(file, trusted=skops.io.get_untrusted_types(file=file))
        component._words, component._letters, component._model = parts
        return component


def _sentence_vector(message: Message) -> np.ndarray:
    """The vector of the whole sentence; all zero where the model is missing."""
    dense = message.get_dense_features(attribute=TEXT)[1]
    return np.asarray(dense.features[0], dtype=np.float32)
