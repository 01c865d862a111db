import { z } from 'zod';
import { messageOf, UserError } from '../base/index.ts';
import { normaliseName } from './distribution-name.ts';
import { parseNamedRequirement } from './requirement-line.ts';
import type { ResolvedEnvironment, ResolvedWheel, ResolveRequirementsOptions } from './resolution.ts';

const reportSchema = z.object({
  version: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  install: z.array(
    z.object({
      download_info: z.object({
        url: z.string(),
        archive_info: z.object({ hashes: z.object({ sha256: z.string().optional() }).optional() }).optional(),
      }),
      requested: z.boolean(),
      // Since pip 24.
      is_yanked: z.boolean().optional(),
      requested_extras: z.array(z.string()).default([]),
      metadata: z.object({
        name: z.string(),
        version: z.string(),
        requires_dist: z.array(z.string()).default([]),
      }),
    }),
  ),
});

type ReportEntry = z.infer<typeof reportSchema>['install'][number];

/**
 * Reads an installation report of pip, version 1 (https://pip.pypa.io/en/stable/reference/installation-report/).
 *
 *     {"version": "1", "install": [{"download_info": {"url": "https://…/numpy-2.1-….whl"}, "requested": true,
 *       "metadata": {"name": "numpy", "version": "2.1", "requires_dist": []}}], "environment": {"python_version": "3.11"}}
 */
export function readPipReport(
  text: string,
  target: Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform'>,
): ResolvedEnvironment {
  let report: z.infer<typeof reportSchema>;
  try {
    report = reportSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`the report of pip cannot be read: ${messageOf(error)}`, {
      hint: 'Use another version of pip (22.2 or later).',
      cause: error,
    });
  }
  if (report.version !== '1') {
    throw new UserError(`the report of pip has version ${report.version}; only version 1 is known`, {
      hint: 'Use an older pip, or uv.',
    });
  }
  return { wheels: withRelations(report.install), warnings: environmentWarnings(report.environment, target) };
}

function withRelations(entries: readonly ReportEntry[]): ResolvedWheel[] {
  const names = new Set(entries.map((entry) => normaliseName(entry.metadata.name)));
  const requires = requiredNames(entries);
  return entries
    .map((entry): ResolvedWheel => {
      const name = normaliseName(entry.metadata.name);
      return {
        name,
        version: entry.metadata.version,
        url: entry.download_info.url,
        requires: [...(requires.get(name) ?? [])].filter((one) => names.has(one)).sort(),
        requestedBy: [...names].filter((other) => requires.get(other)?.has(name)).sort(),
        ...withHash(entry.download_info.archive_info?.hashes?.sha256),
        ...(entry.is_yanked !== undefined && { isYanked: entry.is_yanked }),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function withHash(sha256: string | undefined): Pick<ResolvedWheel, 'sha256'> {
  return sha256 === undefined ? {} : { sha256 };
}

/** Name → names it requires. Extras spread: `fastapi[standard]` asks for `uvicorn[standard]`, which asks for uvloop. */
function requiredNames(entries: readonly ReportEntry[]): ReadonlyMap<string, Set<string>> {
  const extras = new Map<string, Set<string>>();
  for (const entry of entries)
    extras.set(normaliseName(entry.metadata.name), new Set(entry.requested_extras.map(normaliseName)));
  const requires = new Map<string, Set<string>>();
  let before = -1;
  const sizeOf = (): number =>
    [...extras.values(), ...requires.values()].reduce((sum, set) => sum + set.size, 0);
  while (before !== sizeOf()) {
    before = sizeOf();
    for (const entry of entries) {
      const name = normaliseName(entry.metadata.name);
      const found = requires.get(name) ?? new Set();
      requires.set(name, found);
      for (const line of entry.metadata.requires_dist) {
        const requirement = parseNamedRequirement(line);
        if ('error' in requirement || !appliesWith(requirement.marker, extras.get(name))) continue;
        if (requirement.name !== name) found.add(requirement.name);
        for (const extra of requirement.extras) extras.get(requirement.name)?.add(extra);
      }
    }
  }
  return requires;
}

/** Only the extras of a marker are looked at: what does not apply for other reasons is not in the resolution. */
function appliesWith(marker: string | undefined, extras: ReadonlySet<string> | undefined): boolean {
  const asked = [...(marker ?? '').matchAll(/extra\s*==\s*['"]([^'"]+)['"]/g)].map((match) =>
    normaliseName(match[1] ?? ''),
  );
  return asked.length === 0 || asked.some((extra) => extras?.has(extra));
}

/** pip evaluates markers for the Python and the system it runs on, whatever `--platform` says. */
function environmentWarnings(
  environment: Readonly<Record<string, string>>,
  target: Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform'>,
): string[] {
  const differing = [
    ['Python', environment['python_version'], target.pythonVersion],
    ['system', environment['sys_platform'], 'linux'],
    ['processor', environment['platform_machine']?.replace('arm64', 'aarch64'), target.platform.architecture],
  ].filter(([, here, there]) => here !== undefined && here !== there);
  if (differing.length === 0) return [];
  const what = differing.map(([label, here, there]) => `${label} ${here} instead of ${there}`).join(', ');
  return [
    `pip ran on ${what}: requirements with an environment marker may be resolved differently in the image`,
  ];
}
