import { bytecodeRatio } from '../python/index.ts';
import type { ForecastRow, PythonInstallation, WheelFacts } from './forecast.ts';

/** A share of some bytes, and how far it may be off. */
interface Share {
  readonly expected: number;
  readonly margin: number;
}

/**
 * What becomes of each class, measured with CPython 3.11 on a small service (fastapi, pandas, scikit-learn), a CPU set
 * (torch, transformers and those) and 230 distributions. Of all bytecode, workloads load 61% in the small service and 29%
 * in the CPU set; the guard lets go 88 to 95% of the tests; stripping takes 15% of scientific libraries, 21% of
 * libtorch_cpu, and nothing where the wheel's maker has stripped already.
 */
const shares = {
  bytecode: { expected: bytecodeRatio, margin: 0.12 },
  tracedBytecode: { expected: 0.45, margin: 0.2 },
  removedTests: { expected: 0.91, margin: 0.09 },
  removedHeaders: { expected: 0.95, margin: 0.05 },
  removedSymbols: { expected: 0.15, margin: 0.1 },
} as const satisfies Record<string, Share>;

/** What `python -m venv` puts into a new environment: pip with its bytecode, and setuptools before Python 3.12. */
const virtualEnvironmentBytes = { expected: 18_000_000, margin: 5_000_000 };

/** Scripts, RECORD lines of bytecode and file-system rounding, none of which the wheel's directory shows. */
const unseenShare = 0.01;

/** The row of an installation of wheels. */
export function pythonRow(wheels: readonly WheelFacts[], python: PythonInstallation): ForecastRow {
  const sum = (pick: (wheel: WheelFacts) => number): number =>
    wheels.reduce((total, wheel) => total + pick(wheel), 0);
  const estimate = new Estimate();
  const total = sum((wheel) => wheel.contents.totalBytes);
  estimate.add(total, { expected: 1, margin: unseenShare });
  const testBytes = sum((wheel) => wheel.contents.testBytes);
  if (python.withoutTests) estimate.remove(testBytes, shares.removedTests);
  const testSources = sum((wheel) => wheel.contents.testSourceBytes);
  const keptTestSources = python.withoutTests
    ? testSources * (1 - shares.removedTests.expected)
    : testSources;
  addBytecode(estimate, sum((wheel) => wheel.contents.sourceBytes) + keptTestSources, python.bytecode);
  if (python.withoutHeaders)
    estimate.remove(
      sum((wheel) => wheel.contents.headerBytes),
      shares.removedHeaders,
    );
  if (python.isStripped)
    estimate.remove(
      sum((wheel) => wheel.contents.nativeBytes),
      shares.removedSymbols,
    );
  if (python.isVirtualEnvironment === true) estimate.add(1, virtualEnvironmentBytes);
  const cacheBytes = python.keepsPipCache
    ? sum((wheel) => (wheel.isCachedByPip ? wheel.contents.wheelBytes : 0))
    : 0;
  estimate.add(cacheBytes, { expected: 1, margin: 0.03 });
  const cached = cacheBytes > 0 ? ', with what pip downloaded' : '';
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

function addBytecode(
  estimate: Estimate,
  sourceBytes: number,
  bytecode: PythonInstallation['bytecode'],
): void {
  if (bytecode === 'none') return;
  estimate.add(sourceBytes, shares.bytecode);
  if (bytecode === 'traced')
    estimate.remove(sourceBytes * shares.bytecode.expected, {
      expected: 1 - shares.tracedBytecode.expected,
      margin: shares.tracedBytecode.margin,
    });
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
