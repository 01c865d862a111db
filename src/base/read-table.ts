import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * The knowledge in a YAML file that belongs to the program, not yet checked. The build writes each such file as JSON in its
 * place, which reads in a fiftieth of the time; without a build the YAML itself is read.
 */
export function readTable(yamlFile: URL): unknown {
  const built = readIfThere(new URL(yamlFile.href.replace(/\.yaml$/, '.json')));
  if (built !== undefined) return JSON.parse(built);
  // Only then is the parser loaded. The cast says what a `require` cannot know.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  return parse(readFileSync(yamlFile, 'utf8'));
}

function readIfThere(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // The cast: `fs` throws nothing else.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
