import { aptPackage } from '../python/index.ts';
import { aptFromIndex } from './apt-from-index.ts';
import type { AptSize, AptWish } from './apt-size.ts';
import type { BaseImage } from './base-images.ts';
import type { ForecastFacts, ForecastRow } from './forecast.ts';

/** A package that nobody knows: half of what people install by name is smaller, and some is very large. */
const unknownPackage = { sizeBytes: 20_000_000, uncertaintyBytes: 40_000_000 };

/** What `apt-get update` leaves in `/var/lib/apt/lists` on Debian, compressed by the image's own apt settings (bookworm: 19.9 MB). */
const aptLists = { sizeBytes: 19_500_000, uncertaintyBytes: 2_500_000 };

/** These install a C compiler: its closure is counted once for all of them. */
const compilers = ['gcc', 'g++', 'gfortran', 'build-essential'];

/** A closure is known to this share; the release, the architecture and what else is installed move it. */
const closureMargin = 0.15;

/** The row of all `apt-get install`, undefined where nothing is installed; and the packages whose size is a guess. */
export function aptRow(
  { request, debian }: Pick<ForecastFacts, 'request' | 'debian'>,
  base: BaseImage | undefined,
): { readonly row: ForecastRow; readonly unknown: readonly string[] } | undefined {
  if (request.aptPackages.length === 0) return undefined;
  const names = [...new Set(request.aptPackages.map((one) => one.replace(/[=/:].*$/, '')))];
  const wanted = { names, withRecommends: request.aptWithRecommends };
  const size =
    debian !== undefined && base !== undefined
      ? aptFromIndex(debian, base, wanted)
      : aptFromTable(base, wanted);
  const lists = request.keepsAptLists === true ? aptLists : { sizeBytes: 0, uncertaintyBytes: 0 };
  const guessed = size.unknown.length;
  return {
    unknown: size.unknown,
    row: {
      group: 'system-packages',
      label: `apt-get install ${names.join(' ')}`,
      sizeBytes: Math.round(size.sizeBytes + guessed * unknownPackage.sizeBytes + lists.sizeBytes),
      uncertaintyBytes: Math.round(
        size.uncertaintyBytes + guessed * unknownPackage.uncertaintyBytes + lists.uncertaintyBytes,
      ),
    },
  };
}

function aptFromTable(base: BaseImage | undefined, { names, withRecommends }: AptWish): AptSize {
  const fresh = names.filter((name) => base?.packages.has(name) !== true);
  const sizes = new Map(fresh.map((name) => [name, closureBytes(name, withRecommends)]));
  const known = [...sizes].flatMap(([name, size]) => (size === undefined ? [] : [{ name, size }]));
  const sum = known.reduce((total, one) => total + one.size, 0);
  const expected = sum - sharedCompiler(known, withRecommends);
  const largest = known.reduce((most, one) => Math.max(most, one.size), 0);
  // Closures overlap: together they weigh at least as much as the largest, at most as much as all.
  const overlap = Math.min((expected - Math.min(largest, expected)) / 2, expected * 0.25);
  return {
    sizeBytes: expected,
    // Even what is there already may be upgraded.
    uncertaintyBytes: expected * closureMargin + overlap + (names.length - fresh.length) * 1_000_000,
    unknown: fresh.filter((name) => sizes.get(name) === undefined),
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
