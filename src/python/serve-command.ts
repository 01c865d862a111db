import { shellWords } from './requirements-options.ts';

const servers = [
  'uvicorn',
  'gunicorn',
  'hypercorn',
  'flask',
  'fastapi',
  'streamlit',
  'gradio',
  'vllm',
  'django',
  'python',
] as const;

/** How a container's command serves. */
export interface ServeCommand {
  readonly server: (typeof servers)[number];
  /** The port it listens on; undefined where the words do not tell. */
  readonly port: number | undefined;
  /** Whether the words or the environment name the port; false for the server's default, which a file of its settings may change. */
  readonly isPortGiven: boolean;
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
  gradio: 7860,
  vllm: 8000,
};

/** Variables that name the port where no option does. */
const portVariables: Readonly<Record<string, string>> = {
  uvicorn: 'UVICORN_PORT',
  gunicorn: 'PORT',
  flask: 'FLASK_RUN_PORT',
  streamlit: 'STREAMLIT_SERVER_PORT',
  gradio: 'GRADIO_SERVER_PORT',
};

const portOptions: Readonly<Record<string, readonly string[]>> = {
  uvicorn: ['--port'],
  gunicorn: ['--bind', '-b'],
  hypercorn: ['--bind', '-b'],
  flask: ['--port', '-p'],
  fastapi: ['--port'],
  streamlit: ['--server.port'],
  vllm: ['--port'],
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
  return {
    server: servers.find((one) => one === name) ?? 'python',
    ...portOf(portIn(rest, portOptions[name] ?? []), name, env),
    entry: entryIn(name, rest, env),
  };
}

function portOf(
  asked: number | undefined | 'absent',
  name: string,
  env: Readonly<Record<string, string>>,
): Pick<ServeCommand, 'port' | 'isPortGiven'> {
  if (asked !== 'absent') return { port: asked, isPortGiven: asked !== undefined };
  const set = env[portVariables[name] ?? ''];
  return set === undefined
    ? { port: defaults[name], isPortGiven: false }
    : { port: toPort(set), isPortGiven: true };
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
  if (/(^|\/)manage\.py$/.test(target)) return djangoCommand(rest.slice(at + 1), target);
  const port = portIn(rest.slice(at), ['--port', '-p']);
  const known = port === 'absent' ? undefined : port;
  return { server: 'python', port: known, isPortGiven: known !== undefined, entry: target };
}

// python manage.py runserver 0.0.0.0:8000
function djangoCommand(words: readonly string[], entry: string): ServeCommand | undefined {
  if (words[0] !== 'runserver') return undefined;
  const address = words.slice(1).find((word) => /^[^-]/.test(word));
  const port = address === undefined ? 8000 : toPort(address);
  return { server: 'django', port, isPortGiven: address !== undefined, entry };
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
  if (name === 'fastapi' || name === 'streamlit' || name === 'gradio')
    return words.find((word) => word.endsWith('.py'));
  return words.find((word) => /^[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(.*\))?$/.test(word));
}
