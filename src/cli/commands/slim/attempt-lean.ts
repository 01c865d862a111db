import { join } from 'node:path';
import { BuildError, type BuildFailureKind, type BuiltImage } from '../../../engines/index.ts';
import type { DebianSuite } from '../../../python/index.ts';
import {
  type AttemptOutcome,
  makePlan,
  type PlanInput,
  plimsollDir,
  writeLeanFiles,
} from '../../../slim/index.ts';
import type { Verification } from '../../../verify/index.ts';
import { type BuildContext, buildStaged } from './build-staged.ts';
import { judgeAttempt, type LeanAttempt } from './judge-attempt.ts';
import { withLeanSecrets } from './lean-secrets.ts';
import type { SlimOptions } from './slim-options.ts';

/** What every attempt is made of. */
export interface AttemptContext extends BuildContext {
  readonly options: SlimOptions;
  readonly suite: DebianSuite;
  readonly tag: string;
  /** The plan's input, given the Debian packages that were found missing so far. */
  readonly planInput: (foundMissing: ReadonlyMap<string, string>) => PlanInput;
  /** Paths of the project that the lean `.dockerignore` lets through; all that is sent today where it is not applied. */
  readonly sentPaths: (hasLeanIgnore: boolean) => readonly string[];
  readonly verify: (lean: BuiltImage) => Promise<Verification>;
}

/** The surroundings are to blame, not an edit: trying other edits would not help. */
const surroundings: readonly BuildFailureKind[] = [
  'engine-died',
  'no-space',
  'out-of-memory',
  'network',
  'broken-cache',
];
const mostRepairs = 5;

/**
 * Makes attempts: plan, write, stage, build, verify. A missing shared library or program whose Debian package is known is
 * added and the attempt repeated; what was found is remembered for the attempts that follow.
 */
export function leanAttempts(
  context: AttemptContext,
): (without: ReadonlySet<string>) => Promise<AttemptOutcome<LeanAttempt>> {
  const foundMissing = new Map<string, string>();
  return async (without) => {
    for (let repairs = 0; ; repairs += 1) {
      const attempt = await attemptOnce(context, foundMissing, without);
      const { outcome, missingPackages } = judgeAttempt(attempt, context.suite, {
        buildArgs: context.buildArgs,
        ...(context.target === undefined ? {} : { target: context.target }),
      });
      if (outcome.isPassed || repairs === mostRepairs) return outcome;
      const missing = [...missingPackages].filter(([name]) => !foundMissing.has(name));
      if (missing.length === 0) return outcome;
      for (const [name, because] of missing) {
        foundMissing.set(name, because);
        context.environment.progress.note(
          `The lean image lacks ${name} (${because}): added, building again.`,
        );
      }
    }
  };
}

async function attemptOnce(
  context: AttemptContext,
  foundMissing: ReadonlyMap<string, string>,
  without: ReadonlySet<string>,
): Promise<LeanAttempt> {
  const plan = makePlan(context.planInput(foundMissing), new Set([...without, ...context.options.skipped]));
  const files = await writeLeanFiles(context.projectDir, plan.files);
  try {
    const wanted = { wanted: plan.secrets, given: context.secrets, projectDir: context.projectDir };
    const image = await withLeanSecrets(wanted, (secrets) =>
      buildStaged(context, {
        tag: context.tag,
        title: 'lean image',
        dockerfile: join(context.projectDir, plimsollDir, 'lean', plan.files[0]?.path ?? 'Dockerfile'),
        paths: context.sentPaths(plan.edits.some((edit) => edit.id === 'dockerignore')),
        files: plan.files,
        secrets,
      }),
    );
    return { plan, files, image, verification: await context.verify(image) };
  } catch (error) {
    if (!(error instanceof BuildError) || surroundings.includes(error.kind)) throw error;
    return { plan, files, buildError: error };
  }
}
