import type { FindingSource } from '../judged.ts';
import { missingDistributions, missingPrograms, unmetRequirements, yankedReleases } from './broken.ts';
import { unlistedImports, unpinnedRequirements } from './listing.ts';
import {
  developmentDistributions,
  gpuWithoutGpu,
  smallerDistributions,
  unusedDistributions,
} from './needless.ts';
import { overwrittenFiles, samePurposes } from './overlapping.ts';

/** Every kind of finding, in the order in which equals are shown. */
export const findingSources: readonly FindingSource[] = [
  missingDistributions,
  missingPrograms,
  unmetRequirements,
  overwrittenFiles,
  yankedReleases,
  gpuWithoutGpu,
  developmentDistributions,
  unusedDistributions,
  samePurposes,
  smallerDistributions,
  unlistedImports,
  unpinnedRequirements,
];
