import type { Instruction } from '../model.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { isDeclaration } from './classify-instruction.ts';
import { folderOf, readContextCopy } from './context-paths.ts';
import { type CopiedEnvironment, findCopiedEnvironment } from './copied-environment.ts';
import { findHeavyMark, heavyMark, isAllThere, restOf, takesInstallers } from './heavy-install.ts';
import { removeBlock } from './remove-block.ts';
import type { ResolvedDockerfile } from './rewrite.ts';

/** The COPY of what is installed after the heavy distributions, which a step may stand in front of. */
export interface LaterLayer {
  readonly copy: Instruction;
  /** Takes it from where it stands, and has all in the first layer where a heavy distribution was exchanged. */
  readonly edits: readonly TextEdit[];
  /** To stand behind the step, its comment included. */
  readonly text: string;
}

/** Finds the COPY that brings the second part of an environment, with nothing but declarations and files of the build context between it and `before`; undefined where there is none. */
export function findLaterLayer(
  before: Instruction,
  { syntax: { text }, model }: ResolvedDockerfile,
): LaterLayer | undefined {
  const environment = findCopiedEnvironment(model);
  const target = model.stages[model.target];
  if (environment === undefined || target === undefined) return undefined;
  const { path, copiedFrom } = environment;
  const above = target.instructions.slice(0, target.instructions.indexOf(before));
  const copy = above.findLast((one) => !isDeclaration(one) && !isApart(one, path));
  const words = copy?.syntax.value.trim().split(/\s+/) ?? [];
  if (copy?.syntax.keyword !== 'copy' || words.join(' ') !== `${restOf(path)} ${path}`) return undefined;
  const mark = findHeavyMark(environment);
  const divide = copiedFrom.instructions.find(({ syntax }) =>
    syntax.value.includes(`mkdir ${restOf(path)} `),
  );
  if (mark === undefined || divide === undefined) return undefined;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const comment = '# Behind the step that needs none of it: one more requirement does not run it again.';
  const { range, blockStart } = copy.syntax;
  const isOurs = text.slice(blockStart, range.start).trim() === comment;
  return {
    copy,
    edits: [
      removeBlock(text, { start: isOurs ? blockStart : range.start, end: range.end }),
      ...listedMark(mark, path),
      ...guarded(divide, environment, eol),
    ],
    text: `${comment}${eol}${text.slice(range.start, range.end)}`,
  };
}

/** Brings files of the build context, none of them into the environment. */
function isApart(instruction: Instruction, path: string): boolean {
  const copy = readContextCopy(instruction);
  if (copy === undefined) return false;
  const [folder, environment] = [folderOf(copy), `${path}/`];
  return !folder.startsWith(environment) && !environment.startsWith(folder);
}

/** The mark becomes a list of what is there, each as a folder. */
function listedMark({ syntax: { valueRange, value } }: Instruction, path: string): readonly TextEdit[] {
  if (value.trim() !== `touch ${heavyMark(path)}`) return [];
  return [{ range: valueRange, newText: `find ${path} -name "*.dist-info" -fprint ${heavyMark(path)}` }];
}

/** Where one of the list is gone, nothing is newer than the mark. */
function guarded(
  { syntax: { range, value }, commands = [] }: Instruction,
  environment: CopiedEnvironment,
  eol: string,
): readonly TextEdit[] {
  const { path } = environment;
  const check = isAllThere(path, takesInstallers(environment));
  const guard = `{ ${check} || touch ${heavyMark(path)}; } && \\${eol}    `;
  const start = commands.find(({ words }) => words[0] === 'find')?.range.start;
  if (start === undefined || value.includes('xargs ls -d')) return [];
  return [
    {
      range: { start: range.start, end: range.start },
      newText: `# Where the requirements have exchanged one of those, all stays in the first layer.${eol}`,
    },
    { range: { start, end: start }, newText: guard },
  ];
}
