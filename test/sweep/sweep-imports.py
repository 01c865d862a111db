"""Imports every top-level module of every installed distribution, and every module of the application, each in a process of its own.

Runs inside an image. Without arguments it finds the modules; a JSON list of names as the first argument is imported instead.
Prints one line of JSON for each: name, outcome, what it printed. Processes are forked from an interpreter that has imported
nothing of theirs, which is as fresh as one that was started.
"""
import importlib
import importlib.metadata
import json
import os
import pathlib
import re
import selectors
import signal
import sys
import time

AT_ONCE = 2
LIMIT_SECONDS = 300
NOT_MODULES = re.compile(r"^__|-|\.")


def installed_modules():
    """Top-level modules by the files of each distribution: packages, single files, extension modules, namespaces."""
    found = set()
    for distribution in importlib.metadata.distributions():
        for file in distribution.files or []:
            top, *rest = file.parts
            if top in ("..", "__pycache__") or top.endswith((".dist-info", ".egg-info", ".data", ".libs")):
                continue
            if rest and file.suffix in (".py", ".so"):
                found.add(top)
            elif not rest and file.name.endswith(".py"):
                found.add(file.stem)
            elif not rest and file.name.endswith(".so"):
                found.add(file.name.split(".")[0])
    return {name for name in found if not NOT_MODULES.search(name)}


def application_modules():
    """What lies below the working directory, but for environments and what is installed."""
    found = set()
    for path in pathlib.Path.cwd().rglob("*.py"):
        parts = path.relative_to(pathlib.Path.cwd()).with_suffix("").parts
        if any(part in ("site-packages", "dist-packages", "node_modules") or part.startswith(".") for part in parts):
            continue
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name and all(part.isidentifier() for part in parts):
            found.add(name)
    return found


def start(name):
    """Imports in a child; what it prints comes through one pipe, the outcome through another."""
    read_said, write_said = os.pipe()
    read_outcome, write_outcome = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (write_said, 1), (write_said, 2)):
            os.dup2(source, target)
        outcome = "ok"
        try:
            importlib.import_module(name)
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(write_outcome, outcome.encode(errors="replace")[:60_000])
        os._exit(0)
    os.close(write_said)
    os.close(write_outcome)
    return {"pid": pid, "name": name, "at": time.monotonic(), "said": read_said, "outcome": read_outcome, "texts": {}}


def finish(child):
    said, outcome = (child["texts"].get(key, b"").decode(errors="replace") for key in ("said", "outcome"))
    _, status = os.waitpid(child["pid"], 0)
    if not outcome:
        outcome = f"ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exited with {os.WEXITSTATUS(status)}"
    print(json.dumps({"name": child["name"], "outcome": child.get("limit", outcome), "output": said[-20_000:]}), flush=True)


def sweep(names):
    waiting, running = list(names), {}
    selector = selectors.DefaultSelector()
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            child = start(waiting.pop(0))
            running[child["pid"]] = child
            for key in ("said", "outcome"):
                selector.register(child[key], selectors.EVENT_READ, (child, key))
        for ready, _ in selector.select(timeout=1):
            child, key = ready.data
            data = os.read(ready.fd, 65536)
            child["texts"][key] = child["texts"].get(key, b"") + data
            if not data:
                selector.unregister(ready.fd)
                os.close(ready.fd)
                child[key] = None
        for child in list(running.values()):
            # What a module leaves running holds the pipe open; the outcome is there all the same.
            is_over = child["outcome"] is None
            if not is_over and time.monotonic() - child["at"] > LIMIT_SECONDS:
                child["limit"] = "did not end"
                is_over = True
            if is_over:
                try:
                    os.killpg(child["pid"], signal.SIGKILL)
                except ProcessLookupError:
                    pass
                for key in ("said", "outcome"):
                    if child[key] is not None:
                        while data := os.read(child[key], 65536):
                            child["texts"][key] = child["texts"].get(key, b"") + data
                        selector.unregister(child[key])
                        os.close(child[key])
                finish(running.pop(child["pid"]))


sys.path[0:1] = [os.getcwd()]
if len(sys.argv) > 1:
    sweep(json.loads(sys.argv[1]))
else:
    sweep(sorted(installed_modules() | application_modules()))
