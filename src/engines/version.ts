/** `20.10.24+dfsg1`, `4.3.1`, `v28.2.2-rc1`: the first two numbers, or undefined. */
export function majorMinor(version: string): readonly [number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(version.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** Compares major and minor; false for a version that has no such numbers. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const found = majorMinor(version);
  return found !== undefined && (found[0] > major || (found[0] === major && found[1] >= minor));
}
