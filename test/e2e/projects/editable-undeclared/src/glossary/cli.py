import sys

from glossary import explain


def main() -> None:
    print(explain(sys.argv[1]))
