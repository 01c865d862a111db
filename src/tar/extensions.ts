import { decodeName } from './names.ts';
import { readPaxRecords } from './pax-records.ts';
import { TarError } from './tar-entry.ts';

/** Extended headers read, waiting for the entry that they describe. */
export interface Extensions {
  readonly isPresent: boolean;
  /** An empty value takes the global record of that key away. */
  readonly records: ReadonlyMap<string, string>;
  readonly longName?: string;
  readonly longLink?: string;
}

/** Each entry gets a copy of the global records, so that very many of them would cost time without end; writers use a few. */
const mostGlobalRecords = 256;

/** Nothing read yet. */
export const noExtensions: Extensions = { isPresent: false, records: new Map() };

/** What is known after one more extended header: PAX local (`x`) or global (`g`), GNU long name (`L`) or link (`K`). */
export function extended(
  before: Extensions,
  typeFlag: string,
  found: { readonly body: Buffer; readonly offset: number; readonly globalRecords: Map<string, string> },
): Extensions {
  const { body, offset, globalRecords } = found;
  if (typeFlag === 'g') {
    readPaxRecords(body, { offset, hidesGlobal: false }, globalRecords);
    if (globalRecords.size > mostGlobalRecords) {
      throw new TarError(`more than ${mostGlobalRecords} records are for all entries`, offset);
    }
    return before;
  }
  if (typeFlag === 'L' || typeFlag === 'K') {
    const end = body.indexOf(0);
    const name = decodeName(end === -1 ? body : body.subarray(0, end));
    return typeFlag === 'L'
      ? { ...before, isPresent: true, longName: name }
      : { ...before, isPresent: true, longLink: name };
  }
  const records = new Map(before.records);
  readPaxRecords(body, { offset, hidesGlobal: true }, records);
  return { ...before, isPresent: true, records };
}
