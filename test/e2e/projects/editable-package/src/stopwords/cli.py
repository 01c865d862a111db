import sys

from stopwords import strip


def main() -> None:
    print(strip(" ".join(sys.argv[1:])))
