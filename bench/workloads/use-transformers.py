import torch
from transformers import BertConfig, BertForSequenceClassification
torch.manual_seed(0)
config = BertConfig(vocab_size=50, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
model = BertForSequenceClassification(config)
ids = torch.randint(0, 50, (2, 7))
out = model(input_ids=ids, labels=torch.tensor([0, 1]))
out.loss.backward()
print(tuple(out.logits.shape), out.loss.item() > 0)
