import {
  type ContainerProgram,
  type LintProject,
  pipInstallOf,
  readProjectInstall,
  shippedStages,
  withInner,
} from '../../../dockerfile/index.ts';
import { type ProgramSource, parseRequirementName, programSource } from '../../../python/index.ts';
import type { WantedDistribution } from './library-packages.ts';
import type { LintedBuild } from './linted-build.ts';
import { readNames } from './requirement-names.ts';

/**
 * Of the programs that the container starts, those that the table knows and that no requirement names or is known to bring, with what
 * to ask for. None where a part of what pip installs is unknown: projects, wheels, addresses, lists that are not there.
 */
export async function missingPrograms(
  build: LintedBuild,
  programs: readonly ContainerProgram[],
): Promise<LintProject['missingPrograms']> {
  const known = programs.flatMap(({ program, isByTool }) => {
    const from = isByTool ? undefined : programSource(program);
    return from === undefined ? [] : [[program, from] as const];
  });
  const wanted = known.length === 0 ? undefined : await everythingWanted(build);
  if (wanted === undefined) return new Map();
  return new Map(
    known.flatMap(([program, from]) =>
      wanted.some((one) => brings(one, from)) ? [] : [[program, from.install] as const],
    ),
  );
}

/** All that pip is asked for in stages that reach the image; undefined where a part of it cannot be read. */
async function everythingWanted(build: LintedBuild): Promise<readonly WantedDistribution[] | undefined> {
  const wanted: WantedDistribution[] = [];
  for (const { instructions } of shippedStages(build.model)) {
    for (const instruction of instructions) {
      for (const command of (instruction.commands ?? []).flatMap(withInner)) {
        if (readProjectInstall(command) !== undefined) return undefined;
        const install = pipInstallOf(command);
        if (install === undefined) continue;
        if (install.localPaths.length > 0 || install.options.some(({ text }) => text.startsWith('--group')))
          return undefined;
        for (const { text } of install.requirements) {
          const parsed = parseRequirementName(text);
          if ('error' in parsed) return undefined;
          wanted.push({ name: parsed.name, extras: parsed.extras });
        }
        for (const { text } of install.requirementFiles) {
          const names = await readNames(build, instructions, { instruction, file: text });
          if (names === undefined || names.isPartial) return undefined;
          wanted.push(...names.wanted);
        }
      }
    }
  }
  return wanted;
}

function brings({ name, extras }: WantedDistribution, { distributions, broughtBy }: ProgramSource): boolean {
  if (distributions.includes(name)) return true;
  return broughtBy.some((bringer) => {
    if (bringer.endsWith('*')) return name.startsWith(bringer.slice(0, -1).replace(/-$/, ''));
    return bringer === name || extras.some((extra) => bringer === `${name}[${extra}]`);
  });
}
