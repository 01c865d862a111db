import type { DependencyRow, DepsReport, DistributionUse } from '../../deps/index.ts';

/** What a distribution is there for, in a word or two. */
export const useWords: Readonly<Record<DistributionUse, string>> = {
  used: 'used',
  required: 'required',
  development: 'development',
  unused: 'not used',
  doubtful: 'not seen used',
  installer: 'installer',
  unknown: '',
};

/** Why it is there: its own use, or who brings it: `transformers → tokenizers (requirements.txt:2)`. */
export function reasonOf({ path, requestedAt, isRequested, evidence, name }: DependencyRow): string {
  const place = requestedAt === undefined ? '' : ` (${requestedAt})`;
  const own = isRequested && path.length <= 1 ? evidence[0] : undefined;
  return `${own ?? (path.length > 1 ? path.join(' → ') : name)}${place}`;
}

/** Whether something can surely go. */
export function hasLean({ total, lean }: DepsReport): boolean {
  return lean.ownBytes < total.ownBytes;
}
