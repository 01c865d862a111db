import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { BuildSecret } from '../../../dockerfile/index.ts';
import type { SecretSource } from '../../../engines/index.ts';

/** Secrets that the lean Dockerfile asks for, and what is known of them. */
export interface LeanSecrets {
  readonly wanted: readonly BuildSecret[];
  /** Given on the command line; these go first. */
  readonly given: readonly SecretSource[];
  readonly projectDir: string;
}

/**
 * Calls `build` with the secrets that moved out of the Dockerfile: the fat build had their values, so the lean one gets the same. Values that are no
 * files yet are written where nobody else can read them, for as long as the build takes.
 */
export async function withLeanSecrets<Result>(
  { wanted, given, projectDir }: LeanSecrets,
  build: (secrets: readonly SecretSource[]) => Promise<Result>,
): Promise<Result> {
  const missing = wanted.filter(({ id }) => !given.some((one) => one.id === id));
  if (missing.length === 0) return build([]);
  // Mode 0700, outside of the project and of the build context.
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-secrets-'));
  try {
    const secrets: SecretSource[] = [];
    for (const [position, { id, source }] of missing.entries()) {
      if (source.kind === 'file') {
        secrets.push({ id, file: resolve(projectDir, source.path) });
        continue;
      }
      const file = join(directory, String(position));
      await writeFile(file, source.value ?? '', { mode: 0o600 });
      secrets.push({ id, file });
    }
    return await build(secrets);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
