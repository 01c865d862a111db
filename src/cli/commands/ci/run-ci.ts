import { chmod, readFile } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { decodeLossless, UserError } from '../../../base/index.ts';
import { type PipelineProvider, type PipelineRequest, pipelineProviders } from '../../../pipeline/index.ts';
import { defaultBranch, repositoryOf } from '../../../project/index.ts';
import { type CiReport, ciJson, ciText } from '../../../report/index.ts';
import { diffOf, proposeCiCache } from '../../../slim/index.ts';
import { type CliEnvironment, readEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { replaceFile } from '../../replace-file.ts';
import { version } from '../../version.ts';
import { type CiOptions, readCiOptions, repositoryFor } from './ci-options.ts';
import { type FoundImages, findImages } from './find-images.ts';

/** `plimsoll ci`: finds out what is built, and writes the pipeline where that disturbs nobody. */
export async function runCi(given: unknown, signal: AbortSignal): Promise<ExitCode> {
  const options = readCiOptions(given);
  const environment = readEnvironment(signal, true);
  const provider = providerNamed(options.provider);
  const directory = resolve(environment.cwd, options.directory);
  const repository = await repositoryOf(directory);
  const path =
    options.output === undefined
      ? resolve(repository, provider.path)
      : resolve(environment.cwd, options.output);
  const place = relative(repository, path);
  if (place.startsWith('..'))
    throw new UserError(`${options.output} lies outside of the repository ${repository}.`, {
      hint: 'Name a file in it with -o, or take --stdout.',
    });
  const found = await findImages({ ...options, directory, repository, place });
  const request: PipelineRequest = {
    images: found.images,
    repository: repositoryFor(options, basename(directory)),
    cache: options.cache ?? provider.caches[0] ?? 'registry',
    compat: options.compat,
    branch: options.branch ?? (await defaultBranch(repository)),
    version: version(),
    place,
  };
  const content = provider.write(request);
  signal.throwIfAborted();
  if (options.stdout) {
    environment.write(content);
    return exitCodes.clean;
  }
  const written = await deliver({ path, content, provider, options, environment });
  const report: CiReport = {
    provider: provider.name,
    ...written,
    ...{ images: found.images, repository: request.repository, cache: request.cache, branch: request.branch },
    preparations: provider.preparations(request),
    notes: [...written.notes, ...notesOf(found, repository)],
  };
  const { columns: width, isColour: hasColour } = environment;
  environment.write(options.json ? ciJson(report) : ciText(report, { width, hasColour }));
  return report.outcome === 'left' ? exitCodes.findings : exitCodes.clean;
}

function providerNamed(name: CiOptions['provider']): PipelineProvider {
  const provider = pipelineProviders.find((one) => one.name === name);
  if (provider === undefined) throw new TypeError(`there is no provider ${name}`);
  return provider;
}

interface Delivery {
  readonly path: string;
  readonly content: string;
  readonly provider: PipelineProvider;
  readonly options: CiOptions;
  readonly environment: CliEnvironment;
}

type Delivered = Pick<CiReport, 'path' | 'outcome' | 'diff' | 'notes'>;

/** Writes the file where there is none; one that is there only with `--force`. */
async function deliver({ path, content, provider, options, environment }: Delivery): Promise<Delivered> {
  const shown = relative(environment.cwd, path);
  const previous = await readFile(path).then(decodeLossless, (error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UserError(`${shown} cannot be read.`, { hint: 'Name another file with -o.', cause: error });
  });
  const unchanged = { path: shown, diff: '', notes: [] };
  if (previous === content) return { ...unchanged, outcome: 'unchanged' };
  if (previous !== undefined && !options.force) {
    if (!isOurs(previous)) return { ...unchanged, outcome: 'left', notes: [besideIt(shown, provider)] };
    const diff = diffOf([{ path: shown, content, previous }]);
    return { path: shown, outcome: 'left', diff, notes: ['The difference is above; --force writes it.'] };
  }
  await replaceFile(path, previous, content);
  if (provider.isExecutable) await chmod(path, 0o755);
  return { ...unchanged, outcome: 'written' };
}

function isOurs(text: string): boolean {
  return /^# Written by plimsoll ci /m.test(text);
}

function besideIt(shown: string, { name }: PipelineProvider): string {
  if (name === 'gitlab')
    return `${shown} is yours: write ours beside it with -o .gitlab/plimsoll.yml, and add to yours the lines include: and - local: .gitlab/plimsoll.yml; the stages build and test must be among yours.`;
  return `${shown} is yours: write ours beside it with -o, or over it with --force.`;
}

function notesOf({ leftAside, ciBuilds }: FoundImages, directory: string): readonly string[] {
  const { advice } = proposeCiCache({ directory, ciBuilds });
  const others = [...new Set(ciBuilds.map(({ place }) => place))];
  return [
    ...leftAside,
    ...others.map((place) => `${place} builds images, too; it is left as it is.`),
    ...advice.map((lines) => `It keeps no layers from one run to the next: ${lines}.`),
  ];
}
