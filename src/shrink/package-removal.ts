import { posix } from 'node:path';
import { type DpkgNode, parseAlternatives, readDpkgGraph } from '../distro/index.ts';
import { dpkgFiles, type PackageFilesOf } from './dpkg-files.ts';
import { packageUses } from './package-uses.ts';
import type { LeftAlone, PassResult, ShrinkEdit, ShrinkSubject } from './pass.ts';
import { sweepUnneeded } from './sweep-unneeded.ts';

/** Which packages of the system are to go. */
export interface PackageChoice {
  /** Why a package need not be in an image that runs; undefined for all others. */
  readonly purposeOf: (named: Pick<DpkgNode, 'name'>) => string | undefined;
  /** Why one stays all the same. */
  readonly because?: (node: DpkgNode) => string | undefined;
}

/**
 * Takes whole Debian packages, and those that apt brought along for them alone, through dpkg's own graph. What is essential, what
 * others depend on, and what files that stay are linked with, load, run by or start, stays. Each goes as a unit, named after its list of files.
 */
export function removePackages(subject: ShrinkSubject, { purposeOf, because }: PackageChoice): PassResult {
  const nodes = readDpkgGraph(subject.root);
  if (nodes.length === 0) return { edits: [], leftAlone: otherManagers(subject, purposeOf) };
  const filesOf = dpkgFiles(subject, nodes);
  const purposes = new Map<DpkgNode, string>();
  const leftAlone: LeftAlone[] = [];
  for (const node of nodes) {
    const purpose = purposeOf(node);
    const reason = purpose && (because?.(node) ?? obstacle(node, filesOf, subject));
    if (reason !== undefined) leftAlone.push({ path: packageUnit(node), because: reason });
    else if (purpose !== undefined) purposes.set(node, purpose);
  }
  const requires = requirementsOf(nodes, (node) => purposes.has(node));
  const swept = sweepUnneeded({
    nodes,
    targets: [...purposes.keys()],
    mayGo: (node) =>
      purposes.has(node) ||
      (node.isAutomatic && !node.isRequired && obstacle(node, filesOf, subject) === undefined),
    requires,
    requiredBecause: ({ name }) => `the package ${name} needs it`,
    uses: (candidates) => packageUses(subject, candidates, filesOf),
  });
  for (const [node, reason] of swept.kept)
    if (purposes.has(node)) leftAlone.push({ path: packageUnit(node), because: reason });
  const edits = [...swept.goes].flatMap((node) => {
    const brought = swept.broughtBy.get(node)?.name ?? node.name;
    const reason = `${node.name}: ${purposes.get(node) ?? `only ${brought} brought it along`}`;
    const needs = requires(node)
      .filter((other) => swept.goes.has(other))
      .map(packageUnit);
    return [...filesOf(node).own].map(
      (path): ShrinkEdit => ({ kind: 'remove', path, reason, unit: packageUnit(node), whole: { needs } }),
    );
  });
  return { edits: [...edits, ...alternativeEdits(subject, swept.goes, filesOf)], leftAlone };
}

/** Only dpkg's packages go whole; of others one is named. */
function otherManagers({ inventory }: ShrinkSubject, purposeOf: PackageChoice['purposeOf']): LeftAlone[] {
  const found = inventory.packages.find((one) => one.manager !== 'conda' && purposeOf(one) !== undefined);
  const [path] = found?.files ?? [];
  if (found === undefined || path === undefined) return [];
  return [{ path, because: `packages of ${found.manager} (${found.name}) are not taken apart` }];
}

/** The list of a package's files, which it is called by. */
export function packageUnit({ listName }: DpkgNode): string {
  return `var/lib/dpkg/info/${listName}.list`;
}

/** Why a package cannot go; apt's and dpkg's own rules, and what is too entangled to undo. */
function obstacle(node: DpkgNode, filesOf: PackageFilesOf, { root }: ShrinkSubject): string | undefined {
  if (node.isEssential) return 'the system needs it';
  if (root.get(packageUnit(node)) === undefined) return 'no list tells its files';
  const { diverted, switched } = filesOf(node);
  if (diverted !== undefined) return `it diverts ${diverted}`;
  return switched === undefined ? undefined : `${switched} would have to lead to another program`;
}

/** One package for each clause: one that stays anyway, where there is such, else the first; what is recommended counts where it is no target. */
function requirementsOf(
  nodes: readonly DpkgNode[],
  isTarget: (node: DpkgNode) => boolean,
): (node: DpkgNode) => readonly DpkgNode[] {
  const known = new Map(
    nodes.map((node) => {
      const chosen = (clause: readonly DpkgNode[]): DpkgNode[] =>
        [clause.find((one) => !isTarget(one)) ?? clause[0]].flatMap((one) => one ?? []);
      const recommended = node.recommends.flatMap(chosen).filter((one) => !isTarget(one));
      return [node, [...new Set([...node.depends.flatMap(chosen), ...recommended])]] as const;
    }),
  );
  return (node) => known.get(node) ?? [];
}

/** The links of groups of alternatives all of whose programs go. */
function alternativeEdits(
  { root }: ShrinkSubject,
  goes: ReadonlySet<DpkgNode>,
  filesOf: PackageFilesOf,
): ShrinkEdit[] {
  const owners = new Map(
    [...goes].flatMap((node) => [...filesOf(node).own].map((path) => [path, node] as const)),
  );
  return [...root.namesIn('var/lib/dpkg/alternatives')].flatMap((name) => {
    const admin = `var/lib/dpkg/alternatives/${name}`;
    const content = root.content(admin);
    const group = content && parseAlternatives(name, Buffer.from(content).toString('utf8'));
    if (group === undefined) return [];
    const nodes = group.choices.map(({ path }) => owners.get(filesOf.visible(path) ?? ''));
    const [first] = nodes;
    if (first === undefined || nodes.includes(undefined)) return [];
    const links = [group, ...group.slaves].flatMap((one) => [
      filesOf.visible(one.link),
      `etc/alternatives/${one.name}`,
    ]);
    const needs = nodes.flatMap((node) => (node === undefined || node === first ? [] : [packageUnit(node)]));
    const reason = `${first.name}: an alternative without a program`;
    return [admin, ...links].flatMap((path): ShrinkEdit[] =>
      path === undefined || root.get(path) === undefined
        ? []
        : [
            {
              kind: 'remove',
              path: posix.normalize(path),
              reason,
              unit: packageUnit(first),
              whole: { needs },
            },
          ],
    );
  });
}
