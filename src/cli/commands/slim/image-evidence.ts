import type { DebianSuite } from '../../../python/index.ts';
import {
  type ImageEvidence,
  imageLibraries,
  requestedDistributions,
  touchedFiles,
} from '../../../slim/index.ts';
import type { ReadImage } from '../../read-opened.ts';
import type { SlimTask } from './slim-task.ts';

/** What the fat image, read with `linkageCapture`, tells of the system libraries that its Python environments load. */
export function imageEvidence(
  { project, study }: Pick<SlimTask, 'project' | 'study'>,
  { root, distributions, side }: Pick<ReadImage, 'root' | 'distributions' | 'side'>,
  suite: DebianSuite,
): ImageEvidence {
  const { stages, target } = project.dockerfile.model;
  const isSlim = /[:-]slim\b/.test(stages[target]?.base ?? '');
  return {
    libraries: imageLibraries({
      root,
      inventory: side.inventory,
      distributions,
      suite,
      // Another base's layers go.
      keptLayerCount: isSlim ? side.baseLayerCount : 0,
    }),
    distributions,
    requested: requestedDistributions(study),
    touchedFiles: touchedFiles(project, root),
  };
}
