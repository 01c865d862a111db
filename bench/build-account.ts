import type { BuildStep } from '../src/engines/index.ts';
import type { Transfer } from './wire-meter.ts';

/*
 * What pip prints under BuildKit's `--progress=plain`:
 *
 *   #12 3.402 Collecting orjson
 *   #12 3.410   Downloading orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl.metadata (43 kB)
 *   #12 3.415   Using cached click-8.5.0-py3-none-any.whl (125 kB)
 *   #12 3.435 Downloading http://172.17.0.1:18484/packages/orjson-3.12.0-cp311-cp311-manylinux_2_17_x86_64.whl (131 kB)
 */
const downloadLine = /^#\d+ \d+\.\d+ +Downloading (?:\S*\/)?([^\s/]+\.(?:whl|tar\.gz|zip)) \(/;

/** The distribution files (wheels and source archives) that pip says it downloaded, each once, in order. */
export function downloadedFiles(buildOutput: readonly string[]): string[] {
  return [...new Set(buildOutput.flatMap((line) => downloadLine.exec(line)?.[1] ?? []))];
}

/** The normalized project name of a distribution file (PEP 503, PEP 427): `Scikit_Learn-1.9.1-….whl` → `scikit-learn`. */
export function projectOfFile(file: string): string {
  const name = file.endsWith('.whl') ? (file.split('-')[0] ?? file) : file.replace(/-\d.*$/, '');
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Steps of a build that install packages, and how many of them came from the cache. */
export interface InstallSteps {
  readonly count: number;
  readonly cachedCount: number;
}

const installStep = /^\[[^\]]+\] RUN .*\b(?:pip3? (?:--?\S+ )*install|apt(?:-get)? (?:--?\S+ )*install)\b/s;

/** Counts the steps that install with pip or apt. */
export function installSteps(steps: readonly BuildStep[]): InstallSteps {
  const installs = steps.filter(({ name }) => installStep.test(name));
  return { count: installs.length, cachedCount: installs.filter(({ isCached }) => isCached).length };
}

/** Bytes that a build downloaded. */
export interface DownloadedBytes {
  readonly allBytes: number;
  /** Of them, bodies of distribution files; 0 where they came through an encrypted tunnel. */
  readonly distributionBytes: number;
}

/** Sums what went over the wire. */
export function downloadedBytes(transfers: readonly Transfer[]): DownloadedBytes {
  const sum = (some: readonly Transfer[]): number => some.reduce((total, one) => total + one.bodyBytes, 0);
  return {
    allBytes: sum(transfers),
    distributionBytes: sum(transfers.filter(({ url }) => /\.(?:whl|tar\.gz|zip)$/.test(pathOf(url)))),
  };
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : '';
}
