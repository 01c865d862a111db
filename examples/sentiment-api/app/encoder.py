"""The text encoder: the first and the last layer of a BERT on the CPU, averaged over the words of a text."""
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from transformers import BertModel, BertTokenizer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


class Encoder:
    def __init__(self, folder: Path) -> None:
        self.tokenizer = BertTokenizer.from_pretrained(folder)
        self.model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
        self.vocabulary_size = self.model.config.vocab_size

    def encode(self, texts: Iterable[str]) -> np.ndarray:
        texts = list(texts)
        parts = [self._encode(texts[start : start + 64]) for start in range(0, len(texts), 64)]
        return np.concatenate(parts)

    @torch.inference_mode()
    def _encode(self, texts: list[str]) -> np.ndarray:
        batch = self.tokenizer(texts, padding=True, truncation=True, max_length=128, return_tensors="pt")
        layers = self.model(**batch, output_hidden_states=True).hidden_states
        hidden = torch.cat([layers[0], layers[-1]], dim=-1)
        mask = batch["attention_mask"].unsqueeze(-1)
        return ((hidden * mask).sum(1) / mask.sum(1)).double().numpy()
