import { posix } from 'node:path';
import type { DockerfileModel, Instruction, ShellCommand, Stage } from '../model.ts';
import { hasPipOption, readPipInstall } from '../pip-command.ts';
import { commandsIn, programOf } from '../programs.ts';
import { rootBase } from '../stage-chain.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule, Violation } from './rule.ts';

/** The Python of Debian's releases, which distroless images have. */
const ofDebian: Readonly<Record<string, string>> = { 10: '3.7', 11: '3.9', 12: '3.11', 13: '3.13' };

/** Packages that another version of Python has installed: the one of the image does not look where they are. */
export const otherPython: LintRule = {
  id: 'other-python',
  severity: 'error',
  title: 'packages of another Python version are copied',
  check: ({ model }) =>
    model.stages.flatMap((stage) => {
      const version = versionOf(model, stage);
      if (version === undefined) return [];
      return stage.instructions.flatMap((copy) => violationsOf(model, copy, { stage, version }));
    }),
};

function violationsOf(
  model: DockerfileModel,
  copy: Instruction,
  { stage, version }: { readonly stage: Stage; readonly version: string },
): readonly Violation[] {
  const source = sourceStage(model, copy);
  if (source === undefined) return [];
  const words = argumentWords(copy.syntax);
  const target = posix.resolve(copy.before.workdir ?? '/', words.at(-1)?.text ?? '');
  const path = stage.after.env['PYTHONPATH'] ?? '';
  return words.slice(0, -1).flatMap(({ text, range }) => {
    const of = ownVersion(text, target) ?? installedVersion(model, source, text);
    if (of === undefined || of === version || path.split(':').includes(target)) return [];
    return [
      {
        range,
        message: `these are packages of Python ${of}: Python ${version}, which is here, does not find or cannot load them`,
      },
    ];
  });
}

function sourceStage(model: DockerfileModel, { syntax }: Instruction): Stage | undefined {
  const from = syntax.flags
    .find(({ name }) => syntax.keyword === 'copy' && name === 'from')
    ?.value?.toLowerCase();
  return from === undefined
    ? undefined
    : model.stages.find(({ name, position }) => name === from || String(position) === from);
}

/** `/usr/local/lib/python3.11/site-packages`, as long as it stays a place where a Python looks. */
function ownVersion(source: string, target: string): string | undefined {
  const version = /\/lib\/python(3\.\d+)\/(?:site|dist)-packages\/?$/.exec(source)?.[1];
  return /\/lib\/python3\.\d+\/(?:site|dist)-packages$/.test(target) ? version : undefined;
}

/** The version of what the stage has installed there with its own Python. */
function installedVersion(model: DockerfileModel, stage: Stage, source: string): string | undefined {
  const path = source.replace(/(.)\/+$/, '$1');
  const isMade = stage.instructions.some((instruction) =>
    commandsIn(instruction).some((command) => placesOf(command, instruction).includes(path)),
  );
  return isMade ? versionOf(model, stage) : undefined;
}

/** `python -m venv /opt/venv`, `pip install --prefix=/install`, `pip install --user` of root. */
function placesOf(command: ShellCommand, { before }: Instruction): readonly string[] {
  const { words } = command;
  const absolute = (path: string): string => posix.resolve(before.workdir ?? '/', path);
  const isVenv = /^python3?$/.test(programOf(command)) && words[1] === '-m' && words[2] === 'venv';
  if (isVenv) return words.slice(3).map(absolute);
  const install = readPipInstall(command);
  if (install?.tool !== 'pip') return [];
  const isRoot = before.user === undefined || /^(?:root|0)$/.test(before.user);
  const user = hasPipOption(install, '--user') && isRoot ? ['/root/.local'] : [];
  const prefixes = install.options.flatMap(({ text }) => /^--prefix=(.+)$/.exec(text)?.[1] ?? []);
  return [...user, ...prefixes.map(absolute)];
}

/** The version that the image names, where no step brings another Python. */
function versionOf(model: DockerfileModel, stage: Stage): string | undefined {
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  if (stage.instructions.some(bringsPython)) return undefined;
  return base === undefined ? versionOfImage(rootBase(model, stage)) : versionOf(model, base);
}

function versionOfImage(image: string): string | undefined {
  const debian = /^gcr\.io\/distroless\/python3-debian(\d+)/.exec(image)?.[1];
  if (debian !== undefined) return ofDebian[debian];
  return /^(?:(?:docker\.io|public\.ecr\.aws\/docker|mirror\.gcr\.io)\/)?(?:library\/)?python:(3\.\d+)/.exec(
    image,
  )?.[1];
}

function bringsPython({ syntax }: Instruction): boolean {
  if (syntax.keyword === 'run') {
    return /\b(?:uv python|pyenv|conda|mamba|deadsnakes|install[^&;|]*\bpython3?(?:\.\d+)?\b)/.test(
      [syntax.value, ...syntax.heredocs.map(({ content }) => content)].join('\n'),
    );
  }
  if (syntax.keyword !== 'copy' && syntax.keyword !== 'add') return false;
  return argumentWords(syntax)
    .slice(0, -1)
    .some(({ text }) =>
      /^\/(?:usr(?:\/local)?(?:\/(?:bin|lib))?\/?(?:python3?[\d.]*)?)?$|\/lib\/python3\.\d+\/?$|\/uv\/python/.test(
        text,
      ),
    );
}
