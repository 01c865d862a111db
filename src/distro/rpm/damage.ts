/** Bytes that do not follow their format; the message says what was met. */
export class DamageError extends Error {}

/** What a database file gave: its whole records, and a note on every part that could not be read. */
export interface DatabaseRecords {
  readonly records: readonly Uint8Array[];
  readonly damage: readonly string[];
}

/** Runs `read`; damage met in it becomes a note that starts with `what`, so that the rest can still be read. */
export function noteDamage(damage: string[], what: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    // A number read past the end of a DataView is a RangeError.
    if (!(error instanceof DamageError) && !(error instanceof RangeError)) throw error;
    damage.push(`${what}: ${error instanceof DamageError ? error.message : 'it ends too early'}`);
  }
}

/** Bytes `start` to `start + length`. Throws a `DamageError` where they are not all there. */
export function part(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start < 0 || length < 0 || start + length > bytes.length) throw new DamageError('it ends too early');
  return bytes.subarray(start, start + length);
}

/** A view to read numbers from. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
