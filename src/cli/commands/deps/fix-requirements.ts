import type { DepsReport } from '../../../deps/index.ts';
import {
  type ChangedRequirements,
  compiledBy,
  type DistributionFacts,
  normaliseName,
  type SplitRequirements,
} from '../../../python/index.ts';
import type { DepsFix } from '../../../report/index.ts';
import { applyLeanFiles, diffOf, stageThatUses } from '../../../slim/index.ts';
import type { DepsOptions } from './deps-options.ts';
import type { ReadProjectSubject } from './project-subject.ts';
import { splitWithHashes } from './split-with-hashes.ts';

/** What became of the files, and what is left to complain about. */
export interface FixedRequirements {
  readonly fix: DepsFix;
  readonly findings: DepsReport['findings'];
}

/** Splits the requirements files by what the report says; writes them, with a copy of the old ones, unless only a diff is asked for. */
export async function fixRequirements(
  read: ReadProjectSubject,
  report: DepsReport,
  { dryRun, signal }: Pick<DepsOptions, 'dryRun'> & { readonly signal: AbortSignal },
): Promise<FixedRequirements> {
  const { project, trees } = read;
  const facts = factsOf(report, stageThatUses(project));
  const splits = await Promise.all(
    trees.map((tree) =>
      splitWithHashes(tree, facts, {
        ...read,
        signal,
        distributions: report.distributions,
        isAlone: trees.length === 1,
      }),
    ),
  );
  const leftAlone = [...splits.flatMap((split) => split.leftAlone), ...unsplitLists(report)];
  const files = new Map<string, ChangedRequirements>();
  for (const file of splits.flatMap((split) => split.files)) {
    if (file.content === file.previous) continue;
    const other = files.get(file.path);
    if (other !== undefined && other.content !== file.content)
      leftAlone.push(`${file.path}: two installations would change it in different ways`);
    else files.set(file.path, file);
  }
  const changed = [...files.values()].filter(
    ({ path }) => !leftAlone.some((one) => one.startsWith(`${path}: two `)),
  );
  leftAlone.push(...changed.flatMap(comesBack));
  const paths = changed.map(({ path }) => path);
  const diff = diffOf(changed);
  if (dryRun || changed.length === 0)
    return { fix: { isWritten: false, paths, diff, leftAlone }, findings: report.findings };
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const backup = await applyLeanFiles(project.directory, changed, stamp);
  return { fix: { isWritten: true, paths, diff, backup, leftAlone }, findings: leftFindings(report, splits) };
}

/** What a tool has written is written anew when it runs again. */
function comesBack({ path, previous = '' }: ChangedRequirements): string[] {
  const command = compiledBy(previous);
  return command === undefined
    ? []
    : [
        `what ${path} is made of: \`${command}\` wrote the file, and brings back what was moved unless that is moved there, too`,
      ];
}

/** Without what was moved out of the file that the image installs; where another file has to be installed, nothing is done yet. */
function leftFindings(
  { findings }: DepsReport,
  splits: readonly SplitRequirements[],
): DepsReport['findings'] {
  const isInstalled = splits.every(({ production }) =>
    [...production].every(([file, main]) => file === main),
  );
  const moved = new Set(splits.flatMap((split) => split.moved.map(({ name }) => normaliseName(name))));
  return findings.filter(
    ({ kind, distributions }) =>
      kind !== 'development' || !isInstalled || !distributions.every((name) => moved.has(name)),
  );
}

/** What the report found out, as the split asks for it. Builds for a GPU and smaller twins are left to `plimsoll slim`, which tries them. */
function factsOf(
  { distributions }: DepsReport,
  usedByStage: (name: string) => string | undefined,
): DistributionFacts {
  const rows = new Map(distributions.map((row) => [row.name, row]));
  const evidence = (name: string, pattern: RegExp): string | undefined => {
    const row = rows.get(normaliseName(name));
    return row?.use === 'used' ? row.evidence.flatMap((one) => pattern.exec(one)?.[1] ?? [])[0] : undefined;
  };
  return {
    isDevelopmentSplit: true,
    developmentReason: (name) => {
      const row = rows.get(normaliseName(name));
      return row?.use === 'development' ? row.evidence[0] : undefined;
    },
    importedBy: (name) => evidence(name, /^(.*) imports /),
    startedBy: (name) => evidence(name, / starts (.*)$/),
    usedByStage,
    isGpuOnly: () => false,
    cpuName: () => undefined,
  };
}

/** Manifests of other tools have groups for development; moving entries among them is theirs to do, with their lock file. */
function unsplitLists({ findings, distributions }: DepsReport): string[] {
  const names = new Set(findings.flatMap((one) => (one.kind === 'development' ? one.distributions : [])));
  const files = new Set(
    distributions.flatMap(({ name, isRequested, requestedAt }) =>
      names.has(name) && isRequested && requestedAt !== undefined ? [requestedAt.replace(/:\d+$/, '')] : [],
    ),
  );
  return [...files].flatMap((file) =>
    /(?:^|\/)(?:pyproject\.toml|Pipfile)$/.test(file)
      ? [`${file}: its groups and its lock file are its tool's to change`]
      : [],
  );
}
