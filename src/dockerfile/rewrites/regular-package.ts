import { posix } from 'node:path';
import type { Instruction, Stage } from '../model.ts';
import { classifyInstruction } from './classify-instruction.ts';
import { readContextCopy } from './context-paths.ts';
import type { LocalPackage } from './local-package.ts';
import type { RewriteFacts } from './rewrite.ts';

/** Where an editable package is installed, and what comes behind it. */
export interface RegularQuestion {
  readonly stage: Stage;
  readonly facts: RewriteFacts;
  /** Instructions of the stage that becomes the image, where that is another one. */
  readonly runtime?: readonly Instruction[] | undefined;
}

/** Whether an editable installation will be made a regular one (regular-install). */
export function isRegularToBe(local: LocalPackage, place: Instruction, question: RegularQuestion): boolean {
  return (
    question.facts.editablePackages?.has(local.folder ?? '') === true &&
    keptEditable(local, place, question) === undefined
  );
}

/** Why a package stays in editable form, in words that follow `because`; undefined when a regular installation is the same. */
export function keptEditable(
  { folder }: LocalPackage,
  place: Instruction,
  { stage, facts, runtime = [] }: RegularQuestion,
): string | undefined {
  const found = folder === undefined ? undefined : facts.editablePackages?.get(folder);
  if (found === undefined) return 'what belongs to the package is not known';
  if (found.because !== undefined) return found.because;
  const at = stage.instructions.indexOf(place);
  const above = stage.instructions.slice(0, at).flatMap((one) => readContextCopy(one) ?? []);
  const missing = found.roots.find(
    (root) => !above.some(({ sources }) => sources.some((source) => isWhole(source, root))),
  );
  if (missing !== undefined) return `no COPY above it brings all of ${missing}`;
  const later = [...stage.instructions.slice(at + 1), ...runtime];
  const change = later.find((one) => changes(one, found.roots));
  return change === undefined
    ? undefined
    : `\`${change.syntax.keyword.toUpperCase()} ${change.syntax.value.trim().replace(/\s+/g, ' ').slice(0, 60)}\` may change its source afterwards`;
}

/** `COPY . .` and `COPY src ./src` bring all of `src/stopwords`. */
function isWhole(source: string, root: string): boolean {
  return source === '.' || source === root || root.startsWith(`${source}/`);
}

/** A later step that names the package and may write into it; a COPY from elsewhere that goes there. */
function changes(instruction: Instruction, roots: readonly string[]): boolean {
  const { syntax } = instruction;
  const names = roots.map((root) => posix.basename(root, '.py'));
  const isNamed = (text: string): boolean => names.some((name) => new RegExp(`\\b${name}\\b`).test(text));
  if (syntax.keyword === 'run')
    return classifyInstruction(instruction).role === 'other' && isNamed(syntax.value);
  if (syntax.keyword !== 'copy' && syntax.keyword !== 'add') return false;
  const copy = readContextCopy(instruction);
  const words = syntax.json ?? syntax.value.trim().split(/\s+/);
  // An environment is copied to the path where it was made.
  if (copy === undefined) return words[0] !== words.at(-1) && isNamed(words.at(-1) ?? '');
  // The same files again change nothing.
  return isNamed(copy.destination) && !copy.sources.every((source) => isNamed(source) || source === '.');
}
