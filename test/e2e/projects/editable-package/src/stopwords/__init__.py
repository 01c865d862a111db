from importlib.resources import files

import yaml

WORDS = yaml.safe_load((files(__package__) / "data" / "words.yaml").read_text())


def strip(text: str, language: str = "en") -> str:
    return " ".join(word for word in text.split() if word.lower() not in WORDS[language])
