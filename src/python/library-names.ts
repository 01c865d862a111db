import { readTable } from '../base/index.ts';

let names: ReadonlySet<string> | undefined;

/**
 * May a distribution (normalised name) need shared libraries of the system? Quick, and only a first look: the table is read without its
 * schema, and `systemNeedsOf` gives the answer.
 */
export function mayNeedLibraries(distribution: string): boolean {
  names ??= new Set(
    entriesOf(readTable(new URL('knowledge/system-libraries.yaml', import.meta.url))).flatMap((entry) =>
      'name' in entry && 'sonames' in entry && typeof entry.name === 'string' ? [entry.name] : [],
    ),
  );
  return names.has(distribution);
}

function entriesOf(table: unknown): readonly object[] {
  const isTable = typeof table === 'object' && table !== null && 'distributions' in table;
  return isTable && Array.isArray(table.distributions) ? table.distributions : [];
}
