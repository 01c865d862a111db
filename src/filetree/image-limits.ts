import { formatBytes, UserError } from '../base/index.ts';

/** A layer or an image with more than anybody puts into one; the message begins with `holds`. */
export class ExcessError extends UserError {
  constructor(what: string) {
    super(`holds ${what}`, {
      hint: 'No container image holds so much: it is damaged, or made to do harm.',
    });
  }
}

/**
 * The most characters that the names in all layers, or the paths of the tree, may have together: a compressed megabyte can hold gigabytes
 * of them. A million files come to a tenth of it.
 */
export const defaultMaxCharacters: number = 512 * 1024 * 1024;

/** The most that the layers of an image may hold together. */
export interface ImageLimits {
  /** Of all layers' uncompressed bytes. Default 1 TiB. */
  readonly maxImageBytes?: number;
  /** Of all layers' entries. Default 5,000,000. */
  readonly maxImageEntries?: number;
  /** Of the names in all layers, and of the tree's paths. Default 512 Mi. */
  readonly maxCharacters?: number;
}

/** The error that says of what there is too much. */
export function nameExcess(name: string, { message, hint }: ExcessError): UserError {
  return new UserError(`${name} ${message}`, hint === undefined ? {} : { hint });
}

const defaultMaxBytes = 1024 ** 4;
const defaultMaxEntries = 5_000_000;

/** Counts what the layers of an image hold, whoever reads them. */
export interface ImageCount {
  /** Gives the error once it is too much, so that many layers, each within its own limits, do no harm either. */
  addBytes(sizeBytes: number): UserError | undefined;
  addEntries(count: number): UserError | undefined;
  /** Characters of names, directories and links. */
  addCharacters(count: number): UserError | undefined;
}

/** Begins to count, for errors that name the image. */
export function countImage(name: string, limits: ImageLimits): ImageCount {
  const { maxImageBytes = defaultMaxBytes, maxImageEntries = defaultMaxEntries } = limits;
  const { maxCharacters = defaultMaxCharacters } = limits;
  let [sumBytes, entryCount, characterCount] = [0, 0, 0];
  const tooMuch = (what: string): UserError =>
    nameExcess(name, new ExcessError(`more than ${what} in all its layers`));
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
    addCharacters(count) {
      characterCount += count;
      return characterCount > maxCharacters
        ? tooMuch(`${maxCharacters.toLocaleString('en')} characters of names`)
        : undefined;
    },
  };
}
