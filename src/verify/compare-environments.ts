import { normaliseName } from '../python/index.ts';
import { compareLibraries } from './compare-libraries.ts';
import { type DependencyConflict, dependencyConflicts } from './dependency-conflicts.ts';
import { type Difference, type ExpectedSwap, hintsOf } from './difference.ts';
import type { Environment, ImportResult } from './environment.ts';
import { newLines, tellsFailedLoad } from './normalise-output.ts';
import { hintsFromOutput } from './output-hints.ts';

/** The differences between two Python environments, those of one comparison beside each other. */
export interface EnvironmentDifferences {
  readonly runtime: readonly Difference[];
  readonly imports: readonly Difference[];
  readonly libraries: readonly Difference[];
  readonly conflicts: readonly Difference[];
  readonly distributions: readonly Difference[];
}

/**
 * What the lean environment lacks or does otherwise than the fat one. What is broken in both is no difference.
 * `swaps` are the exchanges of distributions that were asked for: they are told, but not held against the lean image.
 */
export function compareEnvironments(
  fat: Environment,
  lean: Environment,
  swaps: readonly ExpectedSwap[] = [],
): EnvironmentDifferences {
  return {
    runtime: compareRuntimes(fat, lean),
    imports: compareImports(fat, lean),
    libraries: compareLibraries(fat, lean),
    conflicts: compareConflicts(fat, lean, swaps),
    distributions: compareDistributions(fat, lean, swaps),
  };
}

function compareRuntimes(fat: Environment, lean: Environment): Difference[] {
  const minor = (environment: Environment): string =>
    environment.python.version.split('.').slice(0, 2).join('.');
  const user = (environment: Environment): string => environment.user.name ?? `uid ${environment.user.uid}`;
  const difference = (
    what: string,
    values: readonly [string, string],
    severity: Difference['severity'],
  ): Difference[] =>
    values[0] === values[1]
      ? []
      : [{ kind: 'runtime', severity, what, fat: values[0], lean: values[1], hints: {} }];
  const python = (one: Environment): string => `${one.python.implementation} ${one.python.version}`;
  return [
    ...difference(
      'Python version',
      [python(fat), python(lean)],
      minor(fat) === minor(lean) && fat.python.implementation === lean.python.implementation
        ? 'info'
        : 'change',
    ),
    ...difference('user', [user(fat), user(lean)], 'info'),
    ...difference('working directory', [fat.workingDir, lean.workingDir], 'change'),
  ];
}

function compareImports(fat: Environment, lean: Environment): Difference[] {
  const leanResults = new Map(lean.imports.map((one) => [one.statement, one]));
  return fat.imports.flatMap((before) => {
    const after = leanResults.get(before.statement);
    if (after === undefined) return [];
    if (before.outcome === 'ok' && after.outcome !== 'ok') return [brokenImport(before, after, fat)];
    if (before.outcome !== 'ok' && after.outcome === 'ok') {
      return [
        {
          kind: 'import' as const,
          severity: 'info' as const,
          what: before.statement,
          fat: describeImport(before),
          lean: 'works',
          hints: {},
        },
      ];
    }
    return before.outcome === 'ok' ? newImportOutput(before, after, fat) : [];
  });
}

function brokenImport(before: ImportResult, after: ImportResult, fat: Environment): Difference {
  const missing = after.error?.missingModule;
  return {
    kind: 'import',
    severity: 'break',
    what: before.statement,
    fat: 'works',
    lean: describeImport(after),
    hints: hintsOf({
      soname: after.error?.missingLibrary,
      module: missing,
      // The owner of what is missing is known to the fat image only.
      distribution: missing ? fat.modules[missing.split('.')[0] ?? ''] : after.error?.distribution,
    }),
  };
}

function describeImport(result: ImportResult): string {
  if (result.error === null) return 'works';
  if (result.outcome !== 'failed') return result.error.message;
  return `${result.error.type}: ${result.error.message}`;
}

function newImportOutput(before: ImportResult, after: ImportResult, fat: Environment): Difference[] {
  if (before.output === null || after.output === null) return [];
  const lines = newLines(before.output, after.output);
  if (lines.length === 0) return [];
  const loadFailure = lines.find(tellsFailedLoad);
  return [
    {
      kind: 'import-output',
      severity: loadFailure === undefined ? 'change' : 'break',
      what: `what "${before.statement}" prints`,
      fat: before.output.trim() === '' ? 'nothing' : 'without these lines',
      lean: lines.slice(0, 20).join('\n'),
      hints: loadFailure === undefined ? {} : hintsFromOutput(loadFailure, fat.modules),
    },
  ];
}

function compareConflicts(fat: Environment, lean: Environment, swaps: readonly ExpectedSwap[]): Difference[] {
  const keyOf = (one: DependencyConflict): string =>
    `${normaliseName(one.distribution.split(' ')[0] ?? '')} ${one.requires}`;
  const known = new Set(dependencyConflicts(fat).conflicts.map(keyOf));
  const present = new Set(lean.distributions.map((one) => normaliseName(one.name)));
  const isSwapped = (name: string): boolean =>
    swaps.some((swap) => normaliseName(swap.from) === name && present.has(normaliseName(swap.to)));
  return dependencyConflicts(lean)
    .conflicts.filter((conflict) => !known.has(keyOf(conflict)))
    .map((conflict) => ({
      kind: 'conflict' as const,
      severity: isSwapped(conflict.requires) ? ('change' as const) : ('break' as const),
      what: 'pip check',
      fat: 'no such conflict',
      lean: conflict.text,
      hints: { distribution: conflict.requires },
    }));
}

function compareDistributions(
  fat: Environment,
  lean: Environment,
  swaps: readonly ExpectedSwap[],
): Difference[] {
  const after = new Map(lean.distributions.map((one) => [normaliseName(one.name), one]));
  const before = new Map(fat.distributions.map((one) => [normaliseName(one.name), one]));
  const expected = new Set(swaps.flatMap((swap) => [normaliseName(swap.from), normaliseName(swap.to)]));
  const imported = new Set(fat.imports.flatMap((one) => importedDistribution(one.statement, fat)));
  const result: Difference[] = [];
  for (const [key, one] of before) {
    const now = after.get(key);
    if (now?.version === one.version) continue;
    const isHarmless = expected.has(key) || (now === undefined && !imported.has(key));
    result.push({
      kind: 'distribution',
      severity: isHarmless ? 'info' : 'change',
      what: one.name,
      fat: one.version,
      lean: now?.version ?? 'not installed',
      hints: { distribution: one.name },
    });
  }
  for (const [key, one] of after) {
    if (before.has(key)) continue;
    result.push({
      kind: 'distribution',
      severity: 'info',
      what: one.name,
      fat: 'not installed',
      lean: one.version,
      hints: { distribution: one.name },
    });
  }
  return result;
}

/** The normalised name of the distribution that an import statement reaches first. */
function importedDistribution(statement: string, environment: Environment): string[] {
  const top = /^\s*(?:import|from)\s+([A-Za-z_]\w*)/.exec(statement)?.[1];
  const owner = top === undefined ? undefined : environment.modules[top];
  return owner === undefined ? [] : [normaliseName(owner)];
}
