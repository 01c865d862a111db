import { join } from 'node:path';
import { BuildError, type BuildFailureKind, type BuiltImage } from '../../../engines/index.ts';
import { type DebianSuite, packageOfCommand, packageOfSoname } from '../../../python/index.ts';
import {
  type AttemptOutcome,
  makePlan,
  type Plan,
  type PlanInput,
  plimsollDir,
  writeLeanFiles,
} from '../../../slim/index.ts';
import type { Difference, Verification } from '../../../verify/index.ts';
import { type BuildContext, buildStaged } from './build-staged.ts';
import type { SlimOptions } from './slim-options.ts';

/** One lean image as far as it came. */
export interface LeanAttempt {
  readonly plan: Plan;
  readonly files: readonly string[];
  /** Absent when the build failed. */
  readonly image?: BuiltImage;
  readonly verification?: Verification;
  /** Why the build failed. */
  readonly buildError?: BuildError;
}

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
const surroundings: readonly BuildFailureKind[] = ['engine-died', 'no-space', 'out-of-memory', 'network'];
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
      const outcome = judge(attempt, context.suite);
      if (outcome.isPassed || repairs === mostRepairs) return outcome;
      const missing = [...missingPackages(attempt, context.suite)].filter(
        ([name]) => !foundMissing.has(name),
      );
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
    const image = await buildStaged(context, {
      tag: context.tag,
      title: 'lean image',
      dockerfile: join(context.projectDir, plimsollDir, 'lean', plan.files[0]?.path ?? 'Dockerfile'),
      paths: context.sentPaths(plan.edits.some((edit) => edit.id === 'dockerignore')),
      files: plan.files,
    });
    return { plan, files, image, verification: await context.verify(image) };
  } catch (error) {
    if (!(error instanceof BuildError) || surroundings.includes(error.kind)) throw error;
    return { plan, files, buildError: error };
  }
}

function judge(attempt: LeanAttempt, suite: DebianSuite): AttemptOutcome<LeanAttempt> {
  const { verification, buildError } = attempt;
  if (buildError !== undefined)
    return {
      isPassed: false,
      blamed: blameOfStep(buildError),
      what: firstLine(buildError.message),
      value: attempt,
    };
  if (verification === undefined || verification.verdict !== 'different')
    return { isPassed: true, blamed: [], what: '', value: attempt };
  const breaks = verification.differences.filter((difference) => difference.severity === 'break');
  return {
    isPassed: false,
    blamed: [...new Set(breaks.flatMap((difference) => blameOfDifference(difference, suite)))],
    what: breaks[0] === undefined ? verification.summary : whyOf(breaks[0]),
    value: attempt,
  };
}

/** The edits that wrote the step which failed. */
function blameOfStep(error: BuildError): string[] {
  const text = `${error.step ?? ''} ${error.message}`;
  if (error.kind === 'missing-file') return ['dockerignore'];
  if (text.includes('prune-site-packages')) return ['strip-libraries', 'prune-headers', 'prune-tests'];
  if (/python -I -c/.test(text)) return ['traced-bytecode'];
  if (/PYTORCH_INDEX_URL|\/whl\/cpu/.test(text)) return ['cpu-wheels'];
  return [];
}

function blameOfDifference({ what, hints }: Difference, suite: DebianSuite): string[] {
  if (hints.soname !== undefined)
    return packageOfSoname(hints.soname, suite) === undefined ? ['runtime-packages', 'slim-base'] : [];
  if (/\btests?\b/.test(hints.module ?? '') && /No module named/.test(what)) return ['prune-tests'];
  if (/ELF load command|cannot allocate memory in static TLS|undefined symbol/.test(what))
    return ['strip-libraries'];
  return [];
}

/** Debian packages of the shared libraries and programs that the lean image turned out to lack. */
function missingPackages({ verification, buildError }: LeanAttempt, suite: DebianSuite): Map<string, string> {
  const found = new Map<string, string>();
  for (const { severity, hints } of verification?.differences ?? []) {
    const name =
      severity === 'break' && hints.soname !== undefined ? packageOfSoname(hints.soname, suite) : undefined;
    if (name !== undefined)
      found.set(name, `${hints.distribution ?? hints.module ?? 'a library'} loads ${hints.soname}`);
  }
  if (buildError?.kind === 'missing-command') {
    const command = /(?:^|\s|:)\s*([\w.+-]+): (?:command )?not found/.exec(buildError.message)?.[1];
    const name = command === undefined ? undefined : packageOfCommand(command);
    if (name !== undefined) found.set(name, `the build calls ${command}`);
  }
  return found;
}

function whyOf({ what, fat, lean }: Difference): string {
  return `${firstLine(what)}: ${firstLine(lean)} (fat: ${firstLine(fat)})`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
