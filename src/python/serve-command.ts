import { shellWords } from './requirements-options.ts';

/** How a container's command serves. */
export interface ServeCommand {
  readonly server: 'uvicorn' | 'gunicorn' | 'hypercorn' | 'flask' | 'fastapi' | 'streamlit' | 'python';
  /** The port it listens on; undefined where the words do not tell. */
  readonly port: number | undefined;
  /** The entry as Python names it (`app.main:app`) or a script's path (`app/main.py`). */
  readonly entry: string | undefined;
}

const defaults: Readonly<Record<string, number>> = {
  uvicorn: 8000,
  gunicorn: 8000,
  hypercorn: 8000,
  flask: 5000,
  fastapi: 8000,
  streamlit: 8501,
};

const portOptions: Readonly<Record<string, readonly string[]>> = {
  uvicorn: ['--port'],
  gunicorn: ['--bind', '-b'],
  hypercorn: ['--bind', '-b'],
  flask: ['--port', '-p'],
  fastapi: ['--port'],
  streamlit: ['--server.port'],
};

/**
 * Reads the command that a container starts: server, port and entry; undefined when it is none of a Python service.
 * `sh -c "…"` is looked into; `$PORT` and `${PORT:-8000}` are filled from `env`, else from the default written there.
 *
 *     uvicorn app.main:app --host 0.0.0.0 --port 8080
 *     gunicorn -b :5000 -k uvicorn.workers.UvicornWorker app:app
 */
export function serveCommand(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ServeCommand | undefined {
  const flat = unwrapShell(words.map((word) => expand(word, env))).map((word) => expand(word, env));
  const at = flat.findIndex((word) => nameOf(word) !== undefined);
  if (at === -1) return undefined;
  const name = nameOf(flat[at] ?? '') ?? '';
  const rest = flat.slice(at + 1);
  if (name === 'python') return pythonCommand(rest, env);
  const port = portIn(rest, portOptions[name] ?? []);
  return {
    server: serverOf(name),
    port: port === 'absent' ? defaultPort(name, env) : port,
    entry: entryIn(name, rest, env),
  };
}

function serverOf(name: string): ServeCommand['server'] {
  const known = ['uvicorn', 'gunicorn', 'hypercorn', 'flask', 'fastapi', 'streamlit'] as const;
  return known.find((one) => one === name) ?? 'python';
}

function defaultPort(name: string, env: Readonly<Record<string, string>>): number | undefined {
  if (name === 'flask' && env['FLASK_RUN_PORT'] !== undefined) return toPort(env['FLASK_RUN_PORT']);
  if (name === 'gunicorn' && env['PORT'] !== undefined) return toPort(env['PORT']);
  return defaults[name];
}

function nameOf(word: string): string | undefined {
  const base = word.slice(word.lastIndexOf('/') + 1);
  if (base in defaults) return base;
  return /^python[0-9.]*$/.test(base) ? 'python' : undefined;
}

function unwrapShell(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(words[0] ?? '');
  if (!isShell || at === -1) return words;
  const script = words[at + 1] ?? '';
  const links = script.split(/&&|;|\n/).map((link) => shellWords(link.trim()) ?? link.trim().split(/\s+/));
  return (
    links.find((link) => link.some((word) => nameOf(word) !== undefined && nameOf(word) !== 'python')) ??
    links.at(-1) ??
    []
  );
}

function expand(word: string, env: Readonly<Record<string, string>>): string {
  return word.replace(
    /\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)/g,
    (whole, braced?: string, fallback?: string, plain?: string) => {
      return env[braced ?? plain ?? ''] ?? fallback ?? whole;
    },
  );
}

// python -m uvicorn app:app    python app/main.py    python -m app
function pythonCommand(
  rest: readonly string[],
  env: Readonly<Record<string, string>>,
): ServeCommand | undefined {
  const at = rest.findIndex((word) => word === '-m' || !word.startsWith('-'));
  const isModule = rest[at] === '-m';
  const target = rest[isModule ? at + 1 : at];
  if (at === -1 || target === undefined) return undefined;
  if (isModule && target in defaults) return serveCommand(rest.slice(at + 1), env);
  const port = portIn(rest.slice(at), ['--port', '-p']);
  return { server: 'python', port: port === 'absent' ? undefined : port, entry: target };
}

function portIn(words: readonly string[], options: readonly string[]): number | undefined | 'absent' {
  for (const [at, word] of words.entries()) {
    const option = options.find(
      (one) =>
        word === one ||
        word.startsWith(`${one}=`) ||
        (one.length === 2 && /^-[bp]./.test(word) && word.startsWith(one)),
    );
    if (option === undefined) continue;
    const value = word === option ? words[at + 1] : word.slice(option.length).replace(/^=/, '');
    return toPort(value ?? '');
  }
  return 'absent';
}

function toPort(text: string): number | undefined {
  const port = Number(/(\d+)$/.exec(text)?.[1]);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : undefined;
}

function entryIn(
  name: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): string | undefined {
  if (name === 'flask') {
    const at = words.findIndex((word) => word === '--app' || word === '-A');
    return at === -1 ? (env['FLASK_APP'] ?? undefined) : words[at + 1];
  }
  if (name === 'fastapi' || name === 'streamlit') return words.find((word) => word.endsWith('.py'));
  return words.find((word) => /^[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?$/.test(word));
}
