import { readFileSync } from 'node:fs';

/**
 * The text of `prune-site-packages.py`: a program for Python 3.8 and later, without dependencies, that a builder stage
 * runs over its environment: `python prune-site-packages.py /opt/venv --tests --headers --static-libraries --strip`.
 * `--strip` needs binutils there; see its `--help` for the rest.
 */
export function pruneScript(): string {
  return readFileSync(new URL('prune-site-packages.py', import.meta.url), 'utf8');
}
