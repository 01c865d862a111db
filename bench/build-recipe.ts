import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, UserError } from '../src/base/index.ts';
import { exampleFolder } from '../test/lab/index.ts';
import { docker, type Stage } from './stage.ts';

/** The recipe's image, for as long as it is needed. */
export interface BuiltRecipe {
  readonly tag: string;
  remove(): Promise<void>;
}

/** What to build, and where. */
export interface BuildRecipeRequest {
  readonly stage: Stage;
  readonly example: string;
  readonly signal: AbortSignal;
}

/** The recipe's Dockerfile for an example. */
export function recipeFile(example: string): string {
  return fileURLToPath(new URL(`recipes/${example}.Dockerfile`, import.meta.url));
}

/**
 * Builds an example by the recipe. It takes the classic builder: both stages can be several GB, and what BuildKit keeps of
 * them in its cache could not be removed without touching the caches of others.
 */
export async function buildRecipe({ stage, example, signal }: BuildRecipeRequest): Promise<BuiltRecipe> {
  const root = await mkdtemp(join(tmpdir(), 'plimsoll-bench-'));
  const tag = `plimsoll-bench/recipe:${example}`;
  const made = new Set<string>();
  const remove = async (names: readonly string[]): Promise<void> => {
    for (const name of names) await docker(stage, ['image', 'rm', name]).catch(() => '');
  };
  try {
    await cp(exampleFolder(example), root, {
      recursive: true,
      filter: (path) => basename(path) !== '.plimsoll',
    });
    console.error(`bench: building ${example} by the recipe …`);
    const words = ['build', '--force-rm', '--tag', tag, '--file', recipeFile(example), root];
    const result = await runProcess(stage.dockerProgram, words, {
      env: { ...stage.environment, DOCKER_BUILDKIT: '0' },
      signal,
      // ` ---> 0f1e2d3c4b5a` names what a step made.
      onLine: (line) => void made.add(/^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? ''),
    });
    if (result.code !== 0)
      throw new UserError(
        `The recipe’s build failed:\n${result.stderr.trim() || result.stdout.slice(-2000)}`,
      );
  } catch (error) {
    await remove(await untagged(stage, made));
    throw error;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  await remove(await untagged(stage, made));
  return { tag, remove: () => remove([tag]) };
}

/** Those of the images that no name and no other image holds, newest first: what is left of the builder stage. */
async function untagged(stage: Stage, made: ReadonlySet<string>): Promise<string[]> {
  const listed = await docker(stage, ['image', 'ls', '--quiet', '--filter', 'dangling=true']);
  return listed.split('\n').filter((id) => made.has(id) && id !== '');
}
