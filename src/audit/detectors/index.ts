import type { FileDetector, ImageDetector, RemainderDetector } from '../detector.ts';
import { archive } from './archive.ts';
import { buildConfiguration } from './build-configuration.ts';
import { bytecode } from './bytecode.ts';
import { compilerToolchain } from './compiler-toolchain.ts';
import { coreDump } from './core-dump.ts';
import { cudaWithoutGpu } from './cuda-without-gpu.ts';
import { dataSet } from './data-set.ts';
import { deadBytes } from './dead-bytes.ts';
import { devDependency } from './dev-dependency.ts';
import { documentation } from './documentation.ts';
import { duplicateCuda } from './duplicate-cuda.ts';
import { duplicateFile } from './duplicate-file.ts';
import { editorLeftover } from './editor-leftover.ts';
import { headers } from './headers.ts';
import { heavyDependency } from './heavy-dependency.ts';
import { logOrDump } from './log-or-dump.ts';
import { modelWeights } from './model-weights.ts';
import { notebook } from './notebook.ts';
import { orphanedBytecode } from './orphaned-bytecode.ts';
import { packageArchive } from './package-archive.ts';
import { packageManagerCache } from './package-manager-cache.ts';
import { pythonTranslations } from './python-translations.ts';
import { secretFile } from './secret-file.ts';
import { secretInEnvironment } from './secret-in-environment.ts';
import { secretInHistory } from './secret-in-history.ts';
import { staleBytecode } from './stale-bytecode.ts';
import { staticLibrary } from './static-library.ts';
import { testsInDistribution } from './tests-in-distribution.ts';
import { unstrippedLibrary } from './unstripped-library.ts';
import { versionControl } from './version-control.ts';

/**
 * The waste classes of visible files. The first one that claims a file has it, so no byte is counted twice.
 * The order is that of the remedies, the one that takes the most with it first: whole trees (caches, histories),
 * whole packages, directories inside packages, single files.
 */
export const fileDetectors: readonly FileDetector[] = [
  packageManagerCache,
  versionControl,
  editorLeftover,
  devDependency,
  cudaWithoutGpu,
  duplicateCuda,
  compilerToolchain,
  testsInDistribution,
  headers,
  staticLibrary,
  buildConfiguration,
  documentation,
  pythonTranslations,
  coreDump,
  logOrDump,
  packageArchive,
  notebook,
  archive,
  dataSet,
  orphanedBytecode,
  staleBytecode,
];

/** What is taken of the files that are left: whole copies first, then what stripping takes off the rest. */
export const remainderDetectors: readonly RemainderDetector[] = [duplicateFile, unstrippedLibrary];

/** What is looked at in the image as a whole: buried bytes, and findings that are no waste. */
export const imageDetectors: readonly ImageDetector[] = [
  deadBytes,
  secretFile,
  secretInEnvironment,
  secretInHistory,
  modelWeights,
  bytecode,
  heavyDependency,
];
