import { findingFacts } from '../../finding/index.ts';
import type { ImageDetector } from '../detector.ts';
import { byLayer } from '../group-claims.ts';

const smallestBytes = 1_000_000;
const weights =
  /(?:\.(?:safetensors|gguf|ggml|onnx|pt|pth|ckpt|tflite|mlmodel|joblib|keras)|(?:^|\/)(?:pytorch_model[^/]*|model)\.bin|(?:^|\/)saved_model\.pb|\.(?:pkl|pickle))$/i;

/** Model weights that layers hold: no waste by themselves, but the reason of many a slow push. */
export const modelWeights: ImageDetector = {
  name: 'model-weights',
  detect(subject) {
    const files = [...subject.root.entries()].filter(
      ({ entry }) =>
        entry.sizeBytes >= smallestBytes &&
        (weights.test(entry.path) || /\/(?:huggingface|torch)\/hub\/.*\/blobs\//.test(entry.path)) &&
        subject.ownerOf(entry.path) === undefined,
    );
    return byLayer(files).map(({ layer, files: found }) => ({
      kind: 'model-weights',
      ...findingFacts('model-weights', { files: found, layer, instruction: subject.instructionOf(layer) }),
    }));
  },
};
