/** A compression that Docker alone reads layers in (moby, `pkg/archive`): the OCI image-spec has none of them. */
export type ForeignCompression = 'xz' | 'bzip2';

// A tar may begin with any name, so that `BZh` is not enough: a block of bzip2 begins with the digits of pi.
const magics: readonly { readonly name: ForeignCompression; readonly magic: RegExp }[] = [
  { name: 'xz', magic: /^\xfd7zXZ\0/ },
  { name: 'bzip2', magic: /^BZh[1-9]1AY&SY/ },
];

/** Tells it from the first `sniffBytes` bytes; undefined for all else. */
export function foreignCompression(start: Uint8Array): ForeignCompression | undefined {
  const text = Buffer.from(start).toString('latin1');
  return magics.find(({ magic }) => magic.test(text))?.name;
}
