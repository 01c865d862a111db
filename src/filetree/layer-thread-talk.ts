import type { FileLayer } from '../image/index.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import type { LayerColumns } from './layer-columns.ts';

/** What a thread is asked to read; captures are named, as functions do not travel. */
export interface LayerRequest {
  readonly file: FileLayer;
  readonly captureKey: string | undefined;
  readonly options: Omit<IndexLayerOptions, 'capture' | 'signal' | 'onBytes'>;
}

/** An error as it travels: its class is lost on the way. */
export interface SentError {
  readonly isForUser: boolean;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What a thread answers: any number of `bytes`, then one of the others. */
export type LayerAnswer =
  | { readonly kind: 'bytes'; readonly sizeBytes: number }
  | { readonly kind: 'columns'; readonly columns: LayerColumns }
  | { readonly kind: 'error'; readonly error: SentError };

/** The memory of an index that can change hands; what is shared or small is copied. */
export function movableMemory(columns: LayerColumns): ArrayBuffer[] {
  const { facts, contents } = columns;
  const arrays: ArrayBufferView[] = [
    columns.types,
    columns.sizes,
    columns.modes,
    columns.uids,
    columns.gids,
    columns.times,
    columns.directories,
    columns.names,
    columns.links,
    columns.details,
    columns.hashes,
    facts.positions,
    facts.offsets,
    facts.fingerprints,
    facts.formats,
    facts.strippable,
    facts.checksums,
    contents.positions,
    contents.blockNumbers,
    contents.starts,
    contents.sizes,
  ];
  const buffers = arrays
    .filter(({ byteLength, buffer }) => byteLength > 0 && byteLength === buffer.byteLength)
    .map(({ buffer }) => buffer)
    .filter((buffer) => buffer instanceof ArrayBuffer);
  return [...new Set(buffers)];
}
