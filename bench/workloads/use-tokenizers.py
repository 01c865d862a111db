from tokenizers import Tokenizer, models, pre_tokenizers, trainers
tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
tokenizer.train_from_iterator(["a lean image", "a fat image"], trainers.BpeTrainer(special_tokens=["[UNK]"]))
print(tokenizer.encode("lean image").tokens)
