import { parse } from 'smol-toml';
import type { ProjectTool } from '../../../dockerfile/index.ts';

/** Whether a `pyproject.toml` has groups that each tool installs unasked; empty for a manifest that cannot be read. */
export function developmentGroups(text: string): ReadonlyMap<ProjectTool, boolean> {
  let manifest: unknown;
  try {
    manifest = parse(text);
  } catch {
    // Its tool says so when it is built.
    return new Map();
  }
  const at = (...path: readonly string[]): Readonly<Record<string, unknown>> =>
    tableOf(path.reduce<unknown>((table, key) => tableOf(table)[key], manifest));
  const has = (table: Readonly<Record<string, unknown>>): boolean => Object.keys(table).length > 0;
  const groups = at('dependency-groups');
  const poetryGroups = Object.values(at('tool', 'poetry', 'group'));
  const uvDefaults = at('tool', 'uv')['default-groups'];
  return new Map<ProjectTool, boolean>([
    // Unless it is told otherwise, uv installs the group `dev` alone.
    [
      'uv',
      uvDefaults === undefined ? 'dev' in groups || 'dev-dependencies' in at('tool', 'uv') : has(groups),
    ],
    [
      'poetry',
      has(groups) ||
        'dev-dependencies' in at('tool', 'poetry') ||
        poetryGroups.some((group) => tableOf(group)['optional'] !== true),
    ],
    ['pdm', has(groups) || has(at('tool', 'pdm', 'dev-dependencies'))],
  ]);
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  // The cast says what `typeof` cannot.
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
