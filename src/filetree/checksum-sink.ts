import { crc32 } from 'node:zlib';
import type { TarBodySink } from '../tar/index.ts';

/** Sums up the stored content of one entry: its CRC-32, which costs a third of a sha256 and less. */
export function checksumSink(onChecksum: (checksum: number) => void): TarBodySink {
  let checksum = 0;
  return {
    write(chunk) {
      checksum = crc32(chunk, checksum);
    },
    end() {
      onChecksum(checksum);
    },
  };
}
