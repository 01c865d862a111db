from nltk.stem import PorterStemmer, SnowballStemmer
from nltk.tokenize import RegexpTokenizer
from nltk import ngrams, FreqDist
words = RegexpTokenizer(r"\w+").tokenize("running runners ran lightly")
print([PorterStemmer().stem(word) for word in words], SnowballStemmer("german").stem("Häuser"), FreqDist(ngrams(words, 2)).N())
