import {
  developmentPurpose,
  gpuCompanionOf,
  isInstaller,
  isUsedThrough,
  nodesOf,
  reachableNodes,
} from '../python/index.ts';
import { findDoubts } from './find-doubts.ts';
import type { FoundUses, SeenUses } from './find-uses.ts';
import type { DistributionUse } from './report.ts';
import type { RootedGraph } from './roots.ts';
import type { DepsDistribution, DepsSubject, ImportPlace } from './subject.ts';

/** What one distribution is there for. */
export interface UseVerdict {
  readonly use: DistributionUse;
  /** The strongest first. */
  readonly evidence: readonly string[];
  /** What speaks against it. */
  readonly doubts: readonly string[];
}

/** What every distribution is there for: roots by what is seen of them, all others by who brings them. */
export function judgeUses(
  subject: DepsSubject,
  rooted: RootedGraph,
  found: FoundUses,
): ReadonlyMap<string, UseVerdict> {
  const rootNames = new Set(rooted.roots.map(({ name }) => name));
  const verdicts = new Map<string, UseVerdict>();
  for (const one of subject.distributions) {
    const seen = found.byName.get(one.name);
    const direct = directUse(one, seen, subject);
    if (direct !== undefined) verdicts.set(one.name, direct);
    else if (rootNames.has(one.name)) verdicts.set(one.name, rootVerdict(one, seen, subject));
  }
  // What is used, or may be, keeps what it requires; last, what only the others bring follows them.
  for (const uses of [['used'], ['unknown', 'doubtful'], ['installer'], ['development'], ['unused']] as const)
    spread(verdicts, rooted, uses);
  return verdicts;
}

/** The application itself imports or starts it. */
function directUse(
  one: DepsDistribution,
  seen: SeenUses | undefined,
  { uses }: DepsSubject,
): UseVerdict | undefined {
  const evidence = [...(seen?.imports ?? []).map(importSentence), ...(seen?.started ?? [])];
  if (evidence.length > 0) return { use: 'used', evidence, doubts: [] };
  const place = uses.imports.find((found) => found.role === 'application' && isUsedThrough(one.name, found));
  return place === undefined
    ? undefined
    : { use: 'used', evidence: [`${importSentence(place)}, which needs it or writes to it`], doubts: [] };
}

/** `app/main.py:3 imports torch`. */
export function importSentence({ file, line, module }: ImportPlace): string {
  return `${file}:${line} imports ${module}`;
}

function rootVerdict(one: DepsDistribution, seen: SeenUses | undefined, subject: DepsSubject): UseVerdict {
  if (isInstaller(one.name)) return { use: 'installer', evidence: ['it installs distributions'], doubts: [] };
  const loaded = seen?.loaded ?? [];
  if (loaded.length > 0) return { use: 'used', evidence: loaded, doubts: [] };
  const purpose = developmentPurpose(one.name);
  const elsewhere = (seen?.elsewhere ?? []).map(importSentence);
  if (purpose !== undefined && subject.uses.fileCount > 0)
    return { use: 'development', evidence: [purpose.reason, ...elsewhere], doubts: [] };
  // In an image without code of an application the name alone must do.
  if (purpose !== undefined && purpose.usedThrough.length === 0)
    return {
      use: 'development',
      evidence: [purpose.reason],
      doubts: ['no code of an application was found'],
    };
  if (subject.uses.fileCount === 0)
    return { use: 'unknown', evidence: [], doubts: ['no code of an application was found'] };
  const doubts =
    gpuCompanionOf(one.name) === undefined
      ? findDoubts(one, subject, seen?.mayBeLoaded)
      : ['a GPU build may load it'];
  const asked = subject.requested.filter(({ name }) => name === one.name);
  const listing = asked.every(({ isForDevelopment }) => isForDevelopment) ? asked[0] : undefined;
  const isDevelopment = listing !== undefined || elsewhere.length > 0;
  const evidence = [
    ...(listing === undefined ? [] : [`${listing.file} lists it for development`]),
    elsewhere.length > 0 ? `no code of the application imports it; ${elsewhere[0]}` : 'no code imports it',
  ];
  // What is listed for development is not there for production, whatever may load it.
  if (listing !== undefined) return { use: 'development', evidence, doubts };
  const use = doubts.length > 0 ? 'doubtful' : isDevelopment ? 'development' : 'unused';
  return { use, evidence, doubts };
}

/** Gives what the distributions of these uses require their share: `required` by what is used, else the same use. */
function spread(
  verdicts: Map<string, UseVerdict>,
  { graph, roots }: RootedGraph,
  uses: readonly DistributionUse[],
): void {
  const starts = [...verdicts].filter(([, { use }]) => uses.includes(use)).map(([name]) => name);
  for (const start of starts) {
    const asked = roots.filter(({ name }) => name === start).flatMap(nodesOf);
    for (const id of reachableNodes(graph, [start, ...asked])) {
      const name = graph.nodes.get(id)?.name ?? id;
      const known = verdicts.get(name);
      if (name === start || (known !== undefined && !isTakenOver(known.use, uses))) continue;
      const use = uses.includes('used') || uses.includes('doubtful') ? 'required' : (uses[0] ?? 'required');
      verdicts.set(name, { use, evidence: [`${start} requires it`, ...(known?.evidence ?? [])], doubts: [] });
    }
  }
}

/** What is only asked for, and required by what is used, is required; of a frozen list, what a tool requires goes with it. */
function isTakenOver(use: DistributionUse, by: readonly DistributionUse[]): boolean {
  if (by.includes('used')) return use === 'unused' || use === 'development' || use === 'doubtful';
  if (by.includes('doubtful')) return use === 'unused' || use === 'development';
  return by.includes('development') && use === 'unused';
}
