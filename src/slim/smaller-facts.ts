import type { RewriteFacts, SmallerFacts } from '../dockerfile/index.ts';
import {
  type DebianSuite,
  normaliseName,
  parseNamedRequirement,
  smallerDistribution,
} from '../python/index.ts';
import type { FactsInput } from './facts-input.ts';
import { runtimeLibraries } from './system-package-facts.ts';

/** Requested distributions, name → extras. */
export interface RequestedNames {
  /** Those of requirements files and of RUN instructions, which can be edited. */
  readonly editable: ReadonlyMap<string, readonly string[]>;
  /** With those that manifests of packages list. */
  readonly all: ReadonlyMap<string, readonly string[]>;
}

/** The requested distributions that a smaller one can stand in for; undefined when there is none, with reasons where it may not. */
export function smallerFacts(
  input: Pick<FactsInput, 'project' | 'study' | 'foundMissing' | 'linked'> & { readonly suite: DebianSuite },
  { editable, all: names }: RequestedNames,
): SmallerFacts | undefined {
  const found = [...editable.keys()].flatMap((name) => smallerDistribution(name) ?? []);
  if (found.length === 0) return undefined;
  const leftAlone: string[] = [];
  const swaps = new Map<string, string>();
  const drops = new Set<string>();
  for (const one of found) {
    const because = obstacle(one, input, names);
    if (because !== undefined) leftAlone.push(`${one.from} stays: ${because}`);
    else {
      swaps.set(one.from, one.to);
      const user = one.needSystemPackages.find((name) => names.has(name));
      for (const packageName of user === undefined ? one.dropsSystemPackages : []) drops.add(packageName);
    }
  }
  const swapped = new Map([...names].map(([name, extras]) => [swaps.get(name) ?? name, extras]));
  const libraries = runtimeLibraries(swapped, {
    ...input,
    linked: input.linked?.filter(({ name }) => !swaps.has(name)),
  });
  for (const { packageName } of libraries) drops.delete(packageName);
  return {
    requirement: (text) => renamed(text, swaps),
    nameOf: (name) => swaps.get(normaliseName(name)),
    systemPackages: swaps.size === 0 ? new Set() : drops,
    runtimeLibraries: libraries,
    leftAlone,
  };
}

type Smaller = NonNullable<ReturnType<typeof smallerDistribution>>;

function obstacle(
  { to, unlessCalls, requiredBy }: Smaller,
  { project }: Pick<FactsInput, 'project'>,
  names: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (names.has(to)) return `${to} is installed beside it`;
  const puller = requiredBy.find((name) => names.has(name));
  if (puller !== undefined) return `${puller} requires it by name`;
  for (const { path, text, isInContext } of project.texts.pythonSources) {
    const call = isInContext ? windowCall(text, unlessCalls) : undefined;
    if (call !== undefined) return `${path} calls ${call}`;
  }
  return undefined;
}

/** `cv2.imshow`, `cv.imshow` behind `import cv2 as cv`, `from cv2 import imshow`; not matplotlib's `plt.imshow`. */
function windowCall(text: string, calls: readonly string[]): string | undefined {
  const aliases = new Set([
    'cv2',
    ...[...text.matchAll(/\bcv2\s+as\s+(\w+)/g)].map((match) => match[1] ?? ''),
  ]);
  const called = new RegExp(`\\b(?:${[...aliases].join('|')})\\.(${calls.join('|')})\\b`).exec(text)?.[1];
  const imported = new RegExp(`from\\s+cv2\\s+import\\s[^\\n]*\\b(${calls.join('|')})\\b`).exec(text)?.[1];
  const all = /from\s+cv2\s+import\s+\*/.test(text)
    ? new RegExp(`\\b(${calls.join('|')})\\s*\\(`).exec(text)?.[1]
    : undefined;
  return called ?? imported ?? all;
}

function renamed(text: string, swaps: ReadonlyMap<string, string>): string | undefined {
  const parsed = parseNamedRequirement(text);
  const to = 'name' in parsed ? swaps.get(parsed.name) : undefined;
  return to === undefined || !('name' in parsed) || parsed.url !== undefined
    ? undefined
    : text.replace(parsed.nameAsWritten, to);
}

/** The facts with the smaller distributions in them. */
export function withSmaller(facts: RewriteFacts, isWanted: boolean): RewriteFacts {
  if (facts.smaller === undefined) return facts;
  return isWanted
    ? { ...facts, runtimeLibraries: facts.smaller.runtimeLibraries }
    : { ...facts, smaller: undefined };
}
