import { formatBytes, UserError } from '../base/index.ts';

/** The most that the layers of an image may hold together. */
export interface ImageLimits {
  /** Of all layers' uncompressed bytes. Default 1 TiB. */
  readonly maxImageBytes?: number;
  /** Of all layers' entries. Default 10,000,000. */
  readonly maxImageEntries?: number;
}

const defaultMaxBytes = 1024 ** 4;
const defaultMaxEntries = 10_000_000;

/** Counts what the layers of an image hold, whoever reads them. */
export interface ImageCount {
  /** Gives the error once it is too much, so that many layers, each within its own limits, do no harm either. */
  addBytes(sizeBytes: number): UserError | undefined;
  addEntries(count: number): UserError | undefined;
}

/** Begins to count, for errors that name the image. */
export function countImage(name: string, limits: ImageLimits): ImageCount {
  const { maxImageBytes = defaultMaxBytes, maxImageEntries = defaultMaxEntries } = limits;
  let [sumBytes, entryCount] = [0, 0];
  const tooMuch = (what: string): UserError =>
    new UserError(`${name} holds more than ${what} in all its layers`, {
      hint: 'No container image holds so much: it is damaged, or made to do harm.',
    });
  return {
    addBytes(sizeBytes) {
      sumBytes += sizeBytes;
      return sumBytes > maxImageBytes ? tooMuch(formatBytes(maxImageBytes)) : undefined;
    },
    addEntries(count) {
      entryCount += count;
      return entryCount > maxImageEntries
        ? tooMuch(`${maxImageEntries.toLocaleString('en')} entries`)
        : undefined;
    },
  };
}
