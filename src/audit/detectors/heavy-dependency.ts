import { findingFacts } from '../../finding/index.ts';
import type { ImageDetector } from '../detector.ts';

// Lighter distributions that offer the same import.
const alternatives: Readonly<Record<string, string>> = {
  'opencv-python': 'opencv-python-headless',
  'opencv-contrib-python': 'opencv-contrib-python-headless',
  tensorflow: 'tensorflow-cpu',
  xgboost: 'xgboost-cpu',
  'onnxruntime-gpu': 'onnxruntime',
  'faiss-gpu': 'faiss-cpu',
  'paddlepaddle-gpu': 'paddlepaddle',
};
const heavyBytes = 100_000_000;

/** Distributions of 100 MB and more, and those for which a lighter one is known. */
export const heavyDependency: ImageDetector = {
  name: 'heavy-dependency',
  detect: (subject) =>
    subject.distributions.flatMap((one) => {
      const alternative = alternatives[one.name.toLowerCase().replace(/[-_.]+/g, '-')];
      if (one.sizeBytes < heavyBytes && alternative === undefined) return [];
      const found = one.files.map((path) => ({ path, visible: subject.root.get(path) }));
      const files = found.map(({ path, visible }) => ({ path, sizeBytes: visible?.entry.sizeBytes ?? 0 }));
      const layers = new Set(found.flatMap(({ visible }) => visible?.layer ?? []));
      // What lies in several layers is not any one's.
      const [layer] = layers.size === 1 ? layers : [];
      return [
        {
          kind: 'heavy-dependency' as const,
          distribution: one.name,
          version: one.version,
          ...(alternative === undefined ? {} : { alternative }),
          ...findingFacts('heavy-dependency', {
            files,
            ...(layer === undefined ? {} : { layer, instruction: subject.instructionOf(layer) }),
            owner: { kind: 'distribution', name: one.name, version: one.version },
            ...(alternative === undefined
              ? {}
              : { remedy: `Install ${alternative} instead, if its use allows.` }),
          }),
        },
      ];
    }),
};
