import { satisfies } from '@renovatebot/pep440';

const clausePattern = /^(?:(===)\s*([^\s,;]+)|(==|~=|!=|<=|>=|<|>)\s*([\w.!+*-]+))$/;

/**
 * The version specifier of a requirement without blanks and brackets, or undefined when the text is none (PEP 440):
 * `( >= 2.1, < 3 )` becomes `>=2.1,<3`; an empty text stays empty.
 */
export function parseRequirementSpecifier(text: string): string | undefined {
  const trimmed = text.trim();
  const inner = trimmed.startsWith('(') && trimmed.endsWith(')') ? trimmed.slice(1, -1).trim() : trimmed;
  if (inner === '') return '';
  const clauses = inner
    .replace(/,\s*$/, '')
    .split(',')
    .map((clause) => clausePattern.exec(clause.trim()));
  if (clauses.some((clause) => clause === null)) return undefined;
  return clauses.map((clause) => `${clause?.[1] ?? clause?.[3]}${clause?.[2] ?? clause?.[4]}`).join(',');
}

/** Whether `version` is one that the specifier allows (PEP 440, pre-releases counted in). */
export function isAllowedVersion(version: string, specifier: string): boolean {
  return specifier === '' || satisfies(version, specifier, { prereleases: true });
}
