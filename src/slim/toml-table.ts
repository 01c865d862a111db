/** A table of TOML. */
export type Table = Readonly<Record<string, unknown>>;

/** Narrows to a table. */
export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
