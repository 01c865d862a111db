import { createHash } from 'node:crypto';
import { access, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, UserError } from '../src/base/index.ts';
import { isOnline } from '../test/lab/index.ts';
import type { Stage } from './stage.ts';

/** What the image with the workloads is called. */
export const workloadTag = 'plimsoll-bench/workloads:fat';

const folder = fileURLToPath(new URL('workloads', import.meta.url));

/** Builds the image with the workloads and all that they need, from wheels that this machine's pip has fetched once. */
export async function buildWorkloadImage(stage: Stage, signal: AbortSignal): Promise<void> {
  const cache = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'plimsoll-bench',
    'workloads',
  );
  await fetchWheels(cache, signal);
  await rm(join(cache, 'workloads'), { recursive: true, force: true });
  await cp(folder, join(cache, 'workloads'), { recursive: true });
  await cp(join(folder, 'requirements.txt'), join(cache, 'requirements.txt'));
  await must(
    stage.dockerProgram,
    ['build', '--tag', workloadTag, '--file', join(folder, 'Dockerfile'), cache],
    {
      env: { ...stage.environment, DOCKER_BUILDKIT: '1' },
      signal,
    },
  );
}

async function fetchWheels(cache: string, signal: AbortSignal): Promise<void> {
  const requirements = join(folder, 'requirements.txt');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const into = join(cache, 'wheels');
  // Beside the wheels: what lies among them would be part of the build.
  const marker = join(cache, `wheels-${digest.slice(0, 16)}`);
  const isDone = await access(marker).then(
    () => true,
    () => false,
  );
  if (isDone) return;
  await mkdir(into, { recursive: true });
  const index = (await isOnline())
    ? ['--extra-index-url', 'https://download.pytorch.org/whl/cpu']
    : ['--retries', '0'];
  const words = ['--only-binary=:all:', '--python-version', '3.11', ...index];
  await must('python3', ['-m', 'pip', 'download', ...words, '--dest', into, '--requirement', requirements], {
    env: {},
    signal,
  });
  await writeFile(marker, '');
}

async function must(
  program: string,
  words: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<void> {
  console.error(`$ ${program} ${words.slice(0, 3).join(' ')}`);
  const result = await runProcess(program, words, options);
  if (result.code === 0) return;
  throw new UserError(`${program} ${words.slice(0, 3).join(' ')} failed: ${result.stderr.slice(-3000)}`);
}
