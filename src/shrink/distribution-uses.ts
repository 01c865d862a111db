import { posix } from 'node:path';
import { type InstalledDistribution, normaliseName } from '../python/index.ts';
import { loadedFiles } from './loaded-files.ts';
import type { ShrinkSubject } from './pass.ts';
import { isUse, numbersOfModules, type Tool } from './python-uses.ts';
import { startedPrograms } from './started-programs.ts';
import type { MentioningFile } from './study.ts';

/** Why a distribution need not be in an image that runs. */
export interface DistributionPurpose {
  /** For the manifest: `test runner and its plugins`. */
  readonly reason: string;
  /** Modules of other distributions that need it: `torch.utils.tensorboard`. */
  readonly usedThrough: readonly string[];
  /** Modules and classes of others that write to it where it is there, for an application that takes them: `transformers.Trainer`. */
  readonly loggedToBy?: readonly string[];
  /** Words that files of others have in their names which only it loads. */
  readonly places: readonly string[];
  /** Imports of it in functions are for test runs, or for somebody at a prompt. */
  readonly isForSessions: boolean;
}

/** What speaks for a candidate: whoever uses it, undefined for the application and the image itself, and the reason. */
export type DistributionUses = ReadonlyMap<
  InstalledDistribution,
  { readonly by: InstalledDistribution | undefined; readonly because: string }[]
>;

type Purposes = ReadonlyMap<InstalledDistribution, DistributionPurpose>;

/** Finds what starts or names candidates, or is extended by them, throughout the image. */
export function distributionUses(
  subject: ShrinkSubject,
  candidates: ReadonlySet<InstalledDistribution>,
  purposes: Purposes,
): DistributionUses {
  const uses: DistributionUses = new Map([...candidates].map((one) => [one, []]));
  addStarted(subject, uses);
  const isLoaded = loadedFiles(subject);
  const namedIn = namesOfCandidates(subject, candidates, purposes);
  const tools = new Map([...purposes].map(([one, purpose]) => [one, toolOf(one, purpose)]));
  for (const mention of subject.study.mentions) {
    const by = subject.distributionOf(mention.path);
    for (const [one, numbers] of namedIn(mention, by)) {
      if (one === by || !isUse(mention, numbers, { tool: tools.get(one), isLoaded, by })) continue;
      const name = subject.study.names[numbers[0] ?? -1];
      uses.get(one)?.push({ by, because: `${mention.path} names ${name}` });
    }
  }
  return uses;
}

/** A distribution of that purpose, as files of others know it. */
export function toolOf(
  { modules }: InstalledDistribution,
  { places, isForSessions }: DistributionPurpose,
): Tool {
  return { places: [...modules.map((module) => module.toLowerCase()), ...places], isForSessions };
}

/** Answers which candidates a file of a distribution names, by the numbers of the names. */
type NamedIn = (
  mention: MentioningFile,
  by: InstalledDistribution | undefined,
) => ReadonlyMap<InstalledDistribution, readonly number[]>;

function namesOfCandidates(
  { study }: ShrinkSubject,
  candidates: ReadonlySet<InstalledDistribution>,
  purposes: Purposes,
): NamedIn {
  const owners = ownersOfNames(candidates, purposes);
  const numbers = numbersOfModules(study, new Set(owners.keys()));
  const nameOf = (number: number): string => study.names[number] ?? '';
  return ({ names, words = [] }, by) => {
    const found = new Map<InstalledDistribution, number[]>();
    const add = (number: number, isFor: (one: InstalledDistribution) => boolean): void => {
      for (const one of (numbers.get(number) ?? []).flatMap((module) => owners.get(module) ?? []))
        if (isFor(one)) found.set(one, [...(found.get(one) ?? []), number]);
    };
    // A distribution may offer what needs a tool (`tqdm.notebook`); who uses that needs the tool.
    for (const number of names) add(number, (one) => isNeedOf(nameOf(number), purposes.get(one), by));
    // A word alone may be anything ("black"), so that it speaks for libraries and groups of plugins, not for tools.
    for (const number of words)
      add(number, (one) => !purposes.has(one) || !one.modules.includes(nameOf(number)));
    return found;
  };
}

/** The candidates behind each name: modules, those of others that need them, groups of plugins. */
function ownersOfNames(
  candidates: ReadonlySet<InstalledDistribution>,
  purposes: Purposes,
): ReadonlyMap<string, readonly InstalledDistribution[]> {
  const owners = new Map<string, InstalledDistribution[]>();
  for (const one of candidates) {
    const groups = Object.keys(one.entryPoints).filter((group) => !/^(?:console|gui)_scripts$/.test(group));
    const { usedThrough = [], loggedToBy = [] } = purposes.get(one) ?? {};
    for (const name of [...one.modules, ...usedThrough, ...loggedToBy, ...groups])
      owners.set(name, [...(owners.get(name) ?? []), one]);
  }
  return owners;
}

/** False for what a distribution names of its own that needs a tool, and for what writes to one, which is for the application to want. */
function isNeedOf(
  name: string,
  { usedThrough = [], loggedToBy = [] }: Partial<DistributionPurpose> = {},
  by: InstalledDistribution | undefined,
): boolean {
  const isWithin = (module: string): boolean => `${name}.`.startsWith(`${module}.`);
  const through = usedThrough.find(isWithin);
  if (through !== undefined) return by?.modules.includes(through.split('.')[0] ?? '') !== true;
  return by === undefined || by.isOwn === true || !loggedToBy.some(isWithin);
}

/** `CMD ["jupyter", "lab"]` needs whatever brought that script, and all that has a part of its name. */
function addStarted(subject: ShrinkSubject, uses: DistributionUses): void {
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
