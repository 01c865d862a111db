import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { shippedStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { readContextCopy } from './context-paths.ts';
import { withoutGroups } from './development-groups.ts';
import { removeBlock } from './remove-block.ts';
import { removeWords } from './remove-words.ts';
import {
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';

/** `pip install -r requirements-dev.txt` → the production file; `pip install fastapi pytest` → without pytest. */
export const productionRequirements: Rewrite = {
  id: 'production-requirements',
  title: 'Install what production needs, not what development needs',
  risk: 'verify',
  propose({ syntax, model, placeOf }, given) {
    const readers = otherReaders(model, given, placeOf);
    const facts = withoutFiles(given, new Set(readers.keys()));
    // What the image is made of: a stage for tests alone keeps its tools.
    const context: Context = { facts, text: syntax.text, placeOf, target: model.stages[model.target] };
    const parts = shippedStages(model).flatMap((stage) => {
      const keeper = developmentStage(model, stage, facts);
      return stage.instructions.map((instruction) => {
        const part = proposeFor(instruction, context);
        if (keeper === undefined) return part;
        return instruction.syntax.keyword === 'copy'
          ? nothing
          : kept(part, `${placeOf(instruction.syntax)}: ${keeper}`);
      });
    });
    const edits = parts.flatMap((part) => part.edits);
    const leftAlone = [...readers.values(), ...parts.flatMap((part) => part.leftAlone)];
    const names = parts.flatMap((part) => part.names);
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    return {
      edits,
      leftAlone,
      reason: [
        ...(names.length > 0 ? [`${names.join(', ')}: nothing in the running container uses them`] : []),
        ...(parts.some((part) => part.isFileSwapped)
          ? ['test runners, linters and notebooks have no use in the running container']
          : []),
        ...parts.flatMap((part) => part.groups),
      ].join('; '),
    };
  },
};

/** Files that another command than `pip install` reads (`pip wheel -r requirements-ci.txt`), or whose place is not the production file's, each with why it stays. */
function otherReaders(
  model: DockerfileModel,
  { productionRequirements: files }: RewriteFacts,
  placeOf: Context['placeOf'],
): ReadonlyMap<string, string> {
  const readers = new Map<string, string>();
  for (const instruction of shippedStages(model).flatMap(({ instructions }) => instructions)) {
    const { syntax, commands } = instruction;
    const copied = readContextCopy(instruction)?.sources ?? [];
    for (const [from, to] of files)
      if (copied.includes(from) && posix.dirname(from) !== posix.dirname(to))
        readers.set(from, `${placeOf(syntax)}: ${from} stays, ${to} would have to lie elsewhere`);
    for (const command of commands ?? [])
      for (const [from, to] of readPipInstall(command) === undefined ? files : []) {
        const word = command.words.find((one) => one === from || one.endsWith(`/${from}`));
        if (word === undefined || from === to || readers.has(from)) continue;
        const shown = command.words.slice(0, 2).join(' ');
        readers.set(from, `${placeOf(syntax)}: ${from} stays, \`${shown}\` reads it`);
      }
  }
  return readers;
}

function withoutFiles(facts: RewriteFacts, kept: ReadonlySet<string>): RewriteFacts {
  if (kept.size === 0) return facts;
  const files = [...facts.productionRequirements].filter(([from]) => !kept.has(from));
  return { ...facts, productionRequirements: new Map(files) };
}

interface Part extends Pick<RewriteProposal, 'edits' | 'leftAlone'> {
  /** Development tools that a `pip install` named itself and no longer does. */
  readonly names: readonly string[];
  readonly isFileSwapped: boolean;
  /** What other installers leave out from now on. */
  readonly groups: readonly string[];
}

const nothing: Part = { edits: [], leftAlone: [], names: [], isFileSwapped: false, groups: [] };

interface Context {
  readonly facts: RewriteFacts;
  readonly text: string;
  readonly placeOf: ResolvedDockerfile['placeOf'];
  readonly target: Stage | undefined;
}

/** Why a stage keeps its development tools: another one, which the image takes nothing of, is made from it and needs them. */
function developmentStage(model: DockerfileModel, stage: Stage, facts: RewriteFacts): string | undefined {
  const shipped = shippedStages(model);
  const names = [...facts.developmentDistributions, ...facts.productionRequirements.keys()];
  for (const other of model.stages) {
    if (shipped.includes(other) || !shippedStages({ ...model, target: other.position }).includes(stage))
      continue;
    const words = new Set(other.instructions.flatMap(({ syntax }) => syntax.value.split(/[^\w./-]+/)));
    const needed = names.find((name) => words.has(name) || words.has(`./${name}`));
    if (needed !== undefined)
      return `the stage ${other.name ?? other.position} is made from this one and needs ${needed}`;
  }
  return undefined;
}

/** The part without its edits, which are said to be left alone. */
function kept(part: Part, because: string): Part {
  return { ...nothing, leftAlone: [...part.leftAlone, ...(part.edits.length > 0 ? [because] : [])] };
}

function proposeFor(instruction: Instruction, context: Context): Part {
  if (instruction.syntax.keyword === 'copy') {
    const edits = renamedSources(instruction, context);
    return { ...nothing, edits, isFileSwapped: edits.length > 0 };
  }
  const commands = instruction.commands ?? [];
  const parts = commands
    .flatMap((command) => readPipInstall(command) ?? [])
    .map((install) => proposeForInstall(install, instruction, context));
  const groups = commands.flatMap((command) => withoutGroups(command, instruction, context.target) ?? []);
  return {
    edits: [...parts.flatMap((part) => part.edits), ...groups.flatMap((group) => group.edits)],
    leftAlone: [
      ...parts.flatMap((part) => part.leftAlone),
      ...groups.flatMap((group) =>
        group.leftAlone.map((why) => `${context.placeOf(instruction.syntax)}: ${why}`),
      ),
    ],
    names: parts.flatMap((part) => part.names),
    isFileSwapped: parts.some((part) => part.isFileSwapped),
    groups: groups.flatMap((group) => (group.reason === '' ? [] : [group.reason])),
  };
}

function proposeForInstall(
  install: PipInstall,
  instruction: Instruction,
  { facts, text, placeOf }: Context,
): Part {
  const files = install.requirementFiles.flatMap((file): TextEdit[] => {
    const replacement = productionFile(file.text, facts);
    return replacement === undefined ? [] : [{ range: file.range, newText: replacement }];
  });
  const isFileSwapped = files.length > 0;
  const place = placeOf(instruction.syntax);
  // `pip install --upgrade pip setuptools wheel`: what follows may be built with them (`--no-build-isolation`).
  const development = install.requirements
    .map((word) => ({ ...word, name: distributionName(word.text) }))
    .filter(({ name }) => facts.developmentDistributions.has(name) && !bootstrapTools.has(name));
  const names = development.map((word) => word.text);
  if (!install.command.isTopLevel && files.length + development.length > 0) {
    const shown = [...install.requirementFiles.map(({ text: file }) => file), ...names].join(' ');
    return {
      ...nothing,
      leftAlone: [
        `${place}: \`pip install … ${shown}\` stays, its RUN decides when it is run: for development, perhaps`,
      ],
    };
  }
  if (development.length === 0) return { ...nothing, edits: files, isFileSwapped };
  const isAllThereIs =
    development.length === install.requirements.length &&
    install.requirementFiles.length + install.localPaths.length === 0;
  if (!isAllThereIs)
    return {
      ...nothing,
      edits: [...files, ...removeWords(install.command, development)],
      names,
      isFileSwapped,
    };
  if (instruction.commands?.length === 1) {
    const { blockStart, range } = instruction.syntax;
    return { ...nothing, edits: [removeBlock(text, { start: blockStart, end: range.end })], names };
  }
  return {
    ...nothing,
    edits: files,
    isFileSwapped,
    leftAlone: [`${place}: \`pip install ${names.join(' ')}\` is one link of a longer chain`],
  };
}

const bootstrapTools = new Set(['pip', 'setuptools', 'wheel', 'build', 'uv']);

/** The path as written, with the file's name changed: `/app/requirements-dev.txt` → `/app/requirements.txt`. */
function productionFile(path: string, facts: RewriteFacts): string | undefined {
  for (const [from, to] of facts.productionRequirements) {
    if (from === to || (path !== from && !path.endsWith(`/${from}`) && posix.normalize(path) !== from))
      continue;
    return `${path.slice(0, path.length - from.length)}${to}`;
  }
  return undefined;
}

function renamedSources(instruction: Instruction, { facts, text }: Context): TextEdit[] {
  const { valueRange, json } = instruction.syntax;
  if (json !== undefined) return [];
  const written = text.slice(valueRange.start, valueRange.end);
  const sources = written.split(/\s+/).slice(0, -1);
  return [...facts.productionRequirements].flatMap(([from, to]): TextEdit[] => {
    const source = sources.find((word) => word === from || word === `./${from}`);
    if (source === undefined || from === to) return [];
    const start = valueRange.start + written.indexOf(source);
    const isThere = sources.some((word) => word === to || word === `./${to}`);
    const range = { start, end: start + source.length + (isThere ? 1 : 0) };
    return [{ range, newText: isThere ? '' : to }];
  });
}

/** `"fastapi[standard]>=0.110"` → `fastapi`, normalised as PEP 503 says. */
export function distributionName(requirement: string): string {
  const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(requirement)?.[0] ?? '';
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
