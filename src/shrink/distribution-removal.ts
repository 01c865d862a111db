import { posix } from 'node:path';
import { type InstalledDistribution, normaliseName } from '../python/index.ts';
import { loadedFiles } from './loaded-files.ts';
import type { LeftAlone, PassResult, ShrinkEdit, ShrinkSubject } from './pass.ts';
import { recordOf } from './plan-records.ts';
import { isUse, numbersOfModules, type Tool } from './python-uses.ts';
import { startedPrograms } from './started-programs.ts';
import { sweepUnneeded } from './sweep-unneeded.ts';

/** Why a distribution need not be in an image that runs. */
export interface DistributionPurpose {
  /** For the manifest: `test runner and its plugins`. */
  readonly reason: string;
  /** Modules of other distributions that need it: `torch.utils.tensorboard`. */
  readonly usedThrough: readonly string[];
  /** Words that files of others have in their names which only it loads. */
  readonly places: readonly string[];
  /** Imports of it in functions are for test runs, or for somebody at a prompt. */
  readonly isForSessions: boolean;
}

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
  const purposes = new Map<InstalledDistribution, DistributionPurpose>();
  const leftAlone: LeftAlone[] = [];
  for (const one of distributions) {
    const purpose = purposeOf(one);
    const because = purpose && obstacle(one, subject);
    if (because !== undefined) leftAlone.push({ path: unitOf(one), because });
    else if (purpose !== undefined) purposes.set(one, purpose);
  }
  const byName = Map.groupBy(distributions, ({ name }) => name);
  const requires = (one: InstalledDistribution): readonly InstalledDistribution[] =>
    one.requires.flatMap((name) => byName.get(name) ?? []);
  const isAskedFor = askedFor(distributions);
  const mayGo = (one: InstalledDistribution): boolean =>
    purposes.has(one) || (!isAskedFor(one) && obstacle(one, subject) === undefined);
  const swept = sweepUnneeded({
    nodes: distributions,
    targets: [...purposes.keys()],
    mayGo,
    requires,
    requiredBecause: ({ name }) => `${name} requires it`,
    uses: (candidates) => distributionUses(subject, candidates, purposes),
  });
  for (const [one, because] of swept.kept)
    if (purposes.has(one)) leftAlone.push({ path: unitOf(one), because });
  const reasonOf = (one: InstalledDistribution): string => {
    const brought = swept.broughtBy.get(one)?.name ?? one.name;
    return `${one.name}: ${purposes.get(one)?.reason ?? `only ${brought} brought it along`}`;
  };
  const edits = removalEdits(subject, swept.goes, {
    reasonOf,
    needsOf: (one) =>
      requires(one)
        .filter((other) => swept.goes.has(other))
        .map(unitOf),
    toolOf: (one) => {
      const purpose = purposes.get(one);
      return purpose && toolOf(one, purpose);
    },
  });
  return { edits, leftAlone };
}

/** The metadata folder, which a distribution is called by. */
function unitOf(one: InstalledDistribution): string {
  const inside = one.files.find((path) => /\.(?:dist|egg)-info\/[^/]+$/.test(path));
  return inside === undefined ? `${one.location}/${one.name}` : posix.dirname(inside);
}

function obstacle(one: InstalledDistribution, { packageOf }: ShrinkSubject): string | undefined {
  if (one.isEditable) return 'it is installed from a folder, in editable mode';
  const record = recordOf(one);
  const owner = one.files.map(packageOf).find((found) => found !== undefined);
  if (owner !== undefined) return `the package ${owner.name} owns it`;
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

/** What speaks for a candidate: whoever uses it, undefined for the application and the image itself, and the reason. */
type Uses = Map<
  InstalledDistribution,
  { readonly by: InstalledDistribution | undefined; readonly because: string }[]
>;

function distributionUses(
  subject: ShrinkSubject,
  candidates: ReadonlySet<InstalledDistribution>,
  purposes: ReadonlyMap<InstalledDistribution, DistributionPurpose>,
): Uses {
  const uses: Uses = new Map([...candidates].map((one) => [one, []]));
  addStarted(subject, uses);
  const owners = new Map<string, InstalledDistribution[]>();
  const own = (name: string, one: InstalledDistribution): void =>
    void owners.set(name, [...(owners.get(name) ?? []), one]);
  for (const one of candidates) {
    for (const name of [...one.modules, ...(purposes.get(one)?.usedThrough ?? [])]) own(name, one);
    for (const group of Object.keys(one.entryPoints)) if (!isScriptGroup(group)) own(group, one);
  }
  const numbers = numbersOfModules(subject.study, new Set(owners.keys()));
  const isLoaded = loadedFiles(subject);
  const tools = new Map([...purposes].map(([one, purpose]) => [one, toolOf(one, purpose)]));
  for (const mention of subject.study.mentions) {
    const by = subject.distributionOf(mention.path);
    const found = new Map<InstalledDistribution, number[]>();
    const add = (number: number, isFor: (one: InstalledDistribution) => boolean): void => {
      for (const one of (numbers.get(number) ?? []).flatMap((module) => owners.get(module) ?? [])) {
        if (one !== by && isFor(one) && !isThroughItself(number, one))
          found.set(one, [...(found.get(one) ?? []), number]);
      }
    };
    // A distribution may offer what needs a tool (`tqdm.notebook`); who uses that needs the tool.
    const isThroughItself = (number: number, one: InstalledDistribution): boolean => {
      const name = subject.study.names[number] ?? '';
      const through = purposes.get(one)?.usedThrough.find((module) => `${name}.`.startsWith(`${module}.`));
      return through !== undefined && by?.modules.includes(through.split('.')[0] ?? '') === true;
    };
    for (const number of mention.names) add(number, () => true);
    // A word alone may be anything ("black"), so that it speaks for libraries and groups of plugins, not for tools.
    for (const number of mention.words ?? [])
      add(number, (one) => !purposes.has(one) || !one.modules.includes(subject.study.names[number] ?? ''));
    for (const [one, taken] of found) {
      if (!isUse(mention, taken, { tool: tools.get(one), isLoaded })) continue;
      const name = subject.study.names[taken[0] ?? -1];
      uses.get(one)?.push({ by, because: `${mention.path} names ${name}` });
    }
  }
  return uses;
}

function toolOf({ modules }: InstalledDistribution, { places, isForSessions }: DistributionPurpose): Tool {
  return { places: [...modules.map((module) => module.toLowerCase()), ...places], isForSessions };
}

function isScriptGroup(group: string): boolean {
  return group === 'console_scripts' || group === 'gui_scripts';
}

/** `CMD ["jupyter", "lab"]` needs whatever brought that script, and all that has a part of its name. */
function addStarted(subject: ShrinkSubject, uses: Uses): void {
  const started = startedPrograms(subject);
  for (const [one, found] of uses) {
    const scripts = one.files
      .filter((path) => /(?:^|\/)s?bin\/[^/]+$/.test(path))
      .map((path) => posix.basename(path));
    const names = [one.name, ...one.modules, ...scripts, ...(one.entryPoints['console_scripts'] ?? [])];
    const name = names.find((candidate) => started.has(candidate)) ?? startedBesides(one, started);
    if (name !== undefined) found.push({ by: undefined, because: `${started.get(name)} ${name}` });
  }
}

/** `jupyter lab` runs through half a dozen distributions, `start-notebook.py` and its like through all of them. */
function startedBesides(
  { name }: InstalledDistribution,
  started: ReadonlyMap<string, string>,
): string | undefined {
  if (!/^(?:jupyter|notebook|nb|ipy|ipython|widgetsnbextension)/.test(name)) return undefined;
  return [...started.keys()].find((word) =>
    /^(?:jupyter|start-notebook|start-singleuser)/.test(normaliseName(word)),
  );
}

interface RemovalFacts {
  readonly reasonOf: (one: InstalledDistribution) => string;
  readonly needsOf: (one: InstalledDistribution) => readonly string[];
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
  return [...goes].flatMap((one) => {
    const unit = unitOf(one);
    const tool = toolOf(one);
    const whole = { needs: needsOf(one), ...(tool && { tool }) };
    const reason = reasonOf(one);
    const files = new Set(one.files.flatMap((path) => [path, ...bytecodeOf(path, subject)]));
    return [...files]
      .filter((path) => !kept.has(path) && root.get(path) !== undefined)
      .map((path): ShrinkEdit => ({ kind: 'remove', path, reason, unit, whole }));
  });
}

function bytecodeOf(path: string, { root }: ShrinkSubject): string[] {
  if (!path.endsWith('.py')) return [];
  const folder = `${posix.dirname(path)}/__pycache__`;
  const stem = `${posix.basename(path, '.py')}.`;
  return [...root.namesIn(folder)]
    .filter((name) => name.startsWith(stem) && name.endsWith('.pyc'))
    .map((name) => `${folder}/${name}`);
}
