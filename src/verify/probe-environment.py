# Describes the Python environment that it runs in: python, imports, shared libraries, distributions.
# Standard library only, Python 3.8 or newer, Linux. Read from standard input (`python3 -`), so that nothing is
# added to the image (and therefore one file); writes nothing to disk. The caller appends one line: `main("<base64 of the question as JSON>")`.
# The answer is one line of base64(zlib(JSON)) between two marker lines, because imports and start-up files may print too.
import ast
import base64
import csv
import faulthandler
import importlib.metadata
import json
import mmap
import os
import platform
import re
import select
import signal
import struct
import sys
import tempfile
import time
import zlib

OUTPUT_CHARACTERS = 8000


# ---------------------------------------------------------------------------------------------------------- imports


def run_imports(statements, timeout):
    """One result a statement, in order. All run in one child; a crash or a hang costs a new child for the rest."""
    results = []
    while len(results) < len(statements):
        results.extend(run_batch(statements[len(results):], timeout))
    return results


def run_batch(statements, timeout):
    capture = open_capture()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            import_in_child(statements, writer, capture)
        finally:
            os._exit(0)
    os.close(writer)
    try:
        return watch_child(child, reader, statements, capture, timeout)
    finally:
        os.close(reader)
        if capture is not None:
            os.close(capture)


def open_capture():
    """A file that needs no writable directory, for what an import prints; None where the system has none."""
    try:
        return os.memfd_create("import-output")
    except (AttributeError, OSError):
        pass
    try:
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno())
    except OSError:
        return None


def import_in_child(statements, writer, capture):
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    for stream in (1, 2):
        os.dup2(null if capture is None else capture, stream)
    faulthandler.enable(file=2)
    for statement in statements:
        if capture is not None:
            os.ftruncate(capture, 0)
            os.lseek(capture, 0, os.SEEK_SET)
        started = time.monotonic()
        failure = execute(statement)
        seconds = time.monotonic() - started
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        result = {
            "statement": statement,
            "outcome": "ok" if failure is None else "failed",
            "seconds": round(seconds, 4),
            "error": failure,
            "output": captured(capture),
        }
        write_whole(writer, json.dumps(result).encode() + b"\n")


def execute(statement):
    """Runs one absolute import statement; None or the description of what it raised."""
    try:
        tree = ast.parse(statement)
        for node in tree.body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)) or getattr(node, "level", 0):
                raise ValueError("not an absolute import statement")
        exec(compile(tree, "<import>", "exec"), {"__name__": "import_check"})
    except BaseException as error:  # SystemExit and KeyboardInterrupt are answers too
        return describe_error(error)
    return None


def describe_error(error):
    chain, seen = [error], {id(error)}
    while True:
        cause = chain[-1].__cause__ or (None if chain[-1].__suppress_context__ else chain[-1].__context__)
        if cause is None or id(cause) in seen:
            break
        seen.add(id(cause))
        chain.append(cause)
    module = library = None
    for one in reversed(chain):  # the first cause says best what is missing
        text = str(one)
        if module is None and isinstance(one, ModuleNotFoundError):
            module = one.name
        if library is None:
            found = re.search(r"([\w.+-]+\.so[\w.]*): cannot open shared object file", text) or re.search(
                r"Error loading shared library ([^\s:]+)", text
            )
            library = found.group(1) if found else None
    frame, raised_in = chain[-1].__traceback__, None
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if not name.startswith("<"):
            raised_in = name
        frame = frame.tb_next
    return {
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "missingModule": module,
        "missingLibrary": library,
        "raisedIn": raised_in,
    }


def captured(capture):
    if capture is None:
        return None
    size = os.fstat(capture).st_size
    start = max(0, size - OUTPUT_CHARACTERS)
    return os.pread(capture, OUTPUT_CHARACTERS, start).decode("utf-8", "replace")


def write_whole(target, data):
    while data:
        data = data[os.write(target, data):]


def watch_child(child, reader, statements, capture, timeout):
    """The results of one child: those it reported and, when it ended early, that of the statement that ended it."""
    results, pending, begun, ended = [], b"", time.monotonic(), None
    while len(results) < len(statements):
        readable, _, _ = select.select([reader], [], [], 0.1)
        chunk = os.read(reader, 65536) if readable else b""
        pending += chunk
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            results.append(json.loads(line.decode()))
            begun = time.monotonic()
        if chunk or len(results) == len(statements):
            continue
        status = None
        if time.monotonic() - begun > timeout:
            end_group(child)
            ended = "timeout"
        else:
            # A grandchild may hold the pipe open, so the end of the pipe is no sign: ask for the child itself.
            done, status = os.waitpid(child, os.WNOHANG)
            if done == 0:
                continue
            ended = "crashed"
        results.append(early_end(statements[len(results)], ended, status, capture, time.monotonic() - begun))
        break
    if ended is None:
        end_group(child)
    return results


def end_group(child):
    """Ends a child with all that it started, and waits for it."""
    for end in (lambda: os.killpg(child, signal.SIGKILL), lambda: os.kill(child, signal.SIGKILL)):
        try:
            end()
        except OSError:
            pass
    os.waitpid(child, 0)


def early_end(statement, outcome, status, capture, seconds):
    if outcome == "timeout":
        message = "did not finish in %.0f s" % seconds
    elif os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = "signal %d" % number
        message = "the interpreter was ended by %s" % name
    else:
        message = "the interpreter exited with code %d" % os.WEXITSTATUS(status)
    error = {
        "type": outcome,
        "message": message,
        "missingModule": None,
        "missingLibrary": None,
        "raisedIn": None,
    }
    return {
        "statement": statement,
        "outcome": outcome,
        "seconds": round(seconds, 4),
        "error": error,
        "output": captured(capture),
    }


# ------------------------------------------------------------------------------------------------ shared libraries


class Elf:
    """What the dynamic linker reads of an ELF file (System V ABI, chapter 5; gABI symbol versioning)."""

    __slots__ = ("machine", "needed", "rpath", "runpath", "soname", "versions_needed", "versions_defined")


ELF_CACHE = {}


def read_elf(path):
    """The Elf of a dynamic object; None for anything else (linker scripts, broken files)."""
    key = os.path.realpath(path)
    if key not in ELF_CACHE:
        try:
            with open(key, "rb") as file:
                if file.read(4) != b"\x7fELF":
                    raise ValueError("not ELF")
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    ELF_CACHE[key] = parse_elf(data)
        except (OSError, ValueError, IndexError, struct.error):
            ELF_CACHE[key] = None
    return ELF_CACHE[key]


def parse_elf(data):
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    elf = Elf()
    elf.machine = (data[4], data[5], struct.unpack_from(order + "H", data, 18)[0])
    if wide:
        (offset,) = struct.unpack_from(order + "Q", data, 32)
        size, count = struct.unpack_from(order + "HH", data, 54)
    else:
        (offset,) = struct.unpack_from(order + "I", data, 28)
        size, count = struct.unpack_from(order + "HH", data, 42)
    loads, dynamic = [], None
    for index in range(count):
        at = offset + index * size
        if wide:
            kind, _, file_at, address, _, length = struct.unpack_from(order + "IIQQQQ", data, at)
        else:
            kind, file_at, address, _, length = struct.unpack_from(order + "IIIII", data, at)
        if kind == 1:
            loads.append((address, file_at, length))
        elif kind == 2:
            dynamic = (file_at, length)

    def file_offset(address):
        for start, file_at, length in loads:
            if start <= address < start + length:
                return address - start + file_at
        raise ValueError("address outside the file")

    tags = []
    if dynamic is not None:
        entry = order + ("qQ" if wide else "iI")
        for at in range(dynamic[0], dynamic[0] + dynamic[1], struct.calcsize(entry)):
            tag, value = struct.unpack_from(entry, data, at)
            if tag == 0:
                break
            tags.append((tag, value))
    first = dict(reversed(tags))
    strings = file_offset(first[5]) if 5 in first else 0

    def text(at):
        start = strings + at
        return data[start:data.find(b"\0", start)].decode("utf-8", "surrogateescape")

    elf.needed = [text(value) for tag, value in tags if tag == 1]
    elf.soname = text(first[14]) if 14 in first else None
    elf.rpath = text(first[15]).split(":") if 15 in first else []
    elf.runpath = text(first[29]).split(":") if 29 in first else []
    elf.versions_needed, elf.versions_defined = {}, set()
    if 0x6FFFFFFE in first:
        at = file_offset(first[0x6FFFFFFE])
        for _ in range(first.get(0x6FFFFFFF, 0)):
            _, count, file_name, aux, following = struct.unpack_from(order + "HHIII", data, at)
            inner, wanted = at + aux, elf.versions_needed.setdefault(text(file_name), [])
            for _ in range(count):
                _, flags, _, name, step = struct.unpack_from(order + "IHHII", data, inner)
                if not flags & 2:  # VER_FLG_WEAK
                    wanted.append(text(name))
                inner += step
            at += following
    if 0x6FFFFFFC in first:
        at = file_offset(first[0x6FFFFFFC])
        for _ in range(first.get(0x6FFFFFFD, 0)):
            _, _, _, _, _, aux, following = struct.unpack_from(order + "HHHHIII", data, at)
            elf.versions_defined.add(text(struct.unpack_from(order + "I", data, at + aux)[0]))
            at += following
    return elf


def linker_cache():
    """/etc/ld.so.cache as name -> paths (glibc, sysdeps/generic/dl-cache.h: struct cache_file_new)."""
    names = {}
    try:
        with open("/etc/ld.so.cache", "rb") as file:
            data = file.read()
    except OSError:
        return names
    start = data.find(b"glibc-ld.so.cache1.1")
    if start < 0:
        return names
    order = ">" if sys.byteorder == "big" else "<"
    (count,) = struct.unpack_from(order + "I", data, start + 20)
    for index in range(count):
        _, key, value = struct.unpack_from(order + "iII", data, start + 48 + index * 24)
        name, path = (
            data[start + at:data.find(b"\0", start + at)].decode("utf-8", "replace") for at in (key, value)
        )
        names.setdefault(name, []).append(path)
    return names


def default_directories():
    multiarch = getattr(sys.implementation, "_multiarch", "") or ""
    found = []
    if any(name.startswith("ld-musl-") for name in list_directory("/lib")):
        found = ["/lib", "/usr/local/lib", "/usr/lib"]
        for name in list_directory("/etc"):
            if name.startswith("ld-musl-") and name.endswith(".path"):
                with open(os.path.join("/etc", name)) as file:
                    found = [one for one in re.split(r"[:\n]", file.read()) if one]
        return found
    for base in ("/lib", "/usr/lib"):
        if multiarch:
            found.append(os.path.join(base, multiarch))
    return found + ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]


def list_directory(path):
    try:
        return os.listdir(path)
    except OSError:
        return []


def loaded_names():
    """The files that this interpreter has mapped: what an extension needs of them is there already."""
    try:
        with open("/proc/self/maps") as file:
            return {line.split()[-1].rsplit("/", 1)[-1] for line in file if ".so" in line}
    except OSError:
        return set()


class Linker:
    """Finds needed libraries as ld.so(8) does: DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, cache, default directories."""

    def __init__(self):
        self.environment = [one for one in os.environ.get("LD_LIBRARY_PATH", "").split(":") if one]
        self.cache = linker_cache()
        self.defaults = default_directories()
        self.loaded = loaded_names()
        main = read_elf(sys.executable) if sys.executable else None
        # The executable's own DT_RPATH is asked for everything that it loads; conda's interpreters rely on it.
        self.inherited = () if main is None or main.runpath else tuple(expand(main.rpath, os.path.realpath(sys.executable)))
        self.steps = {}

    def find(self, name, elf, path, inherited):
        if "/" in name:
            return name if read_elf(name) is not None else None
        rpath = [] if elf.runpath else expand(elf.rpath, path) + list(inherited)
        places = rpath + self.environment + expand(elf.runpath, path)
        candidates = [os.path.join(place, name) for place in places]
        candidates += self.cache.get(name, [])
        candidates += [os.path.join(place, name) for place in self.defaults]
        for candidate in candidates:
            if os.path.exists(candidate):
                other = read_elf(candidate)
                if other is not None and other.machine == elf.machine:
                    return candidate
        return None

    def lacking(self, path):
        """[(name, version or None, the file that needs it)] that the linker would not find to load `path`."""
        result, queue, seen = [], [(path, self.inherited)], set()
        while queue:
            at, inherited = queue.pop(0)
            if os.path.realpath(at) in seen:
                continue
            seen.add(os.path.realpath(at))
            absent, found = self.step(at, inherited)
            result.extend(absent)
            queue.extend(found)
        return list(dict.fromkeys(result))

    def step(self, path, inherited):
        """What `path` itself needs: the absent, and the found with the DT_RPATH that they inherit."""
        key = (path, inherited)
        if key in self.steps:
            return self.steps[key]
        elf, absent, present = read_elf(path), [], []
        for name in elf.needed if elf is not None else ():
            found = self.find(name, elf, path, inherited)
            if found is None:
                if name not in self.loaded:
                    absent.append((name, None, path))
                continue
            defined = read_elf(found).versions_defined
            # Without any version definitions the linker only warns.
            for version in elf.versions_needed.get(name, ()) if defined else ():
                if version not in defined:
                    absent.append((name, version, path))
            own = () if elf.runpath else tuple(expand(elf.rpath, path))
            present.append((found, own + inherited))
        self.steps[key] = (absent, present)
        return self.steps[key]


def expand(places, path):
    origin = os.path.dirname(os.path.abspath(path))
    result = []
    for place in places:
        if place:
            place = place.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", origin)
            result.append(os.path.normpath(place))
    return result


def is_library(name):
    return name.endswith(".so") or ".so." in name


def library_roots():
    """[(label, directory)] of the installed packages and of the interpreter's own extension modules."""
    roots = []
    for place in dict.fromkeys(sys.path):
        label = os.path.basename(place.rstrip("/"))
        if label in ("site-packages", "dist-packages") and os.path.isdir(place):
            roots.append(("", place))
        elif label == "lib-dynload" and os.path.isdir(place):
            roots.append(("lib-dynload/", place))
    return roots


def survey_libraries(owner_of):
    libraries, bundled = [], set()
    for label, root in library_roots():
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                if not is_library(name):
                    continue
                path = os.path.join(folder, name)
                elf = read_elf(path)
                if elf is None:
                    continue
                libraries.append((label + os.path.relpath(path, root), path))
                bundled.update(one for one in (name, elf.soname) if one)
    linker, lacking = Linker(), []
    inside = {os.path.realpath(path) for _, path in libraries}
    for label, path in libraries:
        for name, version, needed_by in linker.lacking(path):
            is_direct = os.path.realpath(needed_by) == os.path.realpath(path)
            if not is_direct and os.path.realpath(needed_by) in inside:
                continue  # that library has its own row
            lacking.append({
                "library": label,
                "distribution": owner_of(path),
                "soname": name,
                "version": version,
                "through": None if is_direct else needed_by,
                "state": "elsewhere" if version is None and name in bundled else "missing",
            })
    return {"paths": [label for label, _ in libraries], "lacking": lacking}


# --------------------------------------------------------------------------------------------------- distributions


def survey_distributions():
    """The installed distributions (the first of a name on sys.path is the one that counts) and who owns which file."""
    distributions, owners, tops, modules = {}, {}, {}, {}
    for one in importlib.metadata.distributions():
        try:
            name = one.metadata["Name"]
            if not name:
                continue
            key = re.sub(r"[-_.]+", "-", name).lower()
            if key not in distributions:
                distributions[key] = {"name": name, "version": one.version, "requires": list(one.requires or [])}
            base = str(one.locate_file(""))
            record = one.read_text("RECORD") or ""
        except Exception:  # a distribution with broken metadata is no distribution to pip either
            continue
        lines = (line for line in record.splitlines() if "__pycache__" not in line)
        for row in csv.reader(lines):
            if not row:
                continue
            path = os.path.join(base, row[0])
            owners.setdefault(os.path.normpath(path) if ".." in row[0] else path, name)
            top = row[0].split("/", 1)[0]
            tops.setdefault(os.path.join(base, top), name)
            module = top.split(".", 1)[0]
            if module.isidentifier() and (top == module or re.search(r"\.(py|so)$", top)):
                modules.setdefault(module, name)

    def owner_of(path):
        if path in owners:
            return owners[path]
        while len(path) > 1:
            if path in tops:
                return tops[path]
            path = os.path.dirname(path)
        return None

    return list(distributions.values()), modules, owner_of


def marker_environment():
    """PEP 508, environment markers."""
    version = sys.implementation.version
    implementation = "%d.%d.%d" % (version.major, version.minor, version.micro)
    if version.releaselevel != "final":
        implementation += version.releaselevel[0] + str(version.serial)
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": implementation,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    }


def user():
    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        name = None
    return {"uid": os.getuid(), "gid": os.getgid(), "name": name}


def main(question):
    asked = json.loads(base64.b64decode(question).decode())
    distributions, modules, owner_of = survey_distributions()
    imports = run_imports(asked["imports"], asked["importSeconds"])
    for one in imports:
        if one["error"] is not None:
            raised_in = one["error"].pop("raisedIn")
            one["error"]["distribution"] = owner_of(raised_in) if raised_in else None
    answer = {
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "executable": sys.executable,
            "prefix": sys.prefix,
            "path": sys.path,
        },
        "user": user(),
        "workingDir": os.getcwd(),
        "markers": marker_environment(),
        "imports": imports,
        "libraries": survey_libraries(owner_of),
        "distributions": distributions,
        "modules": modules,
    }
    packed = base64.b64encode(zlib.compress(json.dumps(answer).encode("utf-8"))).decode()
    sys.stdout.write("\n-----BEGIN ENVIRONMENT-----\n%s\n-----END ENVIRONMENT-----\n" % packed)
    sys.stdout.flush()
