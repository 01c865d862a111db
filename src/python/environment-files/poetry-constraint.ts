/**
 * Poetry's version constraints as PEP 440 has them; undefined for alternatives (`^1 || ^3`), which PEP 440 cannot say.
 *
 *     ^1.2.3 → >=1.2.3,<2     ^0.2 → >=0.2,<0.3     ~1.2 → >=1.2,<1.3     1.* → ==1.*     1.2.3 → ==1.2.3     * → (nothing)
 */
export function poetrySpecifier(text: string): string | undefined {
  if (text.includes('||') || text.includes('|')) return undefined;
  const parts = text
    .replace(/([<>=!~^]+)\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((part) => part !== '' && part !== '*');
  const specifiers = parts.map(single);
  return specifiers.every((one) => one !== undefined) ? specifiers.join(',') : undefined;
}

function single(part: string): string | undefined {
  const match = /^(\^|~=?|[<>]=?|={1,3}|!=)?v?(\d[\w.+*!-]*)$/.exec(part);
  if (match === null) return undefined;
  const [, operator = '', version = ''] = match;
  if (operator === '^') return `>=${version},<${nextBreaking(version)}`;
  if (operator === '~') return `>=${version},<${nextMinor(version)}`;
  return operator === '' || operator === '=' ? `==${version}` : `${operator}${version}`;
}

/** The first number that is not 0 goes up: 1.2.3 → 2, 0.2.3 → 0.3, 0.0.3 → 0.0.4, 0.0 → 0.1, 0 → 1. */
function nextBreaking(version: string): string {
  const numbers = release(version);
  const found = numbers.findIndex((number) => number > 0);
  const at = found === -1 ? numbers.length - 1 : found;
  return [...numbers.slice(0, at), (numbers[at] ?? 0) + 1].join('.');
}

function nextMinor(version: string): string {
  const [major = 0, minor] = release(version);
  return minor === undefined ? String(major + 1) : `${major}.${minor + 1}`;
}

function release(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
