"""Lists a directory tree, one line a name: list-tree.py ROOT. The root itself is left out."""

import hashlib
import os
import re
import stat
import sys

BIG = 8 * 1024 * 1024
KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "character-device",
    stat.S_IFBLK: "block-device",
    stat.S_IFIFO: "fifo",
}


def shown(name: bytes) -> str:
    text = name.decode("latin1")
    return re.sub(r"[^\x21-\x7e]|\\", lambda found: f"\\x{ord(found[0]):02x}", text)


def content_of(path: bytes, size: int) -> str:
    if size > BIG:
        return "big"
    with open(path, "rb") as file:
        return f"{size} {hashlib.sha256(file.read()).hexdigest()[:12]}"


def value_of(value: bytes) -> str:
    return value.hex() if len(value) <= 64 else f"sha256:{hashlib.sha256(value).hexdigest()}"


def attributes_of(path: bytes) -> list[str]:
    names = sorted(os.listxattr(path, follow_symlinks=False))
    return [
        f"{{{shown(name.encode())}={value_of(os.getxattr(path, name, follow_symlinks=False))}}}"
        for name in names
        if not name.startswith(("trusted.overlay.", "user.overlay.", "user.rootlesscontainers"))
    ]


def walk(root: bytes, below: bytes = b""):
    for found in os.scandir(os.path.join(root, below)):
        path = os.path.join(below, found.name)
        yield path, os.lstat(found.path)
        if found.is_dir(follow_symlinks=False):
            yield from walk(root, path)


def main() -> None:
    root = os.fsencode(sys.argv[1])
    entries = dict(walk(root))
    groups: dict[tuple[int, int], list[str]] = {}
    for path, info in entries.items():
        if not stat.S_ISDIR(info.st_mode):
            groups.setdefault((info.st_dev, info.st_ino), []).append(shown(path))
    for path, info in entries.items():
        kind = KINDS[stat.S_IFMT(info.st_mode)]
        words = [shown(path), kind]
        if kind != "symlink":
            words.append(f"{stat.S_IMODE(info.st_mode):o}")
        words.append(f"{info.st_uid}:{info.st_gid}")
        words.append(f"@{info.st_mtime_ns // 10**9}")
        full = os.path.join(root, path)
        if kind == "file":
            words.append(content_of(full, info.st_size))
        if kind == "symlink":
            words.append("-> " + shown(os.readlink(full)))
        if kind.endswith("device"):
            words.append(f"{os.major(info.st_rdev)}:{os.minor(info.st_rdev)}")
        words += attributes_of(full)
        group = groups.get((info.st_dev, info.st_ino), []) if kind != "directory" else []
        if len(group) > 1:
            words.append("= " + ",".join(sorted(group)))
        print(" ".join(words))


main()
