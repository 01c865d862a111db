import type { Group } from '../compare/index.ts';
import type { MissingPart, SlimReport } from './slim-report.ts';
import { headline } from './wording.ts';

const phrases: Readonly<Record<Group, string>> = {
  base: 'the base image',
  'system-packages': 'the system packages',
  'python-dependencies': 'the Python dependencies',
  application: 'the application',
};

/** The report in one line: what was saved; or, with a missing part, that nothing can be said of it, and what is missing. */
export function slimHeadline({ comparison, missing }: SlimReport): string {
  if (missing.length === 0) return headline(comparison);
  const parts = [...new Set(missing.map(({ group }) => phrases[group]))];
  const last = parts.at(-1) ?? '';
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${last}` : last;
  return `forecast incomplete, no saving claimed: the size of ${list} is not known`;
}

/** `Python dependencies, before and after`: what is missing, and in which image. */
export function missingTitle({ group, images }: MissingPart, { comparison }: SlimReport): string {
  const title = comparison.groups.find((row) => row.group === group)?.title ?? group;
  return `${title}, ${images.map((image) => (image === 'fat' ? 'before' : 'after')).join(' and ')}`;
}
