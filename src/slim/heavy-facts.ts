import { formatBytes } from '../base/index.ts';
import type { HeavyFacts } from '../dockerfile/index.ts';
import {
  heavyNames,
  type InstalledDistribution,
  isInstaller,
  likelyDistributions,
  normaliseName,
  parseNamedRequirement,
  type RequirementsTree,
  requirementText,
} from '../python/index.ts';

/** What the heavy requirements are drawn from. */
export interface HeavyInput {
  /** One tree for each requirements file that is installed. */
  readonly requirements: readonly RequirementsTree[];
  /** Requirements from elsewhere: of RUN instructions, of manifests. */
  readonly otherRequirements: readonly string[];
  /** What uv, Poetry, PDM or Pipenv install. */
  readonly toolRequirements: readonly string[];
  /** Measured in the fat image; undefined where there is none. */
  readonly distributions: readonly InstalledDistribution[] | undefined;
  /** Not in the lean image: moved to development, or for a GPU alone. */
  readonly isGone: (name: string) => boolean;
  /** What a requirement becomes in the lean image (a CPU build, a smaller distribution); undefined where it stays. */
  readonly replaced: (requirement: string) => string | undefined;
  /** Import statements of the application. */
  readonly importStatements: readonly string[];
}

/** One distribution is large from here on, in bytes. */
const largeBytes = 10e6;
/** All large ones together are worth a layer from here on. */
const worthBytes = 50e6;

/** What is heavy. */
export interface FoundHeavy {
  readonly facts: HeavyFacts;
  /** Normalised names: they, and what they bring along. */
  readonly brought: ReadonlySet<string>;
  /** All that the requirements bring, the heavy ones among them. */
  readonly installed: ReadonlySet<string>;
  /** Installers that the requirements ask for. */
  readonly installers: readonly string[];
}

/** The requirements that are large, alone or with what they require, as far as they may be installed before the others; undefined when none is. */
export function heavyFacts(input: HeavyInput): FoundHeavy | undefined {
  const asked = askedFor(input);
  const found =
    input.distributions === undefined ? known(asked) : measured(asked, input, input.distributions);
  if (found === undefined) return undefined;
  const limits = limitsOf(input);
  const requirements = [...found.names].flatMap((name) => {
    const text = asked.get(name);
    return text === undefined ? [] : [withLimit(input.replaced(text) ?? text, limits.get(name))];
  });
  const isServed = (statement: string): boolean => {
    const [, module = ''] = /^(?:from|import)\s+([\w.]+)/.exec(statement) ?? [];
    return likelyDistributions(module).some((name) => found.brought.has(normaliseName(name)));
  };
  const facts: HeavyFacts = {
    requirements,
    options: optionsOf(input),
    because: obstacleOf(input) ?? toolOf([...found.names], input),
    evidence: found.evidence,
    importStatements: input.importStatements.filter(isServed),
  };
  return {
    facts,
    brought: found.brought,
    installed: found.installed,
    installers: [...asked.keys()].filter(isInstaller),
  };
}

/** What production asks for itself: normalised name → the requirement. */
function askedFor({
  requirements,
  otherRequirements,
  toolRequirements,
  isGone,
}: HeavyInput): ReadonlyMap<string, string> {
  const asked = new Map<string, string>();
  for (const { line, isConstraint } of requirements.flatMap((tree) => tree.requested)) {
    if (line.kind !== 'requirement' || isConstraint || line.url !== undefined || isGone(line.name)) continue;
    asked.set(line.name, requirementText({ ...line, name: line.nameAsWritten }));
  }
  for (const text of [...toolRequirements, ...otherRequirements]) {
    const parsed = parseNamedRequirement(text);
    if (!('name' in parsed) || parsed.url !== undefined) continue;
    // `pip install --upgrade pip` is no requirement of the application.
    if (!isGone(parsed.name) && !isInstaller(parsed.name)) asked.set(parsed.name, text);
  }
  return asked;
}

/** What a tool installs is in no requirements file that pip could take first. */
function toolOf(names: readonly string[], { toolRequirements }: HeavyInput): string | undefined {
  const ofTools = new Set(toolRequirements.map(nameOf));
  const name = names.find((one) => ofTools.has(one));
  return name && `${name} comes from a lock file or manifest, all of which its tool installs in one step`;
}

function nameOf(requirement: string): string {
  const parsed = parseNamedRequirement(requirement);
  return 'name' in parsed ? parsed.name : requirement;
}

interface Found {
  readonly names: ReadonlySet<string>;
  /** They, and what they bring along. */
  readonly brought: ReadonlySet<string>;
  /** All that is asked for, with what it requires. */
  readonly installed: ReadonlySet<string>;
  readonly evidence: string;
}

const gain = 'one more requirement installs, copies and pushes none of it again';

function known(asked: ReadonlyMap<string, string>): Found | undefined {
  const names = new Set([...asked.keys()].filter((name) => heavyNames.has(name)));
  if (names.size === 0) return undefined;
  return {
    names,
    brought: names,
    installed: new Set(asked.keys()),
    evidence: `${listOf(names)} ${names.size === 1 ? 'is' : 'are'} large and rarely changed: ${gain}`,
  };
}

/** Those that are large themselves, and those that alone bring something large along. */
function measured(
  asked: ReadonlyMap<string, string>,
  { isGone }: HeavyInput,
  distributions: readonly InstalledDistribution[],
): Found | undefined {
  const byName = new Map(distributions.filter(({ name }) => !isGone(name)).map((one) => [one.name, one]));
  const sizeOf = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + (byName.get(name)?.sizeBytes ?? 0), 0);
  const roots = [...asked.keys()].filter((name) => byName.has(name));
  const all = closure(roots, byName);
  const large = [...all].filter((name) => sizeOf([name]) >= largeBytes);
  const names = new Set(large.filter((name) => asked.has(name)));
  for (;;) {
    const brought = closure(names, byName);
    const missing = large.find((name) => !brought.has(name));
    if (missing === undefined) break;
    const bringer = roots.find((name) => !names.has(name) && closure([name], byName).has(missing));
    if (bringer === undefined) break;
    names.add(bringer);
  }
  const brought = closure(names, byName);
  const bytes = sizeOf(brought);
  if (names.size === 0 || bytes < worthBytes) return undefined;
  const evidence = `${listOf(names)} with what ${names.size === 1 ? 'it requires' : 'they require'} take ${formatBytes(bytes)} of ${formatBytes(sizeOf(all))} and rarely change: ${gain}`;
  return { names, brought, installed: all, evidence };
}

function closure(
  roots: Iterable<string>,
  byName: ReadonlyMap<string, InstalledDistribution>,
): ReadonlySet<string> {
  const reached = new Set(roots);
  for (const name of reached)
    for (const required of byName.get(name)?.requires ?? []) if (byName.has(required)) reached.add(required);
  return reached;
}

function listOf(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, 5);
  const more = names.size - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}

/** What constraints files say of a distribution: `<2`. */
function limitsOf({ requirements }: HeavyInput): ReadonlyMap<string, string> {
  const limits = new Map<string, string>();
  for (const { line, isConstraint } of requirements.flatMap((tree) => tree.requested))
    if (isConstraint && line.kind === 'requirement' && line.specifier !== '')
      limits.set(line.name, line.specifier);
  return limits;
}

/** `pandas>=2.1` within `==2.2.3` → `pandas>=2.1,==2.2.3`. */
function withLimit(requirement: string, limit: string | undefined): string {
  const parsed = parseNamedRequirement(requirement);
  if (limit === undefined || !('name' in parsed)) return requirement;
  const specifier = parsed.specifier === '' ? limit : `${parsed.specifier},${limit}`;
  return requirementText({ ...parsed, name: parsed.nameAsWritten, specifier });
}

const carried = /^--(index-url|extra-index-url|trusted-host|pre|prefer-binary|only-binary|no-binary)$/;

/** Option lines say where pip looks: without them it could take another distribution of the same name. */
function optionsOf({ requirements }: HeavyInput): readonly string[] {
  const all = requirements.flatMap((tree) => tree.options);
  const words = all.flatMap(({ name, value }) =>
    carried.test(name) ? [value === undefined ? name : `${name} ${value}`] : [],
  );
  return [...new Set(words)];
}

function obstacleOf({ requirements }: HeavyInput): string | undefined {
  const tree = requirements.flatMap((one) => one.requested);
  const hashed = tree.find(({ line }) => line.hashes.length > 0);
  if (hashed !== undefined)
    return `${hashed.path} has hashes, which pip compares only where all that it installs has them`;
  const option = requirements
    .flatMap((one) => one.options)
    .find(({ name, value }) => !carried.test(name) || /[\s"'$`\\]|:\/\/[^/]*@/.test(value ?? ''));
  return option && `${option.path}:${option.line} sets ${option.name}, which a step of its own cannot repeat`;
}
