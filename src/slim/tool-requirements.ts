import { posix } from 'node:path';
import {
  contextPathOf,
  type Instruction,
  readContextCopy,
  type ShellCommand,
  shippedStages,
} from '../dockerfile/index.ts';
import type { Project } from '../project/index.ts';
import { type EnvironmentFile, listedRequirements, readEnvironmentFile } from '../python/index.ts';

/** The manifest and the lock file of each tool. */
const files: Readonly<Record<string, { readonly manifest: string; readonly lock: string }>> = {
  uv: { manifest: 'pyproject.toml', lock: 'uv.lock' },
  poetry: { manifest: 'pyproject.toml', lock: 'poetry.lock' },
  pdm: { manifest: 'pyproject.toml', lock: 'pdm.lock' },
  pipenv: { manifest: 'Pipfile', lock: 'Pipfile.lock' },
};

/** Installs from its lock file, or writes a requirements file from it. */
const actions = new Set(['install', 'sync', 'export', 'requirements', 'lock', 'compile', 'build']);

/**
 * What else than `pip install` brings to the image, as PEP 508 requirements: uv, Poetry, PDM and Pipenv by their lock files (by their manifests
 * where there are none), and `pip wheel` by its arguments and files.
 */
export function toolRequirements(project: Project): readonly string[] {
  const stages = shippedStages(project.dockerfile.model);
  return [
    ...new Set(
      stages.flatMap(({ instructions }) =>
        instructions.flatMap((instruction, at) =>
          (instruction.commands ?? []).flatMap((command) => {
            const question = { project, instruction, above: instructions.slice(0, at), command };
            return [...lockedFor(question), ...wheelsFor(question)];
          }),
        ),
      ),
    ),
  ];
}

interface Question {
  readonly project: Project;
  readonly instruction: Instruction;
  readonly above: readonly Instruction[];
  readonly command: ShellCommand;
}

function lockedFor(question: Question): readonly string[] {
  const words = question.command.words.map((word) => posix.basename(word));
  const tool = words.slice(0, words[1] === '-m' ? 3 : 1).find((word) => files[word] !== undefined);
  const names = files[tool ?? ''];
  if (names === undefined || !words.some((word) => actions.has(word))) return [];
  const lock = environmentFile(question, names.lock);
  const manifest = environmentFile(question, names.manifest);
  const isWanted = (group: string): boolean => isAsked(group, question.command);
  // A lock file that is older than its manifest lacks what was added since.
  return [lock, manifest].flatMap((file) =>
    file === undefined ? [] : listedRequirements(file, { isWanted, manifest }).requirements,
  );
}

/** The project's own dependencies, and the groups and extras that the command names. */
function isAsked(group: string, { words }: ShellCommand): boolean {
  if (group === 'main') return true;
  const name = group.replace(/^extra:/, '');
  const isExtra = group !== name;
  return (
    (isExtra && words.includes('--all-extras')) ||
    words.some((word) => !/^--(no-group|without|only-dev)/.test(word) && word.split(/[=, ]/).includes(name))
  );
}

/** `pip wheel -w /wheels -r requirements.txt`: another stage installs what it makes. */
function wheelsFor(question: Question): readonly string[] {
  const { words } = question.command;
  const at = words.findIndex((word) => word === 'wheel' || word === 'download');
  if (at === -1 || !words.slice(0, at).some((word) => /^pip\d*(\.\d+)?$/.test(posix.basename(word))))
    return [];
  return words.slice(at + 1).flatMap((word, position) => {
    const isFile = /^(-r|--requirement)$/.test(words[at + position] ?? '');
    if (!isFile) return /^[A-Za-z][\w.-]*(\[[\w,]*\])?([=<>~!].*)?$/.test(word) ? [word] : [];
    return (textOf(question, word) ?? '')
      .split(/\r?\n/)
      .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('-'));
  });
}

function environmentFile(question: Question, name: string): EnvironmentFile | undefined {
  const text = textOf(question, name);
  return text === undefined ? undefined : readEnvironmentFile({ path: name, text });
}

/** The text of a file in the working directory of the instruction, as a COPY above brings it; of one of that name in the context's root else. */
function textOf({ project, instruction, above }: Question, name: string): string | undefined {
  const texts = [...project.texts.manifests, ...project.texts.requirements];
  const copies = above.flatMap((one) => readContextCopy(one) ?? []);
  const path = contextPathOf(posix.resolve(instruction.before.workdir ?? '/', name), copies);
  return (
    texts.find((file) => file.path === path)?.text ??
    texts.find((file) => file.path === posix.basename(name))?.text
  );
}
