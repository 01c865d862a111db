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
}

/** The tool that a program's word names, by whatever path. */
function condaTool(word: string): CondaInstall['tool'] | undefined {
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
  };
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
