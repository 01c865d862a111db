/** What a wheel must fit: an architecture and the C library of the image. */
export interface WheelPlatform {
  readonly architecture: 'x86_64' | 'aarch64';
  readonly libc: 'glibc' | 'musl';
  /** Its minor version: 36 for glibc 2.36, 2 for musl 1.2. */
  readonly libcMinor: number;
}

/**
 * The platform tags of a Linux system, best first (PEP 600, PEP 656):
 * `manylinux_2_36_x86_64`, …, `manylinux_2_17_x86_64`, `manylinux2014_x86_64`, …, `linux_x86_64`.
 */
export function platformTags(platform: WheelPlatform): readonly string[] {
  const { architecture, libcMinor } = platform;
  const tags: string[] = [];
  if (platform.libc === 'musl') {
    for (let minor = libcMinor; minor >= 1; minor -= 1) tags.push(`musllinux_1_${minor}_${architecture}`);
    return [...tags, `linux_${architecture}`];
  }
  // Older than 2.17 there is x86-64 only.
  const oldest = architecture === 'x86_64' ? 5 : 17;
  const legacy: Readonly<Record<number, string>> = {
    17: 'manylinux2014',
    12: 'manylinux2010',
    5: 'manylinux1',
  };
  for (let minor = libcMinor; minor >= oldest; minor -= 1) {
    tags.push(`manylinux_2_${minor}_${architecture}`);
    const name = legacy[minor];
    if (name !== undefined) tags.push(`${name}_${architecture}`);
  }
  return [...tags, `linux_${architecture}`];
}
