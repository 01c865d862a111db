import { readFile } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { contextPathOf, type Instruction, readContextCopy } from '../../../dockerfile/index.ts';
import { readRequirementsTree } from '../../../python/index.ts';
import type { WantedDistribution } from './library-packages.ts';
import type { LintedBuild } from './linted-build.ts';

/** What a requirement file asks for. */
export interface RequirementNames {
  readonly wanted: readonly WantedDistribution[];
  /** A part of it has no name: a folder, an archive, an address, a file that is not there. */
  readonly isPartial: boolean;
}

/** The distributions of a requirement file and of what it includes; undefined when the context has no such file. */
export async function readNames(
  { context }: LintedBuild,
  instructions: readonly Instruction[],
  { instruction, file }: { readonly instruction: Instruction; readonly file: string },
): Promise<RequirementNames | undefined> {
  const copies = instructions
    .slice(0, instructions.indexOf(instruction))
    .flatMap((one) => readContextCopy(one) ?? []);
  const path = contextPathOf(posix.resolve('/', instruction.before.workdir ?? '/', file), copies) ?? file;
  if (path.startsWith('/') || path.includes('$')) return undefined;
  const tree = await readRequirementsTree(path, (one) =>
    readFile(resolve(context, one), 'utf8').catch(() => undefined),
  );
  if (tree.files.length === 0) return undefined;
  const installed = tree.requested.filter(({ isConstraint }) => !isConstraint);
  return {
    wanted: installed.flatMap(({ line }) =>
      line.kind === 'requirement' ? [{ name: line.name, extras: line.extras }] : [],
    ),
    isPartial: tree.problems.length > 0 || installed.some(({ line }) => line.kind !== 'requirement'),
  };
}
