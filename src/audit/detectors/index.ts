import type { FileDetector, ImageDetector } from '../detector.ts';
import { bytecode } from './bytecode.ts';
import { compilerToolchain } from './compiler-toolchain.ts';
import { cudaWithoutGpu, duplicateCuda } from './cuda.ts';
import { dataSet } from './data-set.ts';
import { deadBytes } from './dead-bytes.ts';
import { devDependency } from './dev-dependency.ts';
import { documentation } from './documentation.ts';
import { gitDirectory } from './git-directory.ts';
import { headers } from './headers.ts';
import { heavyDependency } from './heavy-dependency.ts';
import { logOrDump } from './log-or-dump.ts';
import { modelWeights } from './model-weights.ts';
import { notebook } from './notebook.ts';
import { packageManagerCache } from './package-manager-cache.ts';
import { secretFile, secretInEnvironment } from './secret.ts';
import { staticLibrary } from './static-library.ts';
import { testsInDistribution } from './tests-in-distribution.ts';

/**
 * The waste classes of visible files. The first one that claims a file has it, so no byte is counted twice.
 * The order is that of the remedies, the one that takes the most with it first: whole trees (caches, histories),
 * whole packages, directories inside packages, single files.
 */
export const fileDetectors: readonly FileDetector[] = [
  packageManagerCache,
  gitDirectory,
  devDependency,
  compilerToolchain,
  cudaWithoutGpu,
  duplicateCuda,
  testsInDistribution,
  headers,
  staticLibrary,
  documentation,
  logOrDump,
  notebook,
  dataSet,
  bytecode,
];

/** What is looked at in the image as a whole: buried bytes, and findings that are no waste. */
export const imageDetectors: readonly ImageDetector[] = [
  deadBytes,
  secretFile,
  secretInEnvironment,
  modelWeights,
  heavyDependency,
];
