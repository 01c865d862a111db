import { formatBytes } from '../../base/index.ts';
import { cpuVariant, gpuCompanionOf, smallerDistribution } from '../../python/index.ts';
import { leavingBytes } from '../costs.ts';
import type { FindingSource, JudgedSubject } from '../judged.ts';
import type { DepsFinding } from '../report.ts';

/** Everything that only development uses, in one: it goes together. */
export const developmentDistributions: FindingSource = (judged) => {
  const { subject, rooted, verdicts } = judged;
  const names = rootsOfUse(judged, 'development');
  if (names.length === 0) return [];
  const leaving = leavingBytes(rooted, new Set(names), subject.distributions);
  const others = leaving.names.length - names.length;
  return [
    {
      kind: 'development',
      severity: 'warning',
      distributions: names,
      title: `only development uses ${listed(names)}${others > 0 ? ` (${others} more ${others === 1 ? 'comes' : 'come'} along)` : ''}`,
      evidence: names.map(
        (name) => `${name}: ${(verdicts.get(name)?.evidence ?? []).slice(0, 2).join('; ')}`,
      ),
      doubts: names.flatMap((name) => (verdicts.get(name)?.doubts ?? []).map((doubt) => `${name}: ${doubt}`)),
      remedy: developmentRemedy(judged, names),
      savedBytes: leaving.sizeBytes,
    },
  ];
};

function developmentRemedy({ subject }: JudgedSubject, names: readonly string[]): string {
  const files = new Set(subject.requested.filter(({ name }) => names.includes(name)).map(({ file }) => file));
  const install = subject.installs.find(({ production }) => production !== undefined);
  if (install !== undefined && files.size > 0 && !files.has(install.production ?? ''))
    return `let ${install.place} install ${install.production} in place of ${install.file} (plimsoll slim does)`;
  const tool = subject.installs.find(
    ({ file, withoutDevelopment }) => withoutDevelopment !== undefined && files.has(file),
  );
  if (tool !== undefined) return `let ${tool.place} run \`${tool.withoutDevelopment}\``;
  if (subject.kind === 'project' && [...files].some((file) => /\.(?:txt|in)$/.test(file)))
    return 'keep them out of what the image installs: `plimsoll deps --fix` moves them to a development file';
  return subject.kind === 'project'
    ? 'keep them out of what the image installs: list them in a group for development'
    : 'do not install them into the image: give development a requirements file of its own';
}

/** What is asked for and nothing is seen to use, one by one, since each is a decision of its own. */
export const unusedDistributions: FindingSource = (judged) => {
  const { subject, rooted, verdicts } = judged;
  return (['unused', 'doubtful'] as const).flatMap((use) =>
    rootsOfUse(judged, use).map((name): DepsFinding => {
      const leaving = leavingBytes(rooted, new Set([name]), subject.distributions);
      const verdict = verdicts.get(name);
      const place = subject.requested.find((one) => one.name === name);
      return {
        kind: 'unused',
        severity: use === 'unused' ? 'warning' : 'info',
        distributions: [name],
        title: use === 'unused' ? `nothing uses ${name}` : `nothing is seen to use ${name}`,
        evidence: [
          `${verdict?.evidence[0] ?? ''}, nothing starts it, nothing that stays requires it`,
          ...(use === 'unused' && subject.importedWithin !== undefined
            ? ['no code of another distribution imports it']
            : []),
        ],
        doubts: verdict?.doubts ?? [],
        remedy:
          use === 'unused'
            ? `remove it${place === undefined ? '' : ` from ${place.file}:${place.line}`}, and run the application once`
            : 'find out before you remove it',
        savedBytes: leaving.sizeBytes,
      };
    }),
  );
};

function rootsOfUse({ rooted, verdicts }: JudgedSubject, use: string): readonly string[] {
  const roots = new Set(rooted.roots.map(({ name }) => name));
  return [...roots].filter((name) => verdicts.get(name)?.use === use).sort();
}

/** Builds for a GPU where nothing uses one, with what only they bring. */
export const gpuWithoutGpu: FindingSource = ({ subject, rooted }) => {
  if (subject.target.device === 'gpu') return [];
  const companions = subject.distributions.filter(({ name }) => gpuCompanionOf(name) !== undefined);
  const builds = subject.distributions.filter(({ name, version }) => {
    const variant = cpuVariant(name);
    if (variant === undefined) return false;
    const brings = companions.some((one) => gpuCompanionOf(one.name) === variant.family);
    return variant.how === 'rename' || brings || /\+(?:cu|rocm)/.test(version);
  });
  if (builds.length + companions.length === 0) return [];
  const leaving = leavingBytes(rooted, new Set(companions.map(({ name }) => name)), subject.distributions);
  const names = new Set(subject.distributions.map(({ name }) => name));
  const steps = builds.flatMap(({ name }) => {
    const variant = cpuVariant(name);
    if (variant === undefined) return [];
    if (variant.how === 'index') return [`take ${name} from ${variant.indexUrl}`];
    if (variant.how === 'extras') return [`ask for ${name} without ${variant.extrasDropped.join(', ')}`];
    return [`install ${variant.name} in place of ${name}`];
  });
  return [
    {
      kind: 'gpu-without-gpu',
      severity: 'warning',
      distributions: [...builds, ...companions].map(({ name }) => name),
      title: `${listed(builds.length > 0 ? builds.map(({ name }) => name) : companions.map(({ name }) => name))} ${builds.length === 1 ? 'is a build' : 'are builds'} for a GPU, and nothing here uses one`,
      evidence: [
        subject.target.evidence,
        ...(companions.length > 0
          ? [
              `${companions.length} distributions come along for it: ${listed(companions.map(({ name }) => name))}`,
            ]
          : []),
        ...(builds.length > 0 ? ['what the builds themselves differ by comes on top'] : []),
      ],
      doubts: builds.flatMap(({ name }) => {
        const host = cpuVariant(name)?.requiredBy.find((one) => names.has(one));
        return host === undefined ? [] : [`${host} requires ${name} by name`];
      }),
      remedy: steps.length > 0 ? steps.join('; ') : 'remove them',
      savedBytes: leaving.sizeBytes,
    },
  ];
};

/** A larger distribution whose smaller twin does the same here. */
export const smallerDistributions: FindingSource = ({ subject }) => {
  const names = new Set(subject.distributions.map(({ name }) => name));
  return subject.distributions.flatMap(({ name }) => {
    const smaller = smallerDistribution(name);
    if (smaller === undefined || subject.uses.fileCount === 0 || names.has(smaller.to)) return [];
    if (smaller.unlessCalls.some((call) => subject.uses.calls.has(call))) return [];
    const host = smaller.requiredBy.find((one) => names.has(one));
    return [
      {
        kind: 'smaller-distribution' as const,
        severity: host === undefined ? ('warning' as const) : ('info' as const),
        distributions: [name],
        title: `${smaller.to} does what ${name} does here`,
        evidence: [
          `no code calls ${smaller.unlessCalls.slice(0, 3).join(', ')} or the like`,
          `${smaller.to} is ${formatBytes(smaller.savesBytes)} smaller and needs no ${smaller.dropsSystemPackages[0] ?? 'system packages'}`,
        ],
        doubts: host === undefined ? [] : [`${host} requires ${name} by name, and would bring it back`],
        remedy: `install ${smaller.to} in place of ${name}`,
        savedBytes: smaller.savesBytes,
      },
    ];
  });
};

/** `a`, `a and b`, `a, b, c and 5 more`. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length <= 1) return names[0] ?? '';
  const isLong = names.length > most + 1;
  const shown = isLong ? names.slice(0, most) : names.slice(0, -1);
  return `${shown.join(', ')} and ${isLong ? `${names.length - most} more` : names.at(-1)}`;
}
