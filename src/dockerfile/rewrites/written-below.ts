import { posix } from 'node:path';
import { aptAction } from '../apt-command.ts';
import type { Instruction, ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { isHarmless } from './classify-instruction.ts';
import { readContextCopy } from './context-paths.ts';
import { filledIn } from './filled-in.ts';
import { isUserMaking } from './stage-users.ts';

/** What puts something below a directory of the container. */
export interface WrittenBelow {
  /** COPY instructions whose destination is the directory or lies in it. */
  readonly copies: readonly Instruction[];
  /** Directories and files in it that WORKDIR, mkdir and touch make, besides itself. */
  readonly directories: readonly string[];
  /** Directories in it that COPY makes on its way: they get the owner that it names, and the mode 755 whatever it names. */
  readonly passedDirectories: readonly string[];
  /** What else may write there, in words that follow the place of the instruction. */
  readonly doubts: readonly { readonly instruction: Instruction; readonly why: string }[];
}

/** Follows what the instructions, and `last` commands of the one behind them, write below `path`. */
export function writtenBelow(
  path: string,
  instructions: readonly Instruction[],
  last: {
    readonly instruction: Instruction;
    readonly commands: readonly ShellCommand[];
    readonly text: string;
  },
): WrittenBelow {
  const copies: Instruction[] = [];
  const directories = new Set<string>();
  const doubts: { instruction: Instruction; why: string }[] = [];
  const passed = new Set<string>();
  const addDirectory = (made: string, to = directories): void => {
    for (let at = made; isBelow(at, path); at = posix.dirname(at)) to.add(at);
  };
  for (const instruction of instructions) {
    const { keyword, value } = instruction.syntax;
    if (keyword === 'workdir') addDirectory(posix.resolve(instruction.before.workdir ?? '/', value.trim()));
    if (keyword === 'copy' || keyword === 'add') {
      const place = copyPlace(instruction);
      if (place === undefined) doubts.push({ instruction, why: 'where it copies to is not known' });
      else if (place === path || isBelow(place, path)) {
        copies.push(instruction);
        addDirectory(isFileCopy(instruction) ? posix.dirname(place) : place, passed);
      } else if (isBelow(path, place)) doubts.push({ instruction, why: `brings more than ${path}` });
    }
    if (keyword !== 'run') continue;
    if (instruction.commands === undefined)
      doubts.push({ instruction, why: `may write into ${path}: its commands are not read here` });
    for (const command of instruction.commands ?? [])
      addCommand(instruction, command, { path, addDirectory, doubts, text: last.text });
  }
  for (const command of last.commands)
    addCommand(last.instruction, command, { path, addDirectory, doubts, text: last.text });
  return {
    copies,
    directories: [...directories].sort(),
    passedDirectories: [...passed].filter((one) => !directories.has(one)).sort(),
    doubts,
  };
}

/** `COPY app.py /app/main.py`: the destination is a file, as far as its spelling tells. */
function isFileCopy(instruction: Instruction): boolean {
  const copy = readContextCopy(instruction);
  return copy !== undefined && !copy.isBroad && !copy.destination.endsWith('/');
}

interface Writing {
  readonly path: string;
  /** The whole Dockerfile. */
  readonly text: string;
  readonly addDirectory: (path: string) => void;
  readonly doubts: { instruction: Instruction; why: string }[];
}

function addCommand(
  instruction: Instruction,
  command: ShellCommand,
  { path, addDirectory, doubts, text }: Writing,
): void {
  const workdir = instruction.before.workdir ?? '/';
  const [program = '', ...rest] = command.words;
  const names = rest.filter((word) => !word.startsWith('-')).map((word) => posix.resolve(workdir, word));
  if (program === 'mkdir' || program === 'touch') {
    for (const name of names) addDirectory(name);
    if (rest.some((word) => /[$*{]/.test(word) || /^(-m|--mode|-[rdt])/.test(word)))
      doubts.push({ instruction, why: 'makes directories or files whose names or modes are not plain' });
    return;
  }
  if (isUserMaking(command)) {
    const isHomeMade =
      program.endsWith('adduser') || rest.some((word) => /^(-\w*m|--create-home)/.test(word));
    if (isHomeMade && rest.some((word) => word.replace(/^--?[\w-]+=/, '') === path))
      doubts.push({ instruction, why: `${path} is the home of the user that it makes` });
    return;
  }
  if (['chown', 'chmod', 'chgrp'].includes(program)) {
    const isTouched = names
      .slice(1)
      .some((name) => name === path || isBelow(name, path) || isBelow(path, name));
    if (isTouched || /[$*]/.test(rest.slice(1).join(' ')))
      doubts.push({ instruction, why: `changes owners or modes below ${path} as well` });
    return;
  }
  if (writesElsewhere(command, instruction, { path, text })) return;
  doubts.push({ instruction, why: `\`${command.words.slice(0, 3).join(' ')}\` may write into ${path}` });
}

/** Installations go among the system's packages or into an environment; harmless commands write nothing, unless into a file by `>`. */
function writesElsewhere(
  command: ShellCommand,
  { before }: Instruction,
  { path, text }: Pick<Writing, 'path' | 'text'>,
): boolean {
  if (aptAction(command) !== undefined) return true;
  const install = readPipInstall(command);
  if (install !== undefined) {
    const places = [before.env['VIRTUAL_ENV'], ...(before.env['PATH'] ?? '').split(':')];
    return (
      install.localPaths.every(
        ({ text: from }) => from.startsWith('/') && from !== path && !isBelow(from, path),
      ) &&
      !install.options.some(({ text }) => /^(-e|--editable|-t|--target|--prefix|--root|--src)/.test(text)) &&
      !places.some((place) => place !== undefined && (place === path || isBelow(place, path)))
    );
  }
  const [program = ''] = command.words;
  if (program === 'echo' || program === 'printf')
    return redirectionsOf(text.slice(command.range.start, command.range.end)).every(
      (target) => /^\/[^$*]*$/.test(target) && target !== path && !isBelow(target, path),
    );
  if (program === '[' || program === 'test') return true;
  return isHarmless(command) && program !== 'cd' && program !== 'export';
}

/** The files behind `>` and `>>`; also what only looks like one inside of quotes. */
function redirectionsOf(command: string): readonly string[] {
  return [...command.matchAll(/>>?\s*([^\s;&|]*)/g)].map((match) => match[1] ?? '');
}

/** Where a COPY puts things, absolute and without a final `/`; undefined where a variable that is not known is in it. */
export function copyPlace({ syntax, before }: Instruction): string | undefined {
  const words = syntax.json ?? syntax.value.trim().split(/\s+/);
  const last = filledIn(words.at(-1) ?? '', before.variables);
  if (last.includes('$') || (!last.startsWith('/') && before.workdir === undefined)) return undefined;
  return posix.resolve(before.workdir ?? '/', last);
}

/** True for a path inside of a directory, not for the directory itself. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}
