import { readFile } from 'node:fs/promises';
import { inflateSync } from 'node:zlib';
import { messageOf, UserError } from '../base/index.ts';
import type { Engine, FinishedRun } from '../engines/index.ts';
import type { ImageConfig } from '../image/index.ts';
import { type Environment, environmentSchema } from './environment.ts';
import { environmentLauncher } from './environment-launcher.ts';
import { limitTime } from './limit-time.ts';

/** What the environment is asked. */
export interface EnvironmentQuestion {
  /** Absolute import statements in the order in which the app runs them: `import a.b`, `from a import b, c`. */
  readonly imports: readonly string[];
  /** The longest that one import may take. */
  readonly importSeconds: number;
}

/** What came of asking an image about its Python environment. */
export type EnvironmentReading =
  | { readonly kind: 'read'; readonly environment: Environment; readonly seconds: number }
  | { readonly kind: 'no-python'; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** The engine did not start the container: for the image's sake or its own. */
  | { readonly kind: 'refused'; readonly error: UserError; readonly detail: string };

/** Where and how long to ask. */
export interface ProbeEnvironmentOptions {
  readonly engine: Engine;
  readonly image: string;
  readonly config: ImageConfig;
  readonly question: EnvironmentQuestion;
  readonly env?: Readonly<Record<string, string>>;
  /** The longest that the whole answer may take. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
}

/** The text of the script that describes a Python environment, for the standard input of `python3 -`. */
export async function environmentScript(question: EnvironmentQuestion): Promise<string> {
  const script = await readFile(new URL('./probe-environment.py', import.meta.url), 'utf8');
  return `${script}\n\nmain("${Buffer.from(JSON.stringify(question)).toString('base64')}")\n`;
}

/**
 * Asks the Python that an image's own command would use. The container has no network and nothing is added to it.
 * A missing interpreter, an answer that cannot be read and an engine that refuses are data; rejects when aborted.
 */
export async function probeEnvironment(options: ProbeEnvironmentOptions): Promise<EnvironmentReading> {
  const input = await environmentScript(options.question);
  let detail = '';
  for (const python of pythonCandidates(options.config)) {
    const run = await runPython(python, input, options);
    if (run instanceof UserError) return { kind: 'refused', error: run, detail: run.message };
    if (run === undefined) {
      return { kind: 'unreadable', detail: `no answer within ${options.timeoutSeconds} s` };
    }
    const environment = parseEnvironment(run.stdout);
    if (typeof environment !== 'string') return { kind: 'read', environment, seconds: run.seconds };
    const program = python.join(' ');
    const isMissing = run.exitCode === 127 || run.exitCode === 126;
    // A launcher may have its own reasons to refuse.
    if (!isMissing && python.length === 1)
      return { kind: 'unreadable', detail: unreadableDetail(program, run, environment) };
    detail = lastLine(run.stderr) || `${program}: exit code ${run.exitCode}`;
  }
  return { kind: 'no-python', detail };
}

/** The finished run, the engine's refusal to start it, or undefined when time ran out. */
async function runPython(
  [program, ...before]: PythonCommand,
  input: string,
  options: ProbeEnvironmentOptions,
): Promise<FinishedRun | UserError | undefined> {
  try {
    return await limitTime(options.timeoutSeconds, options.signal, (signal) =>
      options.engine.run({
        image: options.image,
        entrypoint: [program],
        command: [...before, '-'],
        input,
        network: 'none',
        signal,
        ...(options.env ? { env: options.env } : {}),
      }),
    );
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** A program and the words that make it Python: `python3`, `poetry run python`. */
export type PythonCommand = readonly [program: string, ...words: string[]];

/**
 * The interpreters to try: the one of the tool that the image starts through (`poetry run`), the one that its command names, the one beside the program that it names
 * (`/opt/venv/bin/uvicorn`), then what PATH finds. System folders hold Debian's own Python and prove nothing.
 */
export function pythonCandidates(config: ImageConfig): readonly PythonCommand[] {
  const words = [...config.entrypoint, ...config.cmd].flatMap((word) => word.split(/\s+/));
  const named = words.flatMap((word) => {
    if (/^(\/\S+\/)?python[\d.]*$/.test(word)) return [word];
    const folder = /^(\/\S+\/bin)\/[^/\s]+$/.exec(word)?.[1];
    return folder === undefined || folder === '/usr/bin' ? [] : [`${folder}/python3`, `${folder}/python`];
  });
  const [tool, ...launching] = environmentLauncher(words) ?? [];
  const launched: PythonCommand[] = tool === undefined ? [] : [[tool, ...launching, 'python']];
  return [...launched, ...[...new Set([...named, 'python3', 'python'])].map((name): PythonCommand => [name])];
}

const answerPattern = /-----BEGIN ENVIRONMENT-----\r?\n([A-Za-z0-9+/=]+)\r?\n-----END ENVIRONMENT-----/;

/**
 * Reads the script's answer out of everything that the container printed; a text is the reason why there is none.
 *
 *     -----BEGIN ENVIRONMENT-----
 *     eJztXW1z27iR/iucfLi9q5...
 *     -----END ENVIRONMENT-----
 */
export function parseEnvironment(stdout: string): Environment | string {
  const packed = answerPattern.exec(stdout)?.[1];
  if (packed === undefined) return 'it printed no answer';
  try {
    const text = inflateSync(Buffer.from(packed, 'base64')).toString('utf8');
    return environmentSchema.parse(JSON.parse(text));
  } catch (error) {
    return `its answer is damaged: ${messageOf(error)}`;
  }
}

function unreadableDetail(python: string, run: FinishedRun, reason: string): string {
  const said = lastLine(run.stderr);
  return `${python} ended with exit code ${run.exitCode} and ${reason}${said ? `; it said: ${said}` : ''}`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
