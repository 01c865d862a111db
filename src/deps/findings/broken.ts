import { knownDistributions, likelyDistributions, normaliseName } from '../../python/index.ts';
import { likelyDistribution } from '../find-uses.ts';
import { importSentence } from '../judge-uses.ts';
import type { FindingSource } from '../judged.ts';
import type { DepsSubject, ImportPlace } from '../subject.ts';

/** Imports of the application that nothing in the environment answers. */
export const missingDistributions: FindingSource = ({ subject, found }) => {
  const places = found.unexplained.filter(
    (place) => place.role === 'application' && place.isNeeded && !isBroughtByOthers(place, subject),
  );
  const byModule = Map.groupBy(places, ({ module }) => module.split('.')[0] ?? module);
  const doubts = subject.incomplete.map(({ what, because }) => `${what}: ${because}`);
  return [...byModule].map(([module, all]) => ({
    kind: 'missing-distribution',
    severity: doubts.length > 0 ? 'info' : 'error',
    distributions: [likelyDistribution(all[0] ?? { module })],
    title: `nothing that is installed provides the module ${module}`,
    evidence: all.slice(0, 3).map((place: ImportPlace) => importSentence(place)),
    doubts,
    remedy: `add ${whatProvides(all[0] ?? { module })} to the requirements, or remove the import`,
  }));
};

/** A name that is only guessed is not to be installed unseen: others may have taken it. */
function whatProvides(place: Pick<ImportPlace, 'module'>): string {
  const [known] = knownDistributions(place.module) ?? [];
  return known ?? `${likelyDistribution(place)} (if that is what provides it)`;
}

function isBroughtByOthers({ module }: ImportPlace, { broughtByOthers }: DepsSubject): boolean {
  const top = module.split('.')[0] ?? module;
  return [top, ...likelyDistributions(module)].some((name) => broughtByOthers?.has(normaliseName(name)));
}

/** Programs that the container starts and that nothing in the environment installs. */
export const missingPrograms: FindingSource = ({ subject }) => {
  const names = new Set(subject.distributions.map(({ name }) => name));
  const doubts = subject.incomplete.map(({ what, because }) => `${what}: ${because}`);
  return (subject.starts ?? [])
    .filter(({ distributions }) => !distributions.some((name) => names.has(name)))
    .map(({ program, place, distributions, install }) => ({
      kind: 'missing-program',
      severity: doubts.length > 0 ? 'info' : 'error',
      distributions: distributions.slice(0, 1),
      title: `nothing that is installed brings the program ${program}`,
      evidence: [`${place} starts ${program}`],
      doubts,
      remedy: `add ${install} to the requirements, or start another program`,
    }));
};

/** Requirements of distributions that what is installed does not meet: what `pip check` says, what one of them lacks in one finding. */
export const unmetRequirements: FindingSource = ({ subject, rooted }) => {
  const severity = subject.kind === 'image' ? 'error' : 'warning';
  const common = { kind: 'unmet-requirement', severity, evidence: [], doubts: [] } as const;
  const missing = rooted.graph.unmet.filter(({ version }) => version === undefined);
  const lacking = [...Map.groupBy(missing, ({ by }) => by)].map(([by, all]) => ({
    ...common,
    distributions: [by, ...all.map(({ name }) => name)],
    title: `${by} requires ${all.map(({ name }) => name).join(', ')}, which ${all.length === 1 ? 'is' : 'are'} not installed`,
    remedy: `install ${all.map(({ name, specifier }) => `${name}${specifier}`).join(' ')}`,
  }));
  const unfit = rooted.graph.unmet
    .filter(({ version }) => version !== undefined)
    .map(({ by, name, specifier, version }) => ({
      ...common,
      distributions: [by, name],
      title: `${by} requires ${name}${specifier}, but ${version} is installed`,
      remedy: `install a version of ${name} that ${by} allows`,
    }));
  return [...lacking, ...unfit];
};

/** Releases that their makers took back (PEP 592). */
export const yankedReleases: FindingSource = ({ subject }) =>
  subject.distributions.flatMap(({ name, version }) => {
    const yanked = subject.yanked.get(name);
    if (typeof yanked !== 'string') return [];
    return [
      {
        kind: 'yanked' as const,
        severity: 'warning' as const,
        distributions: [name],
        title: `${name} ${version} was yanked: its maker took the release back`,
        evidence: yanked === '' ? [] : [`the reason given: ${yanked}`],
        doubts: [],
        remedy: `take another version of ${name}`,
      },
    ];
  });
