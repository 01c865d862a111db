from importlib.resources import files

import yaml


def explain(term: str) -> str | None:
    return yaml.safe_load((files(__package__) / "terms.yaml").read_text()).get(term)
