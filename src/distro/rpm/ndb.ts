import { DamageError, type DatabaseRecords, noteDamage, part, viewOf } from './damage.ts';

const [headerBytes, slotBytes, blockBytes, pageBytes] = [32, 16, 16, 4096];
const [blobHeadBytes, blobTailBytes] = [16, 12];

/**
 * Reads rpm's own database format, `Packages.db` (rpm, lib/backend/ndb/rpmpkg.c). All numbers are little-endian:
 *
 *     "RpmP" version=0 generation slotPages nextIndex 0 0 0      the first 32 bytes
 *     "Slot" index block blocks                                  to the end of the slot pages; index 0 is a free slot
 *     "BlbS" index generation length, the header, padding, adler32 length "BlbE"      at block × 16
 */
export function readNdb(file: Uint8Array): DatabaseRecords {
  const records: Uint8Array[] = [];
  const damage: string[] = [];
  noteDamage(damage, 'its header', () => {
    const view = viewOf(file);
    if (magicAt(view, 0) !== 'RpmP') throw new DamageError('it is no ndb database');
    if (view.getUint32(4, true) !== 0) throw new DamageError(`version ${view.getUint32(4, true)} is unknown`);
    const slotsEnd = view.getUint32(12, true) * pageBytes;
    part(file, 0, slotsEnd);
    for (let slot = headerBytes; slot < slotsEnd; slot += slotBytes) {
      noteDamage(damage, `the slot at byte ${slot}`, () => {
        if (magicAt(view, slot) !== 'Slot') throw new DamageError('its mark is missing');
        const index = view.getUint32(slot + 4, true);
        if (index !== 0) records.push(blobAt(file, view.getUint32(slot + 8, true) * blockBytes, index));
      });
    }
  });
  return { records, damage };
}

function blobAt(file: Uint8Array, start: number, index: number): Uint8Array {
  const view = viewOf(file);
  if (magicAt(view, start) !== 'BlbS' || view.getUint32(start + 4, true) !== index) {
    throw new DamageError(`there is no package header ${index} at byte ${start}`);
  }
  const length = view.getUint32(start + 12, true);
  const contentBlocks = Math.ceil((blobHeadBytes + length + blobTailBytes) / blockBytes);
  const tail = start + contentBlocks * blockBytes - blobTailBytes;
  if (magicAt(view, tail + 8) !== 'BlbE' || view.getUint32(tail + 4, true) !== length) {
    throw new DamageError(`package header ${index} is cut short`);
  }
  return part(file, start + blobHeadBytes, length);
}

function magicAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
