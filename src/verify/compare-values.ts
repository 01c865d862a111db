import { isRecord } from '../base/index.ts';

/** A value of JSON; integers that a double cannot hold are `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One place where two values differ. */
export interface ValueDifference {
  /** `$.items[0].score`, or `line 12` of a text. */
  readonly path: string;
  /** The value as JSON; `absent` where there is none. */
  readonly fat: string;
  readonly lean: string;
  /** Both are numbers: their relative deviation. */
  readonly deviation?: number;
}

/** What a comparison of two values found. */
export interface ValueComparison {
  readonly differences: readonly ValueDifference[];
  /** The largest relative deviation of two numbers that count as equal. */
  readonly largestDeviation: number;
  /** How many single values (or lines) were held against each other. */
  readonly comparedCount: number;
}

/** Reads JSON; undefined when the text is none. Integers beyond 2⁵³ keep all their digits. */
export function parseJson(text: string): JsonValue | undefined {
  // TypeScript's library does not know the third argument yet (ECMAScript, JSON.parse source text access).
  const revive = ((_key: string, value: JsonValue, context?: { readonly source?: string }) => {
    const isUnsafe = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isUnsafe && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? '') : value;
  }) as Parameters<typeof JSON.parse>[1];
  try {
    return JSON.parse(text, revive);
  } catch {
    return undefined;
  }
}

/**
 * Compares two JSON values. The order of keys does not matter; two integers must be equal, other numbers may deviate
 * by `tolerance` relative to the larger one (values around zero: by `tolerance` × 10⁻⁴ in absolute terms).
 */
export function compareJson(fat: JsonValue, lean: JsonValue, tolerance: number): ValueComparison {
  const found: Collected = { differences: [], largestDeviation: 0, comparedCount: 0, tolerance };
  walk(fat, lean, '$', found);
  return found;
}

interface Collected {
  readonly differences: ValueDifference[];
  largestDeviation: number;
  comparedCount: number;
  readonly tolerance: number;
}

function walk(fat: JsonValue | undefined, lean: JsonValue | undefined, path: string, found: Collected): void {
  if (isArray(fat) && isArray(lean)) {
    for (let index = 0; index < Math.max(fat.length, lean.length); index += 1) {
      walk(fat[index], lean[index], `${path}[${index}]`, found);
    }
    return;
  }
  if (isRecord(fat) && isRecord(lean)) {
    for (const key of new Set([...Object.keys(fat), ...Object.keys(lean)])) {
      const step = /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      walk(ownValue(fat, key), ownValue(lean, key), path + step, found);
    }
    return;
  }
  found.comparedCount += 1;
  if (typeof fat === 'number' && typeof lean === 'number') walkNumbers(fat, lean, path, found);
  else if (fat !== lean) found.differences.push({ path, fat: showValue(fat), lean: showValue(lean) });
}

function walkNumbers(fat: number, lean: number, path: string, found: Collected): void {
  if (fat === lean) return;
  const deviation = relativeDeviation(fat, lean);
  if (areClose(fat, lean, found.tolerance)) {
    found.largestDeviation = Math.max(found.largestDeviation, deviation);
  } else {
    found.differences.push({ path, fat: String(fat), lean: String(lean), deviation });
  }
}

/** |a − b| relative to the larger of the two. */
export function relativeDeviation(a: number, b: number): number {
  const largest = Math.max(Math.abs(a), Math.abs(b));
  return largest === 0 ? 0 : Math.abs(a - b) / largest;
}

/** Whether two numbers count as equal: see `compareJson`. */
export function areClose(a: number, b: number, tolerance: number): boolean {
  if (a === b) return true;
  if (Number.isInteger(a) && Number.isInteger(b)) return false;
  return relativeDeviation(a, b) <= tolerance || Math.abs(a - b) <= tolerance * 1e-4;
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function ownValue(record: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return 'absent';
  const text =
    typeof value === 'bigint'
      ? String(value)
      : JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
