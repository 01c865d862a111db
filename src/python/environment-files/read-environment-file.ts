import { posix } from 'node:path';
import { readCondaEnvironment } from './conda-environment.ts';
import { readCondaLock } from './conda-lock.ts';
import type { EnvironmentFile } from './environment-file.ts';
import type { EnvironmentText } from './parse-text.ts';
import { readPdmLock } from './pdm-lock.ts';
import { readPipfile } from './pipfile.ts';
import { readPipfileLock } from './pipfile-lock.ts';
import { readPoetryLock } from './poetry-lock.ts';
import { readPylock } from './pylock.ts';
import { readPyproject } from './pyproject.ts';
import { readUvProjectLock } from './uv-project-lock.ts';

const readers: readonly (readonly [RegExp, (file: EnvironmentText) => EnvironmentFile])[] = [
  [/^pylock(\.[^.]+)?\.toml$/, readPylock],
  [/^poetry\.lock$/, readPoetryLock],
  [/^pdm(\.[\w-]+)?\.lock$/, readPdmLock],
  [/^Pipfile\.lock$/, readPipfileLock],
  [/^uv\.lock$/, readUvProjectLock],
  [/^([\w.-]*[.-])?conda-lock\.ya?ml$/, readCondaLock],
  // `environment.yml`, `environment-gpu.yaml`, `conda_env.yml`
  [/^(?:[\w.-]*[-_.])?(?:environment|env|conda)(?:[-_.][\w.-]*)?\.ya?ml$/, readCondaEnvironment],
  [/^pyproject\.toml$/, readPyproject],
  [/^Pipfile$/, readPipfile],
];

/**
 * Reads a manifest or lock file by its name; undefined for a name that says nothing. Whatever is wrong with the file is among its
 * `problems`, with the line.
 */
export function readEnvironmentFile(file: EnvironmentText): EnvironmentFile | undefined {
  const name = posix.basename(file.path);
  return readers.find(([pattern]) => pattern.test(name))?.[1](file);
}
