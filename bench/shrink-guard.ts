import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProcess, UserError } from '../src/base/index.ts';
import { writeDockerArchive } from '../src/image/index.ts';
import { imageOf, tarOf } from './audit-images.ts';
import { runContender } from './audit-measure.ts';
import { median } from './statistics.ts';

/** What it takes to judge the test folders of a site-packages of so many sources. */
export interface GuardPoint {
  readonly sources: number;
  readonly distributions: number;
  readonly seconds: number;
  readonly memoryBytes: number | undefined;
}

/** Real distributions with 30,000 sources between them, the many first. */
const wishes = [
  'torch tensorflow-cpu transformers scikit-learn pandas scipy sympy numba django botocore statsmodels astropy',
  'scikit-image librosa matplotlib jupyterlab mypy nltk spacy xarray dask networkx plotly bokeh ray polars',
  'google-api-python-client sqlalchemy boto3 fastapi notebook',
].flatMap((line) => line.split(' '));

const inside = fileURLToPath(new URL('shrink-guard-inside.ts', import.meta.url));
const pip = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--no-compile'];

/** Installs what pip can resolve of the wishes, and measures the guard on an eighth, a quarter, a half and all of it. */
export async function measureGuard(
  directory: string,
  runs: number,
  signal: AbortSignal,
): Promise<readonly GuardPoint[]> {
  const site = join(directory, 'guard/whole/opt/venv/lib/python3/site-packages');
  await installAll(site, signal);
  const names = (await readdir(site)).sort();
  const points: GuardPoint[] = [];
  for (const share of [8, 4, 2, 1])
    points.push(await pointOf(site, names, { share, directory, runs, signal }));
  return points;
}

async function installAll(site: string, signal: AbortSignal): Promise<void> {
  if ((await readdir(site).catch(() => [])).length > 0) return;
  const known: string[] = [];
  for (const name of wishes) {
    const words = [...pip, '--dry-run', '--no-deps', name];
    if ((await runProcess('python3', words, { signal })).code === 0) known.push(name);
  }
  console.error(`installing ${known.join(', ')}`);
  await mkdir(site, { recursive: true });
  const { code, stderr } = await runProcess('python3', [...pip, '--target', site, ...known], { signal });
  if (code === 0) return;
  await rm(site, { recursive: true, force: true });
  throw new UserError(`pip failed: ${stderr.trim().slice(-500)}`);
}

interface PointRequest {
  readonly share: number;
  readonly directory: string;
  readonly runs: number;
  readonly signal: AbortSignal;
}

async function pointOf(
  site: string,
  names: readonly string[],
  { share, directory, runs, signal }: PointRequest,
): Promise<GuardPoint> {
  // Every n-th name of each kind, as hard links: a package often comes without its metadata, as in an image that was pruned.
  const part = join(directory, `guard/part/opt/venv/lib/python3/site-packages`);
  const root = join(directory, 'guard/part');
  await rm(root, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const chosen = names.filter((_, number) => number % share === 0).map((name) => join(site, name));
  await must('cp', ['-al', '--', ...chosen, part], signal);
  const archive = join(directory, 'guard.tar');
  const tar = await tarOf(root, join(directory, 'guard-layer.tar'), signal);
  await writeDockerArchive(await imageOf([tar]), archive, { tags: ['bench:guard'], signal });
  const found = await runProcess('find', [part, '-name', '*.py', '-printf', '.'], { signal });
  const contender = {
    title: `guard on 1/${share}`,
    command: process.execPath,
    args: [inside, `docker-archive:${archive}`],
    printsSeconds: true as const,
  };
  const done = [];
  for (let run = 0; run < runs; run += 1) done.push(await runContender(contender, signal));
  await Promise.all([archive, tar].map((path) => rm(path)));
  const memory = done.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  return {
    sources: found.stdout.length,
    distributions: chosen.filter((path) => basename(path).endsWith('.dist-info')).length,
    seconds: median(done.map(({ seconds }) => seconds)),
    memoryBytes: memory.length === 0 ? undefined : Math.max(...memory),
  };
}

async function must(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, stderr } = await runProcess(command, args, { signal });
  if (code !== 0) throw new UserError(`${command} failed: ${stderr.trim()}`);
}
