import io
import sentencepiece
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["a lean image", "a fat image", "lean and fat"] * 20), model_writer=model, vocab_size=18, minloglevel=2)
processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
print(processor.decode(processor.encode("lean image")))
