import { aptPackage } from '../python/index.ts';
import type { BaseImage } from './base-images.ts';
import type { ForecastRequest, ForecastRow } from './forecast.ts';

/** A package that the table does not know: half of what people install by name is smaller, and some is very large. */
const unknownPackage = { sizeBytes: 20_000_000, uncertaintyBytes: 40_000_000 };

/** What `apt-get update` leaves in `/var/lib/apt/lists` on Debian, compressed by the image's own apt settings. */
const aptLists = { sizeBytes: 19_000_000, uncertaintyBytes: 4_000_000 };

/** These install a C compiler: its closure is counted once for all of them. */
const compilers = ['gcc', 'g++', 'gfortran', 'build-essential'];

/** A closure is known to this share; the release, the architecture and what else is installed move it. */
const closureMargin = 0.15;

/** The row of all `apt-get install`, undefined where nothing is installed; and the packages whose size is a guess. */
export function aptRow(
  request: ForecastRequest,
  base: BaseImage | undefined,
): { readonly row: ForecastRow; readonly unknown: readonly string[] } | undefined {
  if (request.aptPackages.length === 0) return undefined;
  const names = [...new Set(request.aptPackages.map((one) => one.replace(/[=/:].*$/, '')))];
  const fresh = names.filter((name) => base?.packages.has(name) !== true);
  const sizes = new Map(fresh.map((name) => [name, closureBytes(name, request.aptWithRecommends)]));
  const unknown = fresh.filter((name) => sizes.get(name) === undefined);
  const known = [...sizes].flatMap(([name, size]) => (size === undefined ? [] : [{ name, size }]));
  const sum = known.reduce((total, one) => total + one.size, 0);
  const expected = sum - sharedCompiler(known, request.aptWithRecommends);
  const largest = known.reduce((most, one) => Math.max(most, one.size), 0);
  const lists = request.keepsAptLists === true ? aptLists : { sizeBytes: 0, uncertaintyBytes: 0 };
  // Closures overlap: together they weigh at least as much as the largest, at most as much as all.
  const overlap = Math.min((expected - Math.min(largest, expected)) / 2, expected * 0.25);
  return {
    unknown,
    row: {
      group: 'system-packages',
      label: `apt-get install ${names.join(' ')}`,
      sizeBytes: Math.round(expected + unknown.length * unknownPackage.sizeBytes + lists.sizeBytes),
      uncertaintyBytes: Math.round(
        expected * closureMargin +
          overlap +
          unknown.length * unknownPackage.uncertaintyBytes +
          lists.uncertaintyBytes +
          // Even what is there already may be upgraded.
          (names.length - fresh.length) * 1_000_000,
      ),
    },
  };
}

function closureBytes(name: string, withRecommends: boolean): number | undefined {
  const entry = aptPackage(name);
  return withRecommends ? (entry?.withRecommendsBytes ?? entry?.closureBytes) : entry?.closureBytes;
}

/** What several compilers count more than once: all of `gcc`, and of `g++` where build-essential brings it. */
function sharedCompiler(
  known: readonly { readonly name: string; readonly size: number }[],
  withRecommends: boolean,
): number {
  const present = known.filter((one) => compilers.includes(one.name));
  if (present.length < 2) return 0;
  const gcc = closureBytes('gcc', withRecommends) ?? 0;
  const isAll = present.some((one) => one.name === 'build-essential');
  const distinct = present.filter(
    (one) => !isAll || one.name === 'build-essential' || one.name === 'gfortran',
  );
  const once = gcc + distinct.reduce((total, one) => total + Math.max(0, one.size - gcc), 0);
  return present.reduce((total, one) => total + one.size, 0) - once;
}
