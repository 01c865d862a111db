import { posix } from 'node:path';
import type { Instruction } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';
import { removeWords } from './remove-words.ts';
import { nothingToDo, type Rewrite, type RewriteFacts, type RewriteProposal } from './rewrite.ts';

/** `pip install -r requirements-dev.txt` → the production file; `pip install fastapi pytest` → without pytest. */
export const productionRequirements: Rewrite = {
  id: 'production-requirements',
  title: 'Install what production needs, not what development needs',
  risk: 'verify',
  propose({ syntax, model }, facts) {
    const instructions = model.stages.flatMap((stage) => stage.instructions);
    const parts = instructions.map((instruction) => proposeFor(instruction, { facts, text: syntax.text }));
    const edits = parts.flatMap((part) => part.edits);
    const leftAlone = parts.flatMap((part) => part.leftAlone);
    if (edits.length === 0) return { ...nothingToDo, leftAlone };
    return {
      edits,
      leftAlone,
      reason: 'test runners, linters and notebooks have no use in the running container',
    };
  },
};

type Part = Pick<RewriteProposal, 'edits' | 'leftAlone'>;

interface Context {
  readonly facts: RewriteFacts;
  readonly text: string;
}

function proposeFor(instruction: Instruction, context: Context): Part {
  if (instruction.syntax.keyword === 'copy')
    return { edits: renamedSources(instruction, context), leftAlone: [] };
  const parts = (instruction.commands ?? [])
    .flatMap((command) => readPipInstall(command) ?? [])
    .map((install) => proposeForInstall(install, instruction, context));
  return { edits: parts.flatMap((part) => part.edits), leftAlone: parts.flatMap((part) => part.leftAlone) };
}

function proposeForInstall(install: PipInstall, instruction: Instruction, { facts, text }: Context): Part {
  const files = install.requirementFiles.flatMap((file): TextEdit[] => {
    const replacement = productionFile(file.text, facts);
    return replacement === undefined ? [] : [{ range: file.range, newText: replacement }];
  });
  const development = install.requirements.filter((word) =>
    facts.developmentDistributions.has(distributionName(word.text)),
  );
  if (development.length === 0) return { edits: files, leftAlone: [] };
  const isAllThereIs =
    development.length === install.requirements.length &&
    install.requirementFiles.length + install.localPaths.length === 0;
  if (!isAllThereIs)
    return { edits: [...files, ...removeWords(install.command, development)], leftAlone: [] };
  if (instruction.commands?.length === 1) {
    const { blockStart, range } = instruction.syntax;
    return { edits: [removeBlock(text, { start: blockStart, end: range.end })], leftAlone: [] };
  }
  const names = development.map((word) => word.text).join(' ');
  return {
    edits: files,
    leftAlone: [
      `line ${instruction.syntax.startLine}: \`pip install ${names}\` is one link of a longer chain`,
    ],
  };
}

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
