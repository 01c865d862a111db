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
      const files = one.files.map((path) => ({
        path,
        sizeBytes: subject.root.get(path)?.entry.sizeBytes ?? 0,
      }));
      return [
        {
          kind: 'heavy-dependency' as const,
          distribution: one.name,
          version: one.version,
          ...(alternative === undefined ? {} : { alternative }),
          ...findingFacts('heavy-dependency', {
            files,
            owner: { kind: 'distribution', name: one.name, version: one.version },
            ...(alternative === undefined
              ? {}
              : { remedy: `Install ${alternative} instead, if its use allows.` }),
          }),
        },
      ];
    }),
};
