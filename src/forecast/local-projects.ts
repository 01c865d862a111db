import { posix } from 'node:path';
import { listedRequirements, normaliseName, readEnvironmentFile } from '../python/index.ts';
import type { ReadText } from './read-text.ts';

/** What a project of the build context needs, when pip installs it. */
export interface LocalProject {
  readonly requirements: readonly string[];
  readonly problems: readonly string[];
}

/**
 * What `pip install .`, `./lib[extra]` and `-e .` bring, by the `pyproject.toml` that lies there; undefined where there is none
 * that tells. `paths` are the places in the build context where the folder may be, the likeliest first.
 */
export async function readLocalProject(
  target: string,
  paths: readonly string[],
  readText: ReadText,
): Promise<LocalProject | undefined> {
  const extras = (/\[([^\]]*)\]$/.exec(target)?.[1] ?? '')
    .split(',')
    .map((name) => `extra:${normaliseName(name.trim())}`);
  for (const folder of paths) {
    const path = posix.join(folder, 'pyproject.toml');
    const text = await readText(path);
    if (text === undefined) continue;
    const file = readEnvironmentFile({ path, text });
    if (file === undefined) return undefined;
    if (file.problems.length > 0) return listedRequirements(file, { isWanted: () => false });
    // Without either table, only setup.py and setup.cfg tell the dependencies.
    const isTold = /^\s*\[(project|tool\.poetry)\]/m.test(text);
    return isTold
      ? listedRequirements(file, { isWanted: (group) => group === 'main' || extras.includes(group) })
      : undefined;
  }
  return undefined;
}

/**
 * A requirements file that the same RUN writes from a manifest, as the lean Dockerfiles do; undefined for any other file:
 *
 *     python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], …)" > /tmp/requirements.txt
 */
export function manifestBehind(path: string, script: string): string | undefined {
  const isWritten = script
    .replace(/>\s+/g, '>')
    .split(/[\s;&]+/)
    .includes(`>${path}`);
  if (!isWritten) return undefined;
  const manifest = /tomllib\.load\(open\(\\?['"]([^'"\\]*pyproject\.toml)/.exec(script)?.[1];
  if (manifest === undefined) return undefined;
  const extras = [...script.matchAll(/\['optional-dependencies'\]\['([^']+)'\]/g)].map(([, name]) => name);
  const folder = posix.dirname(manifest);
  return extras.length === 0 ? folder : `${folder}[${extras.join(',')}]`;
}
