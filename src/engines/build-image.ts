import { access, readFile } from 'node:fs/promises';
import { formatSeconds, messageOf, UserError } from '../base/index.ts';
import type { Platform } from '../image/index.ts';
import { BuildError } from './build-error.ts';
import { explainFailedBuild } from './build-failure.ts';
import type { BuildLog, BuildOutcome } from './build-log.ts';
import type { BuildRequest, BuiltImage, EngineName, SecretSource } from './engine.ts';
import { callTool, type EngineTool, engineTitles } from './tool.ts';

/** How one engine builds. */
export interface Builder {
  readonly tool: EngineTool;
  /** Words before the options that all engines share: `build --progress=plain`. */
  readonly buildWords: readonly string[];
  readonly createLog: () => BuildLog;
  readonly inspect: (image: string, signal?: AbortSignal) => Promise<BuiltImage | undefined>;
  readonly removeImage: (image: string) => Promise<void>;
  /**
   * Runs the client so that an abort ends the whole build, its running step included, and only then settles.
   * Default: SIGTERM to the client, for which BuildKit's clients cancel the build.
   */
  readonly runClient?: typeof callTool;
}

/** Builds with an engine's command line tool, once more without its cache where that turns out broken; see `Engine.build`. */
export async function buildImage(builder: Builder, request: BuildRequest): Promise<BuiltImage> {
  try {
    return await buildOnce(builder, request);
  } catch (error) {
    const isCacheBroken = error instanceof BuildError && error.kind === 'broken-cache';
    if (!isCacheBroken || request.isCacheOff) throw error;
    request.progress.note(
      `${engineTitles[builder.tool.name]}’s build cache names a layer that is gone: the ${request.title} is built again without the cache.`,
    );
    return await buildOnce(builder, { ...request, isCacheOff: true });
  }
}

async function buildOnce(builder: Builder, request: BuildRequest): Promise<BuiltImage> {
  const { tool } = builder;
  const dockerfileText = await readDockerfile(request);
  const before = await builder.inspect(request.tag, request.signal);
  const task = request.progress.start(`Building the ${request.title}`);
  const log = builder.createLog();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  try {
    const result = await (builder.runClient ?? callTool)(tool, await buildArguments(builder, request), {
      cwd: request.contextDir,
      limitSeconds: Number.POSITIVE_INFINITY,
      ...(request.signal ? { signal: request.signal } : {}),
      onLine(line) {
        const doing = log.push(line, seconds());
        if (doing !== undefined) task.step(doing);
      },
    });
    if (result.code !== 0) {
      throw explainFailedBuild({
        title: request.title,
        engineTitle: engineTitles[tool.name],
        dockerfilePath: request.dockerfile,
        dockerfileText,
        outcome: log.outcome(),
        signalName: result.signalName,
      });
    }
    const built = await finishedImage(builder, request, { outcome: log.outcome(), seconds: seconds() });
    task.done(summaryOf(request, built));
    return built;
  } catch (error) {
    task.done();
    // An engine that cannot even do this is gone, and so is the tag; the abort is what counts.
    if (request.signal?.aborted) await restoreTag(builder, request.tag, before).catch(() => {});
    throw error;
  }
}

async function readDockerfile(request: BuildRequest): Promise<string> {
  request.signal?.throwIfAborted();
  await access(request.contextDir).catch((cause: unknown) => {
    throw new UserError(`The build context ${request.contextDir} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
  return readFile(request.dockerfile, 'utf8').catch((cause: unknown) => {
    throw new UserError(`The Dockerfile ${request.dockerfile} cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  });
}

async function buildArguments({ tool, buildWords }: Builder, request: BuildRequest): Promise<string[]> {
  const ownIgnoreFile = `${request.dockerfile}.dockerignore`;
  const hasOwnIgnoreFile =
    tool.name !== 'docker' &&
    (await access(ownIgnoreFile).then(
      () => true,
      () => false,
    ));
  return [
    ...buildWords,
    ...['--tag', request.tag, '--file', request.dockerfile],
    // BuildKit finds it by itself; Podman and Buildah are told.
    ...(hasOwnIgnoreFile ? ['--ignorefile', ownIgnoreFile] : []),
    ...(request.target === undefined ? [] : ['--target', request.target]),
    ...(request.platform === undefined ? [] : ['--platform', platformWord(request.platform)]),
    ...Object.entries(request.buildArgs ?? {}).flatMap(([name, value]) => [
      '--build-arg',
      `${name}=${value}`,
    ]),
    ...(request.secrets ?? []).flatMap((secret) => ['--secret', secretWord(secret, tool.name)]),
    ...(request.isCacheOff ? ['--no-cache'] : []),
    request.contextDir,
  ];
}

/** `id=token,type=file,src=/path` or `id=token,type=env,env=TOKEN`. BuildKit reads CSV, where a field with a comma is quoted; Buildah splits at each comma. */
function secretWord(secret: SecretSource, engine: EngineName): string {
  const source = 'file' in secret ? `src=${secret.file}` : `env=${secret.variable}`;
  const isQuoted = engine === 'docker' && /[",]/.test(source);
  const field = isQuoted ? `"${source.replaceAll('"', '""')}"` : source;
  return `id=${secret.id},type=${'file' in secret ? 'file' : 'env'},${field}`;
}

/** `linux/arm64/v8`, as the engines' `--platform` takes it. */
export function platformWord({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

async function finishedImage(
  builder: Builder,
  request: BuildRequest,
  build: { readonly outcome: BuildOutcome; readonly seconds: number },
): Promise<BuiltImage> {
  const image = await builder.inspect(request.tag, request.signal);
  if (image === undefined) {
    throw new UserError(
      `${engineTitles[builder.tool.name]} reports a finished build, but holds no image ${request.tag}.`,
      { hint: 'The selected builder may not load its result into the engine: see `docker buildx ls`.' },
    );
  }
  return { ...image, buildSeconds: build.seconds, steps: build.outcome.steps };
}

function summaryOf({ title }: BuildRequest, { steps = [], buildSeconds = 0 }: BuiltImage): string {
  const instructions = steps.filter(({ name }) => /^\[(?!internal\])/.test(name));
  const cached = instructions.filter(({ isCached }) => isCached).length;
  return `Built the ${title} in ${formatSeconds(buildSeconds)} (${cached} of ${instructions.length} steps from the cache)`;
}

/** A tag that an aborted build had time to set goes back to what it named before. */
async function restoreTag(builder: Builder, tag: string, before: BuiltImage | undefined): Promise<void> {
  const after = await builder.inspect(tag).catch(() => undefined);
  if (after === undefined || after.id === before?.id) return;
  if (before === undefined) await builder.removeImage(tag);
  else await callTool(builder.tool, ['tag', before.id, tag]);
}
