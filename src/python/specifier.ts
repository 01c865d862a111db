import { compare, explain, valid } from '@renovatebot/pep440';

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

/** Whether a text is a version (PEP 440, appendix B). */
export function isVersion(text: string): boolean {
  return valid(text) !== null;
}

/**
 * Whether `version` is one that a specifier of `parseRequirementSpecifier` allows (PEP 440, pre-releases counted in; the rules of
 * `packaging.specifiers`). What is no version is only arbitrarily equal (`===`).
 */
export function isAllowedVersion(version: string, specifier: string): boolean {
  const clauses = specifier.split(',').filter((clause) => clause.trim() !== '');
  return clauses.every((clause) => isInClause(version.trim(), clause.trim()));
}

function isInClause(version: string, clause: string): boolean {
  const [, operator = '', limit = ''] = /^(===|~=|[=!<>]=|[<>])\s*(.*)$/.exec(clause) ?? [];
  if (operator === '===') return version.toLowerCase() === limit.toLowerCase();
  const found = explain(version);
  const asked = explain(limit.replace(/\.\*$/, ''));
  if (found === null || asked === null) return false;
  // A local label (+cpu) counts only where one is asked for.
  const place = compare(asked.local ? version : found.public, limit.replace(/\.\*$/, ''));
  const isEqual = limit.endsWith('.*') ? hasPrefix(found, asked) : place === 0;
  switch (operator) {
    case '==':
      return isEqual;
    case '!=':
      return !isEqual;
    case '~=':
      return place >= 0 && hasPrefix(found, { ...asked, release: asked.release.slice(0, -1) });
    case '<=':
      return place <= 0;
    case '>=':
      return place >= 0;
    // Exclusive: `<2` means no pre-release of 2, `>2` no post-release of it.
    case '<':
      return compare(version, asked.is_prerelease ? limit : `${asked.public}.dev0`) < 0;
    default:
      return place > 0 && !isPostReleaseOf(found, asked);
  }
}

type Explained = NonNullable<ReturnType<typeof explain>>;

/** Whether a version begins with these numbers; a shorter one is filled with zeros. */
function hasPrefix(found: Explained, { epoch, release }: Pick<Explained, 'epoch' | 'release'>): boolean {
  return found.epoch === epoch && release.every((number, at) => (found.release[at] ?? 0) === number);
}

/** Of `2.post1` nothing is one. */
function isPostReleaseOf(found: Explained, asked: Explained): boolean {
  const isSame =
    compare(found.base_version, asked.base_version) === 0 && String(found.pre) === String(asked.pre);
  return isSame && found.is_postrelease && !asked.is_postrelease && !asked.is_devrelease;
}
