import { posix } from 'node:path';

/** Options that take a value in the next word: `conda run --help`. */
const condaValues = new Set(['-n', '--name', '-p', '--prefix', '--cwd']);

/**
 * The words in front of a program that a project tool starts in an environment which only the tool knows:
 * `poetry run` of `poetry run gunicorn app:app`, `conda run -n geo` of `conda run -n geo python app.py`.
 */
export function environmentLauncher(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex((word, position) => words[position + 1] === 'run' && isTool(word));
  const tool = words[at];
  if (at === -1 || tool === undefined) return undefined;
  const name = posix.basename(tool);
  // It would bring the environment in line with the lock file first, for which there is no network.
  if (name === 'uv') return [tool, 'run', '--no-sync'];
  return /^(conda|mamba|micromamba)$/.test(name)
    ? [tool, 'run', ...condaOptions(words.slice(at + 2))]
    : [tool, 'run'];
}

function isTool(word: string): boolean {
  return /^(poetry|pdm|pipenv|uv|conda|mamba|micromamba)$/.test(posix.basename(word));
}

function condaOptions(words: readonly string[]): readonly string[] {
  let count = 0;
  while (words[count]?.startsWith('-') === true) count += condaValues.has(words[count] ?? '') ? 2 : 1;
  return words.slice(0, count);
}
