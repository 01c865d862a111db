"""Applies layers as the OCI image-spec (layer.md) has it, with GNU tar: apply-layers.py ROOT LAYER...

Layers are tar files, plain or compressed with gzip or zstd. The whiteouts of a layer hide what lower layers have, so they
are applied to what is there before the layer's own entries are unpacked on top.
"""

import os
import shutil
import subprocess
import sys

ENV = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd"}


def plain(layer: str, scratch: str) -> str:
    with open(layer, "rb") as file:
        program = MAGIC.get(file.read(2))
    if program is None:
        return layer
    with open(layer, "rb") as packed, open(scratch, "wb") as unpacked:
        subprocess.run([program, "-dcq"], stdin=packed, stdout=unpacked, check=True)
    return scratch


def listed(layer: str, verbosity: str) -> list[bytes]:
    words = ["tar", verbosity, "--quoting-style=escape", "-f", layer]
    return subprocess.run(words, env=ENV, check=True, capture_output=True).stdout.splitlines()


def entries(layer: str) -> list[tuple[bytes, bool]]:
    """Names, and whether they are directories, which the mode in front of the long line tells."""
    names = [line.decode("unicode_escape").encode("latin1") for line in listed(layer, "-t")]
    return [(name, line.startswith(b"d")) for name, line in zip(names, listed(layer, "-tv"), strict=True)]


def remove(path: bytes) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def apply(root: bytes, layer: str) -> None:
    for name, is_directory in entries(layer):
        directory, base = os.path.split(os.path.join(root, name.strip(b"/")))
        if base == b".wh..wh..opq":
            for child in os.listdir(directory) if os.path.isdir(directory) else []:
                remove(os.path.join(directory, child))
        elif base.startswith(b".wh.") and base != b".wh.":
            remove(os.path.join(directory, base[4:]))
        elif not is_directory and os.path.isdir(os.path.join(directory, base)):
            remove(os.path.join(directory, base))
    subprocess.run(
        ["tar", "-x", "-p", "--same-owner", "--numeric-owner", "--delay-directory-restore", "--warning=none"]
        + ["--xattrs", "--xattrs-include=*"]
        + ["--no-wildcards-match-slash", "--exclude=.wh.?*", "-C", os.fsdecode(root), "-f", layer],
        env=ENV,
        check=True,
    )


def main() -> None:
    root, *layers = sys.argv[1:]
    os.makedirs(root)
    for layer in layers:
        apply(os.fsencode(root), plain(layer, root + ".layer"))


main()
