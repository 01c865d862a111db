import { parse } from 'smol-toml';
import { z } from 'zod';
import { messageOf, UserError } from '../base/index.ts';
import { normaliseName } from './distribution-name.ts';
import { platformTags } from './platform-tags.ts';
import type { ResolvedEnvironment, ResolvedWheel, ResolveRequirementsOptions } from './resolution.ts';

const wheelSchema = z.object({
  name: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  hashes: z.object({ sha256: z.string().optional() }).optional(),
});
const lockSchema = z.object({
  'lock-version': z.string().startsWith('1.'),
  packages: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().optional(),
        wheels: z.array(wheelSchema).default([]),
        archive: wheelSchema.optional(),
      }),
    )
    .default([]),
});

type LockedWheel = z.infer<typeof wheelSchema>;

/**
 * Reads a lock file after PEP 751 and takes of each package the wheel that fits the target best.
 *
 *     lock-version = "1.0"
 *     [[packages]]
 *     name = "numpy"
 *     version = "2.1.0"
 *     wheels = [{ url = "https://…/numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl" }]
 */
export function readUvLock(
  text: string,
  target: Pick<ResolveRequirementsOptions, 'pythonVersion' | 'platform'>,
): ResolvedEnvironment {
  let lock: z.infer<typeof lockSchema>;
  try {
    lock = lockSchema.parse(parse(text));
  } catch (error) {
    throw new UserError(`the lock file of uv cannot be read: ${messageOf(error)}`, {
      hint: 'Use another version of uv, or pip.',
      cause: error,
    });
  }
  const platforms = [...platformTags(target.platform), 'any'];
  const wheels = lock.packages.map((entry): ResolvedWheel => {
    const candidates = entry.archive ? [entry.archive] : entry.wheels;
    const best = bestWheel(candidates, platforms, target.pythonVersion.replace('.', ''));
    if (best === undefined)
      throw new UserError(`${entry.name} ${entry.version ?? ''} has no wheel for this Python and platform`);
    return {
      name: normaliseName(entry.name),
      version: entry.version ?? '',
      ...best,
      requires: undefined,
      requestedBy: undefined,
    };
  });
  return { wheels: wheels.sort((a, b) => (a.name < b.name ? -1 : 1)), warnings: [] };
}

/** A wheel's rank is the place of its platform tag, then whether it is for this very Python (PEP 425). */
function bestWheel(
  wheels: readonly LockedWheel[],
  platforms: readonly string[],
  python: string,
): Pick<ResolvedWheel, 'url' | 'sha256'> | undefined {
  const ranked = wheels.flatMap((wheel) => {
    const url = wheel.url ?? (wheel.path === undefined ? undefined : new URL(wheel.path, 'file:///').href);
    const file = decodeURIComponent((url ?? '').split('/').pop() ?? '').replace(/\.whl$/, '');
    const [platform = '', abi = '', interpreter = ''] = file.split('-').reverse();
    const place = Math.min(...platform.split('.').map((tag) => indexOrInfinity(platforms, tag)));
    const fit = pythonFit(interpreter.split('.'), abi.split('.'), python);
    return url === undefined || place === Number.POSITIVE_INFINITY || fit === undefined
      ? []
      : [{ url, sha256: wheel.hashes?.sha256, rank: fit * 1000 + place }];
  });
  const [best] = ranked.sort((a, b) => a.rank - b.rank);
  return best && { url: best.url, ...(best.sha256 !== undefined && { sha256: best.sha256 }) };
}

function pythonFit(
  interpreters: readonly string[],
  abis: readonly string[],
  python: string,
): number | undefined {
  if (interpreters.includes(`cp${python}`) && abis.includes(`cp${python}`)) return 0;
  const minor = Number(python.slice(1));
  const stable = interpreters.some((tag) => /^cp3\d*$/.test(tag) && Number(tag.slice(3) || 0) <= minor);
  if (abis.includes('abi3') && stable) return 1;
  if (!abis.includes('none')) return undefined;
  return interpreters.some((tag) => tag === 'py3' || tag === `py${python}` || tag === `cp${python}`)
    ? 2
    : undefined;
}

function indexOrInfinity(list: readonly string[], item: string): number {
  const at = list.indexOf(item);
  return at === -1 ? Number.POSITIVE_INFINITY : at;
}
