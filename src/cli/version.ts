import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The version in the package's own `package.json`, which stands two folders above both `src/cli` and `dist/cli`. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
