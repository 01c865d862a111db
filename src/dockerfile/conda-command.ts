import { posix } from 'node:path';
import type { ShellCommand } from './model.ts';

/** One installation by conda, mamba or micromamba inside a RUN: `conda env create -n app -f environment.yml`. */
export interface CondaInstall {
  readonly command: ShellCommand;
  /** As written: `conda`, `/opt/conda/bin/mamba`. */
  readonly program: string;
  readonly tool: 'conda' | 'mamba' | 'micromamba';
  /** The environment file, as written. */
  readonly file: string | undefined;
  /** Of `-n`; undefined where the file or the active environment decides. */
  readonly name: string | undefined;
  /** Of `-p`. */
  readonly prefix: string | undefined;
  /** What it is to install, as far as the command names it: `python=3.11`, `conda-forge::gdal`. */
  readonly packages: readonly string[];
}

/** A program that conda starts in an environment: `conda run --no-capture-output -n app python app.py`. */
export interface CondaRun {
  /** Of `-n`; undefined where the active environment decides. */
  readonly name: string | undefined;
  /** Of `-p`. */
  readonly prefix: string | undefined;
  /** How many words go when the program is started without conda: 5 in the example. */
  readonly droppedWords: number;
}

/** The tool that a program's word names, by whatever path. */
export function condaTool(word: string): CondaInstall['tool'] | undefined {
  const name = posix.basename(word);
  return name === 'conda' || name === 'mamba' || name === 'micromamba' ? name : undefined;
}

/** The installation that a command is, or undefined (`conda --help`, conda 24; micromamba 1.5). */
export function readCondaInstall(command: ShellCommand): CondaInstall | undefined {
  const [program = '', ...rest] = command.words;
  const tool = condaTool(program);
  if (tool === undefined) return undefined;
  const words = rest.filter((word) => !word.startsWith('-'));
  const isInstall =
    /^(install|create|update|upgrade)$/.test(words[0] ?? '') ||
    (words[0] === 'env' && /^(create|update)$/.test(words[1] ?? ''));
  if (!isInstall) return undefined;
  return {
    command,
    program,
    tool,
    file: optionOf(rest, '-f', '--file'),
    name: optionOf(rest, '-n', '--name'),
    prefix: optionOf(rest, '-p', '--prefix'),
    packages: words[0] === 'env' ? [] : packagesOf(rest),
  };
}

const optionsWithValue =
  /^(-[nfpc]|--(name|file|prefix|channel|solver|platform|revision|experimental-solver|repodata-fn))$/;

/** The words behind the action that are neither options nor values of them. */
function packagesOf(rest: readonly string[]): readonly string[] {
  const found = rest.filter(
    (word, at) => !word.startsWith('-') && !optionsWithValue.test(rest[at - 1] ?? ''),
  );
  return found.slice(1);
}

const runSwitches = /^(--no-capture-output|--live-stream|-q|--quiet)$/;

/**
 * The start that `conda run` makes of its words; `unsure` where an option asks for more than starting a program (`--cwd`, `--dev`, `-a`);
 * undefined for every other command (`conda run --help`, conda 24; micromamba 1.5).
 */
export function readCondaRun(words: readonly string[]): CondaRun | 'unsure' | undefined {
  if (condaTool(words[0] ?? '') === undefined || words[1] !== 'run') return undefined;
  const named: { name?: string; prefix?: string } = {};
  let at = 2;
  for (; words[at]?.startsWith('-') === true; at += 1) {
    const word = words[at] ?? '';
    const [option = '', inline] = word.startsWith('--') ? word.split('=') : [word];
    if (runSwitches.test(option)) continue;
    const key = /^(-n|--name)$/.test(option) ? 'name' : /^(-p|--prefix)$/.test(option) ? 'prefix' : undefined;
    if (key === undefined) return 'unsure';
    if (inline === undefined) at += 1;
    const value = inline ?? words[at];
    if (value === undefined) return 'unsure';
    named[key] = value;
  }
  return { name: named.name, prefix: named.prefix, droppedWords: at };
}

/** `conda clean -afy`, `micromamba clean --all --yes`: takes out downloaded packages. */
export function isCondaClean({ words }: ShellCommand): boolean {
  const [program = '', ...rest] = words;
  return condaTool(program) !== undefined && rest.find((word) => !word.startsWith('-')) === 'clean';
}

/** The value of an option in any of its spellings: `-f FILE`, `-f=FILE`, `--file=FILE`. */
function optionOf(words: readonly string[], short: string, long: string): string | undefined {
  const at = words.findIndex((word) => word === short || word === long);
  if (at !== -1) return words[at + 1];
  const joined = words.find((word) => word.startsWith(`${long}=`) || word.startsWith(`${short}=`));
  return joined?.slice(joined.indexOf('=') + 1);
}
