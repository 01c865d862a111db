import type { InstalledDistribution } from '../../python/index.ts';
import type { LeftAlone, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';
import { siteOf } from '../site-packages.ts';

/** Stubs of distributions, where nothing reads any while the program runs: type checkers do that elsewhere. */
export const typeStubsPass: ShrinkPass = {
  name: 'type-stubs',
  title: 'type stubs that nothing reads while it runs',
  risk: 'verify',
  find(subject) {
    const needed = neededStubs(subject);
    const edits: ShrinkEdit[] = [];
    const left = new Map<string, LeftAlone>();
    for (const { entry } of subject.root.entries()) {
      const { path, type } = entry;
      const site = path.endsWith('.pyi') && type !== 'directory' ? siteOf(path) : undefined;
      const distribution = site === undefined ? undefined : subject.distributionOf(path);
      if (site === undefined || distribution === undefined || subject.packageOf(path) !== undefined) continue;
      const because = needed.get(distribution);
      if (because === undefined) edits.push({ kind: 'remove', path, reason: 'a type stub', unit: path });
      else left.set(distribution.name, { path: topOf(path, site), because });
    }
    return { edits, leftAlone: [...left.values()] };
  },
};

/** `…/site-packages/skimage` for what lies in it. */
function topOf(path: string, site: string): string {
  const slash = path.indexOf('/', site.length + 1);
  return slash === -1 ? path : path.slice(0, slash);
}

type Needed = Map<InstalledDistribution, string>;

/**
 * The distributions whose stubs are read: their own files do (`.pyi` in a source), or attach them lazily (scientific-python's SPEC 1,
 * `lazy_loader.attach_stub`), or something that imports them does the latter, the application too.
 */
function neededStubs({
  study,
  distributions,
  distributionOf,
}: ShrinkSubject): ReadonlyMap<InstalledDistribution, string> {
  const needed: Needed = new Map();
  const attaching = new Map<InstalledDistribution | undefined, string>();
  for (const [path, kind] of study.stubReaders) {
    const owner = distributionOf(path);
    if (kind === 'attaches' && !attaching.has(owner)) attaching.set(owner, path);
    if (owner !== undefined && !needed.has(owner)) needed.set(owner, `${path} reads stubs`);
  }
  if (attaching.size === 0) return needed;
  const byModule = Map.groupBy(
    distributions.flatMap((one) => one.modules.map((module) => ({ module, one }))),
    ({ module }) => module,
  );
  for (const { path, names } of study.mentions) {
    const owner = distributionOf(path);
    const reader = attaching.get(owner);
    // Files of no distribution are strangers to each other.
    if (reader === undefined || (owner === undefined && !study.stubReaders.has(path))) continue;
    for (const number of names) {
      const [top = ''] = (study.names[number] ?? '').split('.', 1);
      for (const { one } of byModule.get(top) ?? []) {
        if (!needed.has(one))
          needed.set(one, `${owner === undefined ? path : reader} reads stubs, and imports it`);
      }
    }
  }
  return needed;
}
