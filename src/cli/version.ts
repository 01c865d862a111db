import { readFileSync } from 'node:fs';

/** The version in the package's own `package.json`, which stands two folders above both `src/cli` and `dist/cli`. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  // By hand: every start of the program reads it, and the schema library takes longer to load than the rest of a start.
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    if (typeof manifest.version === 'string') return manifest.version;
  }
  throw new TypeError('package.json has no version');
}
