import { satisfies } from '@renovatebot/pep440';

// PEP 440, appendix B: v1!2.0rc1.post2.dev3; a local part (+cpu) and a prefix (.*) are taken by some operators only.
const release = String.raw`v?(?:\d+!)?\d+(?:\.\d+)*`;
const suffix = String.raw`(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?`;
const local = String.raw`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?`;
const clauses: readonly RegExp[] = [
  /^(===)\s*([^\s,;)]+)$/,
  new RegExp(`^(==|!=)\\s*(${release}(?:\\.\\*|${suffix}${local}))$`, 'i'),
  new RegExp(`^(~=)\\s*(v?(?:\\d+!)?\\d+(?:\\.\\d+)+${suffix})$`, 'i'),
  new RegExp(`^(>=|<=|<|>)\\s*(${release}${suffix})$`, 'i'),
];

/**
 * The version specifier of a requirement without blanks and brackets, or undefined when the text is none (PEP 440):
 * `( >= 2.1, < 3 )` becomes `>=2.1,<3`; an empty text stays empty.
 */
export function parseRequirementSpecifier(text: string): string | undefined {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('(') && trimmed.endsWith(')') ? trimmed.slice(1, -1).trim() : trimmed;
  if (inner === '') return '';
  const found = inner
    .replace(/,\s*$/, '')
    .split(',')
    .map((clause) => clauses.map((pattern) => pattern.exec(clause.trim())).find((match) => match !== null));
  if (found.some((clause) => clause === undefined)) return undefined;
  return found.map((clause) => `${clause?.[1]}${clause?.[2]}`).join(',');
}

/** Whether `version` is one that the specifier allows (PEP 440, pre-releases counted in). */
export function isAllowedVersion(version: string, specifier: string): boolean {
  return specifier === '' || satisfies(version, specifier, { prereleases: true });
}
