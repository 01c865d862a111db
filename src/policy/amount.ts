// 1.2GB   1.2 GiB   500 MB   20mb   4k   1048576   12.5%   0.05

const unitBytes: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't', 'p', 'e'].flatMap((letter, i): [string, number][] => [
    [letter, 1000 ** (i + 1)],
    [`${letter}b`, 1000 ** (i + 1)],
    [`${letter}i`, 1024 ** (i + 1)],
    [`${letter}ib`, 1024 ** (i + 1)],
  ]),
]);

/**
 * Bytes that a person wrote with a unit or without one: `kB`, `MB`, `GB` are powers of 1000, `KiB`, `MiB`, `GiB` of 1024, in any case, as in
 * dive's size parser (go-humanize). Not rounded: `1.0015 kB` is 1001.5. Undefined for anything else.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d+\.?\d*|\.\d+)\s*([a-z]*)\s*$/i.exec(text);
  const unit = unitBytes.get(match?.[2]?.toLowerCase() ?? '');
  return match?.[1] === undefined || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A percentage (`95%`) as a part of one, the decimal point moved in the text, so that `12.3%` is exactly the number `0.123`; undefined for anything else. */
export function parsePercent(text: string): number | undefined {
  const match = /^\s*(\d+\.?\d*|\.\d+)\s*%\s*$/.exec(text);
  return match?.[1] === undefined ? undefined : Number(`${match[1]}e-2`);
}

/** A plain decimal number without unit or sign; undefined for anything else. */
export function parseDecimal(text: string): number | undefined {
  return /^\s*(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : undefined;
}
