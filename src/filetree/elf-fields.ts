/** How an ELF file writes its numbers. */
export interface ElfLayout {
  readonly is64Bit: boolean;
  readonly isLittleEndian: boolean;
}

/** Reads numbers of a file's own width and byte order. */
export interface ElfFields {
  half(at: number): number;
  int(at: number): number;
  /** An address, offset or size: 4 or 8 bytes by the file's class. */
  word(at: number): number;
}

/** Reads numbers out of a part of an ELF file (System V ABI, chapter 4, "Data Representation"). */
export function elfFields(bytes: Buffer, { is64Bit, isLittleEndian }: ElfLayout): ElfFields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const int = (at: number): number => view.getUint32(at, isLittleEndian);
  return {
    half: (at) => view.getUint16(at, isLittleEndian),
    int,
    // Two halves, as a bigint is an object of its own; beyond 2⁵³ no file has anything.
    word: (at) =>
      is64Bit ? int(at + (isLittleEndian ? 4 : 0)) * 2 ** 32 + int(at + (isLittleEndian ? 0 : 4)) : int(at),
  };
}
