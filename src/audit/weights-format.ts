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
  [/\.(?:gguf|ggml)$|(?:^|\/)ggml-[^/]*\.bin$/i, 'gguf'],
  [/\.onnx(?:_data|\.data)?$/i, 'onnx'],
  [/\.(?:pkl|pickle|joblib|dill|cloudpickle|sav)(?:\.(?:gz|z|bz2|xz|lzma))?$/i, 'pickle'],
  [/\.(?:pt|pth|ckpt|distcp)$|(?:^|\/)pytorch_model[^/]*\.bin$/i, 'torch'],
  [
    /\.tflite$|(?:^|\/)saved_model\.pb$|(?:^|\/)variables\.data-\d|\.data-\d{5}-of-\d{5}$|(?:^|\/)frozen_[^/]*\.pb$/i,
    'tensorflow',
  ],
  [/\.(?:keras|hdf5|h5)$/i, 'hdf5'],
  [
    /\.(?:mlmodel|ot|msgpack|caffemodel|params|pdparams|pdiparams|pdmodel|engine|plan|trt|bst|ubj|cbm|ftz|nemo|mar|rknn|llamafile)$|(?:^|\/)(?:(?:[^/]*[_-])?model|weights?|lid\.\d+|cc\.\w+\.300)[^/]*\.bin$/i,
    'unknown',
  ],
];
// Hubs keep files under their digests.
const hubBlob = /\/(?:huggingface|hub|torch)\/.*\/blobs\/[0-9a-f]{40,}$/;
// A pickle under a name that says nothing else.
const bareName = /(?:^|\/)[^/.]+$|\.(?:bin|model|dat|obj)$/i;
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
  if (byName === undefined) {
    if (format === 'pickle' && bareName.test(path) && !dataName.test(path)) return 'pickle';
    return hubBlob.test(path) ? hubBlobFormat(format) : undefined;
  }
  // HDF5 is a format for data as well: the name has to tell.
  if (byName === 'hdf5' && !path.endsWith('.keras') && dataName.test(path)) return undefined;
  // torch.save wrote bare pickles before version 1.6; `model.bin` can be anything.
  return (byName === 'torch' || byName === 'unknown') && format === 'pickle' ? 'pickle' : byName;
}

function hubBlobFormat(format: FileFormat | undefined): WeightsFormat {
  return format === 'pickle' || format === 'hdf5' ? format : 'unknown';
}
