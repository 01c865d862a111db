import type { ShrinkPass } from '../pass.ts';
import { aptPass } from './apt.ts';
import { buildFilesPass } from './build-files.ts';
import { buildToolsPass } from './build-tools.ts';
import { bytecodePass } from './bytecode.ts';
import { cudaPass } from './cuda.ts';
import { developmentPass } from './development.ts';
import { documentationPass } from './documentation.ts';
import { duplicatesPass } from './duplicates.ts';
import { headersPass } from './headers.ts';
import { packageCachesPass } from './package-caches.ts';
import { stripPass } from './strip.ts';
import { testsPass } from './tests.ts';
import { typeStubsPass } from './type-stubs.ts';

/** Every pass. The first one that takes a file has it: whole trees first, then single files, then parts of files that stay. */
export const shrinkPasses: readonly ShrinkPass[] = [
  packageCachesPass,
  developmentPass,
  buildToolsPass,
  aptPass,
  cudaPass,
  testsPass,
  headersPass,
  buildFilesPass,
  documentationPass,
  typeStubsPass,
  bytecodePass,
  stripPass,
  duplicatesPass,
];
