import pLimit from 'p-limit';
import type { DepsReport } from '../../../deps/index.ts';
import {
  type DistributionFacts,
  normaliseName,
  pinnedVersion,
  type RequirementsTree,
  readRequirementsTree,
  regenerateHashes,
  releaseHashes,
  type SplitRequirements,
  splitRequirements,
} from '../../../python/index.ts';
import type { ReadProjectSubject } from './project-subject.ts';

/** What tells the hashes of releases. */
export interface HashSources extends Pick<ReadProjectSubject, 'hashes' | 'indexUrls'> {
  readonly distributions: DepsReport['distributions'];
  readonly signal: AbortSignal;
  /** No other requirements file is installed beside it. */
  readonly isAlone: boolean;
}

const asksAtOnce = 8;

/** Splits a requirements file; one that its hashes hold back gets those of today first, from the resolver and the package index. */
export async function splitWithHashes(
  tree: RequirementsTree,
  facts: DistributionFacts,
  sources: HashSources,
): Promise<SplitRequirements> {
  const split = splitRequirements(tree, { ...facts, areHashesProven: areProven(tree, sources.hashes) });
  if (split.boundByHashes === undefined) return split;
  const missing = unlisted(tree, sources);
  const regenerated =
    missing === undefined ? regenerateHashes(tree, await releasesOf(tree, sources)) : { refusal: missing };
  if ('refusal' in regenerated) {
    const [first = '', ...rest] = split.leftAlone;
    return { ...split, leftAlone: [`${first} (${regenerated.refusal})`, ...rest] };
  }
  const [installed] = tree.files;
  const anew = await readRequirementsTree(installed?.path ?? '', (path) =>
    Promise.resolve(regenerated.texts.get(path)),
  );
  const again = splitRequirements(anew, { ...facts, areHashesProven: true });
  const before = new Map(split.files.map(({ path, previous }) => [path, previous]));
  return { ...again, files: again.files.map((file) => ({ ...file, previous: before.get(file.path) })) };
}

/** Every hash of the file is one of the wheel that was resolved: nothing was locked by hand or for another index. */
function areProven(tree: RequirementsTree, hashes: ReadonlyMap<string, string>): boolean {
  return tree.requested.every(({ line }) => {
    if (line.hashes.length === 0 || line.name === undefined) return true;
    const resolved = hashes.get(normaliseName(line.name));
    return resolved !== undefined && line.hashes.includes(`sha256:${resolved}`);
  });
}

async function releasesOf(
  tree: RequirementsTree,
  { hashes, indexUrls, distributions, signal }: HashSources,
): Promise<Parameters<typeof regenerateHashes>[1]> {
  const ask = releaseHashes(indexUrls, { signal });
  const limit = pLimit(asksAtOnce);
  const offered = new Map<string, readonly string[]>();
  await Promise.all(
    tree.requested.map(({ line }) =>
      limit(async () => {
        const version = pinnedVersion(line);
        if (line.name === undefined || version === undefined) return;
        const name = normaliseName(line.name);
        offered.set(`${name}==${version}`, await ask({ name, version }));
      }),
    ),
  );
  const versions = new Map(distributions.map(({ name, version }) => [name, version]));
  return (name, version) => ({
    offered: offered.get(`${name}==${version}`) ?? [],
    resolved: versions.get(name) === version ? hashes.get(name) : undefined,
  });
}

/** With hashes, pip takes nothing that is not listed; other files of the project may list the rest. */
function unlisted(tree: RequirementsTree, { distributions, isAlone }: HashSources): string | undefined {
  const names = new Set(tree.requested.map(({ line }) => normaliseName(line.name ?? '')));
  const missing = distributions.find(({ name }) => !names.has(name));
  return isAlone && missing !== undefined
    ? `${missing.name} is not listed, and beside hashes pip installs nothing that is not`
    : undefined;
}
