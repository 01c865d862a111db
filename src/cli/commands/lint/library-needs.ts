import { readFile } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import {
  contextPathOf,
  type Instruction,
  type LintProject,
  readContextCopy,
  readPipInstall,
} from '../../../dockerfile/index.ts';
import {
  type DebianSuite,
  mayNeedLibraries,
  parseNamedRequirement,
  readRequirementsTree,
} from '../../../python/index.ts';
import { suiteOfTarget } from '../../debian-suite.ts';
import type { WantedDistribution } from './library-packages.ts';
import type { LintedBuild } from './linted-build.ts';

/** What requirement files of the context name, and the Debian packages that hold the libraries of all that is installed. */
export async function libraryNeeds(
  build: LintedBuild,
): Promise<Pick<LintProject, 'requirementFiles' | 'libraryPackages'>> {
  const files = new Map<string, readonly string[]>();
  const wanted: WantedDistribution[] = [];
  for (const stage of build.model.stages) {
    for (const instruction of stage.instructions) {
      for (const command of instruction.commands ?? []) {
        const install = readPipInstall(command);
        for (const { text } of install?.requirements ?? []) wanted.push(...namedBy(text));
        for (const { text } of install?.requirementFiles ?? []) {
          const found = await readNames(build, stage.instructions, { instruction, file: text });
          if (found === undefined) continue;
          files.set(text, [...(files.get(text) ?? []), ...found.map(({ name }) => name)]);
          wanted.push(...found);
        }
      }
    }
  }
  // Other bases are not judged by what they lack.
  const isLean = build.model.stages.some(({ base }) => /slim|debian|ubuntu|nvidia\/cuda/.test(base));
  const candidates = isLean ? wanted.filter(({ name }) => mayNeedLibraries(name)) : [];
  return {
    requirementFiles: files,
    libraryPackages: await packagesOf(candidates, suiteOfTarget(build.model)),
  };
}

/** The tables of packages are loaded only for what is likely to be in them. */
async function packagesOf(
  wanted: readonly WantedDistribution[],
  suite: DebianSuite,
): Promise<LintProject['libraryPackages']> {
  if (wanted.length === 0) return new Map();
  const { libraryPackages } = await import('./library-packages.ts');
  return libraryPackages(wanted, suite);
}

function namedBy(requirement: string): readonly WantedDistribution[] {
  const parsed = parseNamedRequirement(requirement);
  return 'error' in parsed ? [] : [{ name: parsed.name, extras: parsed.extras }];
}

/** The distributions of a requirement file and of what it includes; undefined when the context has no such file. */
async function readNames(
  { context }: LintedBuild,
  instructions: readonly Instruction[],
  { instruction, file }: { readonly instruction: Instruction; readonly file: string },
): Promise<readonly WantedDistribution[] | undefined> {
  const copies = instructions
    .slice(0, instructions.indexOf(instruction))
    .flatMap((one) => readContextCopy(one) ?? []);
  const path = contextPathOf(posix.resolve('/', instruction.before.workdir ?? '/', file), copies) ?? file;
  if (path.startsWith('/') || path.includes('$')) return undefined;
  const tree = await readRequirementsTree(path, (one) =>
    readFile(resolve(context, one), 'utf8').catch(() => undefined),
  );
  if (tree.files.length === 0) return undefined;
  return tree.requested.flatMap(({ line, isConstraint }) =>
    line.kind === 'requirement' && !isConstraint ? [{ name: line.name, extras: line.extras }] : [],
  );
}
