import { messageOf, type RunResult, runProcess, UserError } from '../base/index.ts';

/** A program that resolves requirements, and how it is called. */
export interface ResolverProgram {
  readonly tool: 'pip' | 'uv';
  /** `['python3', '-m', 'pip']`. */
  readonly command: readonly string[];
  /** A quicker command that prints what it prints with `--version`. */
  readonly versionCommand?: readonly string[];
}

/** A program that runs, and what its answers depend on besides the question. */
export interface FoundResolver {
  readonly program: ResolverProgram;
  /** As it tells it: `pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)`. */
  readonly version: string;
  /** pip: its settings from files and the environment, as `pip config list` prints them; undefined where it does not tell (uv). */
  readonly settings: string | undefined;
  /** Set where it may download every wheel whole only to resolve: one sentence that says so. */
  readonly cost?: string;
}

// What pip prints itself (pip/_internal/utils/misc.py, get_pip_version), without the loading of all its commands.
const pipVersion =
  'import os, sys, pip; print("pip", pip.__version__, "from", os.path.dirname(os.path.abspath(pip.__file__)), "(python %d.%d)" % sys.version_info[:2])';

/** Tried in this order; the first that runs and reads metadata alone is used, else the first that runs. */
export const resolverPrograms: readonly ResolverProgram[] = [
  { tool: 'pip', command: ['pip'] },
  { tool: 'pip', command: ['python3', '-m', 'pip'], versionCommand: ['python3', '-c', pipVersion] },
  { tool: 'uv', command: ['uv'] },
];

/** That no resolver could be started: a `UserError` of its own, so that a caller can go on without. */
export class NoResolverError extends UserError {}

/**
 * The first of the programs (default: pip, `python3 -m pip`, uv) that runs, is new enough and downloads no wheels to resolve; else the first
 * that runs. Throws a `NoResolverError` where none does.
 */
export async function findResolver(
  programs: readonly ResolverProgram[] = resolverPrograms,
  signal?: AbortSignal,
): Promise<FoundResolver> {
  const tried: string[] = [];
  let costly: FoundResolver | undefined;
  for (const program of programs) {
    // Of a second one nothing is asked but whether it is better.
    const early = costly === undefined ? settingsOf(program, signal) : undefined;
    const answer = await versionOf(program, signal);
    const settings = await early;
    signal?.throwIfAborted();
    const problem = typeof answer === 'string' ? answer : versionProblem(program, answer);
    if (problem !== undefined || typeof answer === 'string') {
      tried.push(`${program.command.join(' ')}: ${problem}`);
      continue;
    }
    const version = answer.stdout.trim();
    const cost = costOf(program, version);
    if (cost === undefined)
      return { program, version, settings: early ? settings : await settingsOf(program, signal) };
    costly ??= { program, version, settings, cost };
  }
  if (costly !== undefined) return costly;
  throw new NoResolverError(`no program resolves Python requirements here (${tried.join('; ')})`, {
    hint: 'Install pip 22.2 or later, or uv 0.7 or later.',
  });
}

async function versionOf(program: ResolverProgram, signal?: AbortSignal): Promise<RunResult | string> {
  const [command = '', ...words] = program.versionCommand ?? [...program.command, '--version'];
  return await runProcess(command, words, signal === undefined ? {} : { signal }).catch(messageOf);
}

async function settingsOf(program: ResolverProgram, signal?: AbortSignal): Promise<string | undefined> {
  if (program.tool !== 'pip') return undefined;
  const [command = '', ...before] = program.command;
  const options = signal === undefined ? {} : { signal };
  const answer = await runProcess(command, [...before, 'config', 'list'], options).catch(() => undefined);
  return answer?.code === 0 ? answer.stdout : undefined;
}

/** Measured: `install --dry-run` of pip 23.2 fetches every wheel whole, that of 26.2 their metadata alone (pypa/pip#12603). */
function costOf(program: ResolverProgram, version: string): string | undefined {
  const major = Number(/^pip (\d+)\./.exec(version)?.[1]);
  if (program.tool !== 'pip' || major >= 26) return undefined;
  const name = /^pip [\d.]+/.exec(version)?.[0] ?? 'this pip';
  return `${name} may download every wheel whole to resolve the requirements: pip 26 and uv read their metadata alone`;
}

// pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)
// uv 0.8.4 (a3b2c1 2025-07-31)
function versionProblem(program: ResolverProgram, result: RunResult): string | undefined {
  if (result.code !== 0) return lastLine(result.stderr) ?? `exit code ${result.code}`;
  const [, major, minor] = /^(?:pip|uv) (\d+)\.(\d+)/.exec(result.stdout) ?? [];
  if (major === undefined) return `does not tell its version`;
  const version = Number(major) * 1000 + Number(minor);
  // pip install --report came with 22.2; uv writes pylock.toml since 0.7.
  const oldest = program.tool === 'pip' ? 22_002 : 7;
  return version >= oldest ? undefined : `version ${major}.${minor} is too old`;
}

/** The last line of a program's output that says anything. */
export function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
