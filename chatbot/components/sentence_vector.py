"""Adds the sentence vector of the search's model to what Rasa's classifier sees."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge_base.embedding import Encoder, try_encoder

logger = logging.getLogger(__name__)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVector(DenseFeaturizer, GraphComponent):
    """One vector of length 1 a sentence; without the model all are zero and the n-grams decide alone."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing can be wrong with one number that has a default."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**DenseFeaturizer.get_default_config(), "dimensions": 384}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceVector:
        encoder, problem = try_encoder(Path(os.environ.get("FIRSTLINE_MODEL_DIR", "")))
        if encoder is None:
            logger.warning("Understanding goes by words alone: %s", problem)
        return cls(execution_context.node_name, config, encoder)

    def __init__(self, name: Text, config: Dict[Text, Any], encoder: Encoder | None) -> None:
        super().__init__(name, config)
        self._encoder = encoder

    def process(self, messages: List[Message]) -> List[Message]:
        """Rasa calls this for every message; parameter names are part of its contract."""
        for message in messages:
            if message.get(TEXT):
                self._add(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _add(self, message: Message) -> None:
        sentence = self._vector(message.get(TEXT))[np.newaxis, :]
        # The classifier reads the sentence only; a row a token would cost memory for nothing.
        tokens = np.zeros((len(message.get("text_tokens")), sentence.shape[1]), dtype=np.float32)
        self.add_features_to_message(tokens, sentence, TEXT, message)

    def _vector(self, text: Text) -> np.ndarray:
        if self._encoder is None:
            return np.zeros(self._config["dimensions"], dtype=np.float32)
        return self._encoder.encode([text])[0]
