import spacy
from spacy.training import Example
nlp = spacy.blank("en")
nlp.add_pipe("sentencizer")
print([token.text for token in nlp("A lean image. It runs.")], len(list(nlp("A. B.").sents)))
classifier = nlp.add_pipe("textcat")
classifier.add_label("GOOD")
classifier.add_label("BAD")
examples = [Example.from_dict(nlp.make_doc(text), {"cats": {"GOOD": good, "BAD": 1 - good}}) for text, good in (("lean", 1), ("fat", 0))]
nlp.initialize(lambda: examples)
losses = {}
nlp.update(examples, losses=losses)
print(losses["textcat"] > 0)
