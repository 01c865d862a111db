import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
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
    const of = ownVersion(text, target) ?? environmentVersion(model, source, text);
    if (of === undefined || of === version || path.split(':').includes(target)) return [];
    return [
      {
        range,
        message: `these are packages of Python ${of}; here is Python ${version}, which does not find them`,
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

/** The version of an environment that the stage has made with its own Python: `python -m venv /opt/venv`. */
function environmentVersion(model: DockerfileModel, stage: Stage, source: string): string | undefined {
  const path = source.replace(/(.)\/+$/, '$1');
  const isMade = stage.instructions.some((instruction) =>
    commandsIn(instruction).some((command) => {
      const { words } = command;
      const isVenv = /^python3?$/.test(programOf(command)) && words[1] === '-m' && words[2] === 'venv';
      return (
        isVenv &&
        words.slice(3).some((word) => posix.resolve(instruction.before.workdir ?? '/', word) === path)
      );
    }),
  );
  return isMade ? versionOf(model, stage) : undefined;
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
