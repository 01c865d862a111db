import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../base/index.ts';

/** Where a project lists what it needs, the surest first, and how its tool installs that for production. */
const lists: readonly { readonly file: string; readonly install: string }[] = [
  { file: 'uv.lock', install: 'uv sync --no-dev' },
  { file: 'poetry.lock', install: 'poetry install --only main' },
  { file: 'pdm.lock', install: 'pdm install --prod' },
  { file: 'Pipfile', install: 'pipenv install' },
  { file: 'pylock.toml', install: 'uv pip sync pylock.toml' },
  { file: 'requirements.txt', install: 'pip install -r requirements.txt' },
  { file: 'requirements/production.txt', install: 'pip install -r requirements/production.txt' },
  { file: 'requirements/prod.txt', install: 'pip install -r requirements/prod.txt' },
  { file: 'requirements/base.txt', install: 'pip install -r requirements/base.txt' },
  { file: 'pyproject.toml', install: 'pip install .' },
  ...['environment.yml', 'environment.yaml', 'conda.yml', 'conda.yaml', 'env.yml', 'env.yaml'].map(
    (file) => ({
      file,
      install: `conda env create -f ${file}`,
    }),
  ),
];

/**
 * The Dockerfile that a project without one is looked at with: it installs what the project lists for production. Throws a `UserError`
 * where the project lists nothing.
 */
export async function standInDockerfile(
  directory: string,
  named: readonly string[],
  pythonVersion: string | undefined,
): Promise<string> {
  const read = (file: string): Promise<string | undefined> =>
    readFile(join(directory, file), 'utf8').catch(() => undefined);
  const version = pythonVersion ?? /^3\.\d+/m.exec((await read('.python-version')) ?? '')?.[0] ?? '3';
  const install =
    named.length > 0 ? named.map((file) => `pip install -r ${file}`).join(' && ') : await installOf(read);
  if (install === undefined) {
    throw new UserError(`${directory} has no Dockerfile, and lists no Python requirements`, {
      hint: 'Name a requirements file with -r, or give another directory or an image.',
    });
  }
  return `FROM python:${version}-slim\nWORKDIR /app\nCOPY . .\nRUN ${install}\n`;
}

async function installOf(read: (file: string) => Promise<string | undefined>): Promise<string | undefined> {
  for (const { file, install } of lists) if ((await read(file)) !== undefined) return install;
  return undefined;
}
