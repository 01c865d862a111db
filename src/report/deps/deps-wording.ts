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

/** Why it is there: its own use, or who brings it: `requirements.txt:2 transformers → tokenizers`. */
export function reasonOf({ path, requestedAt, isRequested, evidence, use, name }: DependencyRow): string {
  const chain = path.length > 1 ? path.join(' → ') : '';
  const place = requestedAt === undefined ? '' : `${requestedAt}  `;
  if (isRequested && path.length <= 1) {
    const [own = ''] = evidence;
    return `${place}${use === 'required' ? `asked for; ${own}` : own}`;
  }
  return `${place}${chain === '' ? name : chain}`;
}

/** `110 distributions, 1.65 GB; 62 of them, 1.10 GB, without what is not needed`. */
export function hasLean({ total, lean }: DepsReport): boolean {
  return lean.ownBytes < total.ownBytes;
}
