import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import pLimit from 'p-limit';
import { foreignDirectories, type Project } from '../../../project/index.ts';
import type { PythonFile } from '../../../python/index.ts';

/** Larger ones are data. */
const largestBytes = 200_000;
const mostFiles = 300;
const readsAtOnce = 8;

const configName = /(?:^|\/)(?:\.env(?:\.[\w-]+)*|[\w.-]+\.(?:env|ini|cfg|conf|properties|toml|ya?ml))$/i;
/** What tells of the project's tools, and not of the running application. */
const ofTools =
  /(?:^|\/)(?:pyproject\.toml|tox\.ini|setup\.cfg|pytest\.ini|mypy\.ini|\.flake8|mkdocs\.ya?ml|environment\.ya?ml|(?:conda|pnpm)-lock\.ya?ml|\.pre-commit-config\.ya?ml|\.readthedocs\.ya?ml)$|(?:^|\/)(?:\.github|\.gitlab|\.circleci|tests?|docs?)\//i;

/**
 * The configuration files of a project, which may name modules (`_target_: torch.optim.Adam`) and addresses
 * (`postgresql+psycopg2://`), whether the image gets them or not: they may be mounted. What cannot be read tells nothing.
 */
export async function configTexts({ directory, walked }: Project): Promise<readonly PythonFile[]> {
  const limit = pLimit(readsAtOnce);
  const wanted = [...walked.sent, ...walked.ignored]
    .filter(({ path, kind, sizeBytes }) => kind === 'file' && sizeBytes <= largestBytes && isConfig(path))
    .slice(0, mostFiles);
  const texts = await Promise.all(
    wanted.map(({ path }) =>
      limit(async () => {
        const text = await readFile(join(directory, path), 'utf8').catch(() => undefined);
        return text === undefined ? [] : [{ path, text }];
      }),
    ),
  );
  return texts.flat();
}

function isConfig(path: string): boolean {
  const folders = posix.dirname(path).split('/');
  return (
    configName.test(path) && !ofTools.test(path) && !folders.some((name) => foreignDirectories.has(name))
  );
}
