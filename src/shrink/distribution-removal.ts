import { posix } from 'node:path';
import type { InstalledDistribution } from '../python/index.ts';
import { type DistributionPurpose, distributionUses, toolOf } from './distribution-uses.ts';
import type { LeftAlone, PassResult, ShrinkEdit, ShrinkSubject } from './pass.ts';
import { recordOf } from './plan-records.ts';
import type { Tool } from './python-uses.ts';
import { sweepUnneeded } from './sweep-unneeded.ts';

/**
 * Takes whole distributions: those with a purpose that running does not have, and what only they brought along. What the image
 * starts, what files that stay import, what distributions that stay require or are extended by, stays with all that it
 * requires. Each goes as a unit, which is named after its metadata folder.
 */
export function removeDistributions(
  subject: ShrinkSubject,
  purposeOf: (distribution: InstalledDistribution) => DistributionPurpose | undefined,
): PassResult {
  const { distributions } = subject;
  const { purposes, leftAlone } = judgedDistributions(subject, purposeOf);
  const byName = Map.groupBy(distributions, ({ name }) => name);
  const requires = (one: InstalledDistribution): readonly InstalledDistribution[] =>
    one.requires.flatMap((name) => byName.get(name) ?? []);
  const isAskedFor = askedFor(distributions);
  const { goes, kept, broughtBy } = sweepUnneeded({
    nodes: distributions,
    targets: [...purposes.keys()],
    mayGo: (one) => purposes.has(one) || (!isAskedFor(one) && obstacle(one, subject) === undefined),
    requires,
    requiredBecause: ({ name }) => `${name} requires it`,
    uses: (candidates) => distributionUses(subject, candidates, purposes),
  });
  for (const [one, because] of kept) if (purposes.has(one)) leftAlone.push({ path: unitOf(one), because });
  const edits = removalEdits(subject, goes, {
    reasonOf: (one) =>
      `${one.name}: ${purposes.get(one)?.reason ?? `only ${broughtBy.get(one)?.name} brought it along`}`,
    needsOf: (one) => requires(one).filter((other) => goes.has(other)),
    toolOf: (one) => {
      const purpose = purposes.get(one);
      return purpose && toolOf(one, purpose);
    },
  });
  return { edits, leftAlone };
}

/** The distributions with a purpose that could go, and why others could not. */
function judgedDistributions(
  subject: ShrinkSubject,
  purposeOf: (distribution: InstalledDistribution) => DistributionPurpose | undefined,
): {
  readonly purposes: ReadonlyMap<InstalledDistribution, DistributionPurpose>;
  readonly leftAlone: LeftAlone[];
} {
  const purposes = new Map<InstalledDistribution, DistributionPurpose>();
  const leftAlone: LeftAlone[] = [];
  for (const one of subject.distributions) {
    const purpose = purposeOf(one);
    const because = purpose && obstacle(one, subject);
    if (because !== undefined) leftAlone.push({ path: unitOf(one), because });
    else if (purpose !== undefined) purposes.set(one, purpose);
  }
  return { purposes, leftAlone };
}

/** The metadata folder, which a distribution is called by. */
function unitOf(one: InstalledDistribution): string {
  const inside = one.files.find((path) => /\.(?:dist|egg)-info\/[^/]+$/.test(path));
  return inside === undefined ? `${one.location}/${one.name}` : posix.dirname(inside);
}

function obstacle(one: InstalledDistribution, { packageOf, inventory }: ShrinkSubject): string | undefined {
  if (one.isEditable) return 'it is installed from a folder, in editable mode';
  const record = recordOf(one);
  const owner = one.files.map(packageOf).find((found) => found !== undefined);
  if (owner !== undefined) return `the package ${owner.name} owns it`;
  // Conda keeps account of its programs and of what depends on it, which RECORD and METADATA do not tell.
  const [inConda] = one.files.flatMap((path) => inventory.condaPackageOf(path) ?? []);
  if (inConda !== undefined) return `the package ${inConda.name} of Conda owns it`;
  if (record?.endsWith('.dist-info/RECORD') === true) return undefined;
  return 'it has no RECORD, so that nothing tells all of its files';
}

/** pip and uv mark what was asked for (`REQUESTED`, PEP 376); where all bear the mark (frozen requirements), or none, it tells nothing. */
function askedFor(distributions: readonly InstalledDistribution[]): (one: InstalledDistribution) => boolean {
  const marked = new Set(
    distributions.filter(({ files }) => files.some((path) => path.endsWith('.dist-info/REQUESTED'))),
  );
  const required = new Set(distributions.flatMap(({ requires }) => requires));
  const isTelling = distributions.some((one) => required.has(one.name) && !marked.has(one));
  return (one) => isTelling && marked.has(one);
}

interface RemovalFacts {
  readonly reasonOf: (one: InstalledDistribution) => string;
  readonly needsOf: (one: InstalledDistribution) => readonly InstalledDistribution[];
  readonly toolOf: (one: InstalledDistribution) => Tool | undefined;
}

/** The files of each that no distribution lists that stays, and bytecode of theirs that nobody lists. */
function removalEdits(
  subject: ShrinkSubject,
  goes: ReadonlySet<InstalledDistribution>,
  { reasonOf, needsOf, toolOf }: RemovalFacts,
): ShrinkEdit[] {
  const { root, distributions } = subject;
  const kept = new Set(distributions.filter((one) => !goes.has(one)).flatMap(({ files }) => files));
  const listers = listersOf(goes);
  return [...goes].flatMap((one) => {
    const unit = unitOf(one);
    const tool = toolOf(one);
    // What two of them list stays or goes with both.
    const sharing = one.files.flatMap((path) => listers.get(path) ?? []).filter((other) => other !== one);
    const needs = [...new Set([...needsOf(one), ...sharing])].map(unitOf);
    const whole = { needs, ...(tool && { tool }) };
    const reason = reasonOf(one);
    const files = new Set(one.files.flatMap((path) => [path, ...bytecodeOf(path, subject)]));
    return [...files]
      .filter((path) => !kept.has(path) && root.get(path) !== undefined)
      .map((path): ShrinkEdit => ({ kind: 'remove', path, reason, unit, whole }));
  });
}

/** The distributions of each file that several of them list: a namespace's `__init__.py`. */
function listersOf(
  goes: ReadonlySet<InstalledDistribution>,
): ReadonlyMap<string, readonly InstalledDistribution[]> {
  const listers = new Map<string, InstalledDistribution[]>();
  for (const one of goes) {
    for (const path of one.files) {
      const known = listers.get(path);
      if (known === undefined) listers.set(path, [one]);
      else known.push(one);
    }
  }
  return new Map([...listers].filter(([, { length }]) => length > 1));
}

function bytecodeOf(path: string, { root }: ShrinkSubject): string[] {
  if (!path.endsWith('.py')) return [];
  const folder = `${posix.dirname(path)}/__pycache__`;
  const stem = `${posix.basename(path, '.py')}.`;
  return [...root.namesIn(folder)]
    .filter((name) => name.startsWith(stem) && name.endsWith('.pyc'))
    .map((name) => `${folder}/${name}`);
}
