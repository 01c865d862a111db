import type { VisibleEntry } from '../../filetree/index.ts';
import { type Finding, findingFacts, findingKinds, type WeightsFormat } from '../../finding/index.ts';
import type { ImageDetector } from '../detector.ts';
import { weightsFormat } from '../weights-format.ts';

const pickleNote =
  'Loading a pickle runs whatever code is in it: convert to safetensors, or load with `weights_only=True`.';

/** Model weights that layers hold: no waste by themselves, but the reason of many a slow push. */
export const modelWeights: ImageDetector = {
  name: 'model-weights',
  detect(subject) {
    const groups = new Map<
      string,
      { layer: number; format: WeightsFormat; files: VisibleEntry['entry'][] }
    >();
    for (const { entry, layer } of subject.root.entries()) {
      const format = weightsFormat(entry);
      if (format === undefined || subject.ownerOf(entry.path) !== undefined) continue;
      const group = groups.get(`${layer} ${format}`);
      if (group === undefined) groups.set(`${layer} ${format}`, { layer, format, files: [entry] });
      else group.files.push(entry);
    }
    return [...groups.values()].map(({ layer, format, files }): Finding => {
      const isCode = format === 'pickle' || format === 'torch';
      const { remedy } = findingKinds['model-weights'];
      const facts = findingFacts('model-weights', {
        files,
        layer,
        instruction: subject.instructionOf(layer),
        ...(isCode ? { remedy: `${remedy} ${pickleNote}` } : {}),
      });
      return { kind: 'model-weights', format, ...facts };
    });
  },
};
