import { bytecodeRatio } from '../python/index.ts';
import type { BaseImage } from './base-images.ts';
import { type Share, symbolShare, tracedShare } from './distribution-shares.ts';
import type { ForecastRow, PythonInstallation, WheelFacts } from './forecast.ts';

/**
 * What becomes of each class, measured with CPython 3.11 on a small service (fastapi, pandas, scikit-learn), a CPU set
 * (torch, transformers and those) and 230 distributions. The guard lets go 88 to 98% of the tests.
 */
const shares = {
  bytecode: { expected: bytecodeRatio, margin: 0.12 },
  removedTests: { expected: 0.94, margin: 0.06 },
  removedHeaders: { expected: 0.95, margin: 0.05 },
} as const satisfies Record<string, Share>;

/** What `python -m venv` puts into a new environment, with bytecode: pip, and setuptools before Python 3.12. */
const environmentBytes = {
  pip: { expected: 11_200_000, margin: 2_500_000 },
  setuptools: { expected: 5_700_000, margin: 1_500_000 },
};

/** virtualenv, by which Poetry and pipenv make environments, unpacks pip, setuptools and wheel below `~/.local/share` first. */
const seedBytes = { expected: 10_300_000, margin: 4_000_000 };

/** Building a project leaves what it fetched to build with in pip's cache (setuptools, Cython), and what it built. */
const projectBytes = {
  withCache: { expected: 5_000_000, margin: 5_000_000 },
  without: { expected: 300_000, margin: 1_500_000 },
};

/** Bytecode of pip's own modules and of those of the standard library that it uses, or that any Python program uses. */
const ownBytecode = {
  pip: { expected: 3_900_000, margin: 1_500_000 },
  python: { expected: 1_300_000, margin: 1_000_000 },
  none: { expected: 0, margin: 0 },
};

/** Scripts, RECORD lines of bytecode and file-system rounding, none of which the wheel's directory shows. */
const unseenShare = 0.01;

/** The row of an installation of wheels. */
export function pythonRow(
  resolved: readonly WheelFacts[],
  python: PythonInstallation & { readonly base?: BaseImage | undefined },
): ForecastRow {
  const { base } = python;
  // pip leaves alone what is there in the wanted version.
  const wheels = resolved.filter(({ name, version }) => base?.distributions?.get(name) !== version);
  const sum = (pick: (wheel: WheelFacts) => number): number =>
    wheels.reduce((total, wheel) => total + pick(wheel), 0);
  const estimate = new Estimate();
  const total = sum((wheel) => wheel.contents.totalBytes);
  estimate.add(total, { expected: 1, margin: unseenShare });
  const testBytes = sum((wheel) => wheel.contents.testBytes);
  if (python.withoutTests) estimate.remove(testBytes, shares.removedTests);
  for (const wheel of wheels) addBytecode(estimate, wheel, python);
  if (python.withoutHeaders)
    estimate.remove(
      sum((wheel) => wheel.contents.headerBytes),
      shares.removedHeaders,
    );
  if (python.isStripped)
    for (const { name, contents } of wheels) estimate.remove(contents.nativeBytes, symbolShare(name));
  if (python.hasOwnPip === true) {
    estimate.add(1, environmentBytes.pip);
    if (isBefore312(base?.pythonVersion)) estimate.add(1, environmentBytes.setuptools);
  }
  if (python.keepsSeeds === true) estimate.add(1, seedBytes);
  if (python.buildsProject === true)
    estimate.add(1, python.keepsPipCache === true ? projectBytes.withCache : projectBytes.without);
  estimate.add(1, ownBytecode[python.leavesOwnBytecode ?? 'none']);
  const cacheBytes = sum(
    ({ isCachedByPip, contents }) =>
      (python.keepsPipCache === true && isCachedByPip ? contents.wheelBytes : 0) +
      (python.keepsWheels === true ? contents.wheelBytes : 0),
  );
  estimate.add(cacheBytes, { expected: 1, margin: 0.03 });
  const kept = python.keepsWheels === true ? ', with the wheels themselves' : ', with what pip downloaded';
  const cached = cacheBytes > 0 ? kept : '';
  return {
    group: 'python-dependencies',
    label: `${wheels.length} Python distributions${cached}`,
    ...estimate.rounded(),
    ...compressed({
      estimate: estimate.rounded().sizeBytes,
      total,
      cacheBytes,
      downloaded: sum((wheel) => wheel.contents.wheelBytes),
    }),
  };
}

function isBefore312(version: string | undefined): boolean {
  return version !== undefined && Number(version.split('.')[1]) < 12;
}

function addBytecode(
  estimate: Estimate,
  { name, contents }: WheelFacts,
  { bytecode, withoutTests }: PythonInstallation,
): void {
  if (bytecode === 'none') return;
  const keptTests = withoutTests ? 1 - shares.removedTests.expected : 1;
  const sourceBytes = contents.sourceBytes + contents.testSourceBytes * keptTests;
  estimate.add(sourceBytes, shares.bytecode);
  if (bytecode === 'all') return;
  const traced = tracedShare(name);
  estimate.remove(sourceBytes * shares.bytecode.expected, { ...traced, expected: 1 - traced.expected });
}

/** A wheel is compressed as a layer is; what is compiled, or removed, is taken in proportion, and a cache shrinks no further. */
function compressed(bytes: {
  readonly estimate: number;
  readonly total: number;
  readonly cacheBytes: number;
  readonly downloaded: number;
}): { readonly compressedBytes?: number } {
  if (bytes.total === 0) return {};
  const ratio = bytes.downloaded / bytes.total;
  return { compressedBytes: Math.round((bytes.estimate - bytes.cacheBytes) * ratio + bytes.cacheBytes) };
}

class Estimate {
  #bytes = 0;
  #margin = 0;

  add(bytes: number, share: Share): void {
    this.#bytes += bytes * share.expected;
    this.#margin += bytes * share.margin;
  }

  remove(bytes: number, share: Share): void {
    this.#bytes -= bytes * share.expected;
    this.#margin += bytes * share.margin;
  }

  rounded(): { readonly sizeBytes: number; readonly uncertaintyBytes: number } {
    return { sizeBytes: Math.round(Math.max(0, this.#bytes)), uncertaintyBytes: Math.round(this.#margin) };
  }
}
