import type { FileFormat } from './layer-index.ts';

// By their first bytes (file(1)'s magic, the formats' specifications):
//   7f "ELF"                ELF                 "PK\3\4" length… name   zip; PyTorch's first member is NAME/data.pkl
//   1f 8b                   gzip                28 b5 2f fd             zstd
//   fd "7zXZ" 0             xz                  "BZh" digit             bzip2
//   80 02…05                pickle, protocol 2 to 5
//   length (8 bytes) "{"    safetensors         "GGUF"                  gguf
//   89 "HDF" 0d 0a 1a 0a    hdf5                "PAR1"                  parquet
//   "SQLite format 3" 0     sqlite              93 "NUMPY"              numpy

/** Every format, in the order that the cache numbers them by: new ones go to the end. */
export const fileFormats: readonly FileFormat[] = [
  'elf',
  'core-dump',
  'zip',
  'gzip',
  'zstd',
  'xz',
  'bzip2',
  'pickle',
  'torch-zip',
  'safetensors',
  'gguf',
  'hdf5',
  'parquet',
  'sqlite',
  'numpy',
];

const magics: readonly { readonly format: FileFormat; readonly magic: string }[] = [
  { format: 'zip', magic: 'PK\x03\x04' },
  { format: 'gzip', magic: '\x1f\x8b\x08' },
  { format: 'zstd', magic: '\x28\xb5\x2f\xfd' },
  { format: 'xz', magic: '\xfd7zXZ\0' },
  { format: 'gguf', magic: 'GGUF' },
  { format: 'hdf5', magic: '\x89HDF\r\n\x1a\n' },
  { format: 'parquet', magic: 'PAR1' },
  { format: 'sqlite', magic: 'SQLite format 3\0' },
  { format: 'numpy', magic: '\x93NUMPY' },
];

/** Tells what a file is by its first bytes (256 are enough) and its length; undefined for everything else. */
export function sniffFormat(start: Buffer, sizeBytes: number): FileFormat | undefined {
  const text = start.toString('latin1', 0, 256);
  if (text.startsWith('\x7fELF')) return isCoreDump(start) ? 'core-dump' : 'elf';
  const format = magics.find(({ magic }) => text.startsWith(magic))?.format;
  if (format === 'zip') return isTorchArchive(start) ? 'torch-zip' : 'zip';
  if (format !== undefined) return format;
  if (/^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/.test(text)) return 'bzip2';
  if (start[0] === 0x80 && isPickle(start)) return 'pickle';
  return isSafetensors(start, sizeBytes) ? 'safetensors' : undefined;
}

function isCoreDump(start: Buffer): boolean {
  const type = start[5] === 2 ? start.readUInt16BE(16) : start.readUInt16LE(16);
  return type === 4;
}

/** `torch.save` writes NAME/data.pkl first, where NAME is that of the file or `archive`. */
function isTorchArchive(start: Buffer): boolean {
  const name = start.toString('latin1', 30, 30 + start.readUInt16LE(26));
  return /^[^/]+\/data\.pkl$/.test(name) || name.startsWith('archive/');
}

/** A pickle of protocol 4 or 5 goes on with a frame mostly, one of 2 or 3 with an opcode of ASCII or 0x80 to 0x8b. */
function isPickle(start: Buffer): boolean {
  const protocol = start[1] ?? 0;
  const next = start[2] ?? 0;
  return protocol >= 2 && protocol <= 5 && ((next >= 0x28 && next < 0x7f) || (next >= 0x80 && next <= 0x97));
}

/** The header's length, then the header, which is JSON; its length is at most 100 MB (safetensors' own limit). */
function isSafetensors(start: Buffer, sizeBytes: number): boolean {
  if (start.length < 9 || start[8] !== 0x7b || start.readUInt32LE(4) !== 0) return false;
  const headerBytes = start.readUInt32LE(0);
  return headerBytes >= 2 && headerBytes <= 100_000_000 && 8 + headerBytes <= sizeBytes;
}
