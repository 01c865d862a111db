import type { FileFormat, LayerEntry } from '../filetree/index.ts';
import type { WeightsFormat } from '../finding/index.ts';

const smallestBytes = 1_000_000;

// A file in one of these formats holds weights whatever its name is.
const formats: Readonly<Partial<Record<FileFormat, WeightsFormat>>> = {
  safetensors: 'safetensors',
  gguf: 'gguf',
  'torch-zip': 'torch',
};
const extensions: readonly (readonly [RegExp, WeightsFormat])[] = [
  [/\.safetensors$/i, 'safetensors'],
  [/\.(?:gguf|ggml)$/i, 'gguf'],
  [/\.onnx(?:_data|\.data)?$/i, 'onnx'],
  [/\.(?:pkl|pickle|joblib|dill|cloudpickle)$/i, 'pickle'],
  [/\.(?:pt|pth|ckpt)$|(?:^|\/)pytorch_model[^/]*\.bin$/i, 'torch'],
  [/\.tflite$|(?:^|\/)saved_model\.pb$|(?:^|\/)variables\.data-\d|(?:^|\/)frozen_[^/]*\.pb$/i, 'tensorflow'],
  [/\.(?:keras|hdf5|h5)$/i, 'hdf5'],
  [
    /\.(?:mlmodel|ot|msgpack|caffemodel|params|pdparams|pdmodel|engine|bst|ubj|cbm)$|(?:^|\/)(?:model|weights|lid\.\d+)[^/]*\.bin$/i,
    'unknown',
  ],
];
// Hubs keep files under their digests.
const hubBlob = /\/(?:huggingface|hub|torch)\/.*\/blobs\/[0-9a-f]{40,}$/;
const dataName = /(?:^|[/_.-])(?:data(?:sets?)?|train(?:ing)?|test|val(?:idation)?|samples?)(?:[/_.-]|$)/i;

/** How a file of at least 1 MB stores model weights, by its first bytes and its name; undefined for a file that is none. */
export function weightsFormat(
  entry: Pick<LayerEntry, 'path' | 'sizeBytes' | 'format' | 'type'>,
): WeightsFormat | undefined {
  const { path, format, sizeBytes } = entry;
  if (sizeBytes < smallestBytes || entry.type !== 'file') return undefined;
  const byContent = format === undefined ? undefined : formats[format];
  if (byContent !== undefined) return byContent;
  const byName = extensions.find(([pattern]) => pattern.test(path))?.[1];
  if (byName === undefined) return hubBlob.test(path) ? hubBlobFormat(format) : undefined;
  // HDF5 is a format for data as well: the name has to tell.
  if (byName === 'hdf5' && !path.endsWith('.keras') && dataName.test(path)) return undefined;
  // torch.save wrote bare pickles before version 1.6.
  return byName === 'torch' && format === 'pickle' ? 'pickle' : byName;
}

function hubBlobFormat(format: FileFormat | undefined): WeightsFormat {
  return format === 'pickle' || format === 'hdf5' ? format : 'unknown';
}
