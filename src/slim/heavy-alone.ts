import type { InstalledDistribution, NamedRequirement } from '../python/index.ts';

/** What a build step is judged by. */
export interface HeavyAloneInput {
  /** Top-level modules that it and what it imports take from distributions. */
  readonly modules: readonly string[];
  /** Normalised names: the heavy distributions, and what they require. */
  readonly brought: ReadonlySet<string>;
  /** All that the lean image installs. */
  readonly installed: ReadonlySet<string>;
  /** Measured in the fat image. */
  readonly distributions: readonly InstalledDistribution[];
  /** Installers that the requirements ask for: they replace those of the environment. */
  readonly installers: readonly string[];
}

/** Groups of entry points that are read by installers, test runners and the shell alone. */
const inertGroup = /^(console_scripts|gui_scripts|pytest11|distutils\.|setuptools\.|egg_info\.)/;

/** Extras that people install who work on a distribution: what they bring changes nothing for who uses it. */
const developmentExtra =
  /(^|[-_.])(dev|devel|develop|development|tests?|testing|docs?|documentation|lint|linting|typing|types|benchmarks?|build|maintenance|examples?|ci|release|quality|style)$/;

/**
 * Why a step may do something else where only the heavy distributions are installed, in words that follow `because`; undefined when it does
 * the same. It imports nothing else, they ask for nothing else, and nothing else reaches into them or runs by itself.
 */
export function beyondHeavy(input: HeavyAloneInput): string | undefined {
  const { modules, brought, installed, distributions, installers } = input;
  const heavy = distributions.filter(({ name }) => brought.has(name));
  const others = distributions.filter(({ name }) => installed.has(name) && !brought.has(name));
  const [installer] = installers;
  if (installer !== undefined) return `the requirements install ${installer} anew`;
  for (const module of modules) {
    const owners = distributions.filter((one) => one.modules.includes(module));
    if (owners.length === 0) return `no distribution that is known brings ${module}`;
    const later = owners.find(({ name }) => !brought.has(name));
    if (later !== undefined) return `it imports ${module}, which is installed later`;
  }
  const otherNames = new Set(others.map(({ name }) => name));
  for (const { name, requirements } of heavy) {
    const optional = requirements.find((one) => otherNames.has(one.name) && !isForDevelopment(one));
    if (optional !== undefined) return `${name} uses ${optional.name} where it is installed`;
  }
  return others.map((one) => influenceOf(one, heavy, others)).find(Boolean);
}

/** `click; extra == "dev"`. */
function isForDevelopment({ marker = '' }: NamedRequirement): boolean {
  const extra = /^\s*extra\s*==\s*["']([\w.-]+)["']\s*$/.exec(marker)?.[1];
  return extra !== undefined && developmentExtra.test(extra.toLowerCase());
}

function influenceOf(
  other: InstalledDistribution,
  heavy: readonly InstalledDistribution[],
  others: readonly InstalledDistribution[],
): string | undefined {
  const startup = other.files.find((path) =>
    /\/(site|dist)-packages\/([^/]+\.pth|(site|user)customize\.py)$/.test(`/${path}`),
  );
  if (startup !== undefined) return `${other.name} runs code at every start of Python`;
  const shared = other.modules.find((module) => heavy.some((one) => one.modules.includes(module)));
  if (shared !== undefined) return `${other.name} adds to the package ${shared}`;
  const isReadBy = (group: string, readers: readonly InstalledDistribution[]): boolean =>
    readers.some(({ modules }) =>
      modules.some((module) => group.toLowerCase().startsWith(module.toLowerCase())),
    );
  const group = Object.keys(other.entryPoints).find(
    (one) => !inertGroup.test(one) && (isReadBy(one, heavy) || !isReadBy(one, others)),
  );
  return group && `${other.name} registers plugins (${group})`;
}
