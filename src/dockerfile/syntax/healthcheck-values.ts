import { quoted } from './quoted.ts';

/** Nanoseconds. */
const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const longest = 2 ** 63;

/** What is wrong with `--interval=1m30s` and its like (Go's `time.ParseDuration`; no less than a millisecond); undefined when nothing is. */
export function durationProblem(flag: string, value: string): string | undefined {
  if (value === '') return undefined;
  const nanoseconds = readDuration(value);
  if (typeof nanoseconds === 'string') return nanoseconds;
  return nanoseconds !== 0 && nanoseconds < 1e6
    ? `Interval ${quoted(flag)} cannot be less than 1ms`
    : undefined;
}

function readDuration(value: string): number | string {
  const invalid = `time: invalid duration ${quoted(value)}`;
  const [, sign, unsigned = ''] = /^([-+]?)([\s\S]*)$/.exec(value) ?? [];
  if (unsigned === '0') return 0;
  if (unsigned === '') return invalid;
  const part = /(\d*)(\.?)(\d*)([^.\d]*)/y;
  let total = 0;
  for (let at = 0; at < unsigned.length; at = part.lastIndex) {
    part.lastIndex = at;
    const [, whole = '', dot = '', fraction = '', unit = ''] = part.exec(unsigned) ?? [];
    if (whole === '' && fraction === '') return invalid;
    if (unit === '') return `time: missing unit in duration ${quoted(value)}`;
    const scale = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (scale === undefined) {
      return `time: unknown unit ${quoted(unit)} in duration ${quoted(value)}`;
    }
    total += Math.floor(Number(`${whole || '0'}${dot}${fraction}`) * scale);
    if (total > longest || (total === longest && sign !== '-')) return invalid;
  }
  return sign === '-' ? -total : total;
}

/** What is wrong with `--retries=3` (Go's `strconv.ParseInt`, 32 bits); undefined when nothing is. */
export function retriesProblem(value: string): string | undefined {
  if (value === '') return undefined;
  const refused = `strconv.ParseInt: parsing ${quoted(value)}`;
  if (!/^[-+]?\d+$/.test(value)) return `${refused}: invalid syntax`;
  const retries = Number(value);
  if (retries < -(2 ** 31) || retries >= 2 ** 31) return `${refused}: value out of range`;
  return retries < 0 ? `--retries cannot be negative (${retries})` : undefined;
}
