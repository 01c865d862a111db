import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuiltImage, Engine, SecretSource } from '../../../engines/index.ts';
import type { Platform } from '../../../image/index.ts';
import { type LeanFile, plimsollDir, stageContext } from '../../../slim/index.ts';
import type { CliEnvironment } from '../../environment.ts';

/** What both builds have in common. */
export interface BuildContext {
  readonly projectDir: string;
  readonly engine: Engine;
  readonly environment: CliEnvironment;
  readonly platform: Platform | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `--secret`, for both builds. */
  readonly secrets: readonly SecretSource[];
  /** The stage to build. */
  readonly target: string | undefined;
}

/** What one build is made of. */
export interface StagedBuild {
  readonly tag: string;
  readonly title: string;
  /** Absolute path of the Dockerfile. */
  readonly dockerfile: string;
  /** Files of the project that the build gets. */
  readonly paths: readonly string[];
  /** Files in place of the project's, or beside them. */
  readonly files: readonly LeanFile[];
  /** Secrets that only this build asks for. */
  readonly secrets?: readonly SecretSource[];
}

/** Builds from a laid-out context, so that nothing that Plimsoll keeps in the project is sent along. */
export async function buildStaged(context: BuildContext, build: StagedBuild): Promise<BuiltImage> {
  const { projectDir, engine, environment, platform, target } = context;
  await mkdir(join(projectDir, plimsollDir), { recursive: true });
  const stageDir = await mkdtemp(join(projectDir, plimsollDir, 'context-'));
  try {
    const paths = build.paths.filter((path) => !path.startsWith(`${plimsollDir}/`));
    await stageContext(projectDir, stageDir, { paths, files: build.files });
    return await engine.build({
      contextDir: stageDir,
      dockerfile: build.dockerfile,
      tag: build.tag,
      ...(target === undefined ? {} : { target }),
      ...(platform === undefined ? {} : { platform }),
      buildArgs: context.buildArgs,
      secrets: [...context.secrets, ...(build.secrets ?? [])],
      title: build.title,
      progress: environment.progress,
      signal: environment.signal,
    });
  } finally {
    await rm(stageDir, { recursive: true, force: true });
  }
}
