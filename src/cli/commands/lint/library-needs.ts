import { type LintProject, readPipInstall } from '../../../dockerfile/index.ts';
import { type DebianSuite, mayNeedLibraries, parseNamedRequirement } from '../../../python/index.ts';
import { suiteOfTarget } from '../../debian-suite.ts';
import type { WantedDistribution } from './library-packages.ts';
import type { LintedBuild } from './linted-build.ts';
import { readNames } from './requirement-names.ts';

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
          files.set(text, [...(files.get(text) ?? []), ...found.wanted.map(({ name }) => name)]);
          wanted.push(...found.wanted);
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
