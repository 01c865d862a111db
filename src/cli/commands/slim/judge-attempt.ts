import type { ResolveOptions } from '../../../dockerfile/index.ts';
import type { BuildError, BuiltImage } from '../../../engines/index.ts';
import { type DebianSuite, packageOfSoname } from '../../../python/index.ts';
import type { AttemptOutcome, Plan } from '../../../slim/index.ts';
import type { Difference, Verification } from '../../../verify/index.ts';
import { findMissingPrograms, type MissingProgram } from './missing-programs.ts';
import { withPackageHint } from './package-hint.ts';

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

/** An attempt's outcome, and what would put it right without taking an edit back. */
export interface JudgedAttempt {
  readonly outcome: AttemptOutcome<LeanAttempt>;
  /** Debian packages that the runtime stage lacks → why. */
  readonly missingPackages: ReadonlyMap<string, string>;
}

/** Judges an attempt: whether it passed, which edits are to blame where it did not, and which packages were missing. */
export function judgeAttempt(
  attempt: LeanAttempt,
  suite: DebianSuite,
  resolveOptions: ResolveOptions,
): JudgedAttempt {
  const { verification, buildError } = attempt;
  if (buildError === undefined && verification?.verdict !== 'different') {
    return {
      outcome: { isPassed: true, blamed: [], what: '', value: attempt },
      missingPackages: new Map(),
    };
  }
  const programs = findMissingPrograms(attempt, resolveOptions);
  const guilty = programs.flatMap((one) => (one.isAddable ? [] : (one.leftOutBy ?? [])));
  const outcome =
    buildError === undefined
      ? outcomeOfDifferences(attempt, suite, guilty)
      : outcomeOfBuild(attempt, buildError, programs);
  return { outcome, missingPackages: missingPackages(attempt, suite, programs) };
}

function outcomeOfBuild(
  attempt: LeanAttempt,
  error: BuildError,
  programs: readonly MissingProgram[],
): AttemptOutcome<LeanAttempt> {
  const guilty = programs.flatMap((one) => (one.isAddable ? [] : (one.leftOutBy ?? [])));
  const [missed] = programs;
  const told =
    missed === undefined
      ? ''
      : ` There is no ${missed.program}, which comes with the Debian package ${missed.packageName}.`;
  const explained = withPackageHint(
    error,
    (program) => programs.find((one) => one.program === program)?.leftOutBy,
  );
  return {
    isPassed: false,
    blamed: [...new Set([...guilty, ...blameOfStep(error)])],
    what: `${firstLine(error.message)}${told}`,
    value: { ...attempt, buildError: explained },
  };
}

function outcomeOfDifferences(
  attempt: LeanAttempt,
  suite: DebianSuite,
  guilty: readonly string[],
): AttemptOutcome<LeanAttempt> {
  const { differences = [], summary = '' } = attempt.verification ?? {};
  const breaks = differences.filter((difference) => difference.severity === 'break');
  return {
    isPassed: false,
    blamed: [...new Set([...guilty, ...breaks.flatMap((one) => blameOfDifference(one, suite))])],
    what: breaks[0] === undefined ? summary : whyOf(breaks[0]),
    value: attempt,
  };
}

/** The edits that wrote the step which failed. */
function blameOfStep(error: BuildError): string[] {
  const text = `${error.step ?? ''} ${error.message}`;
  if (
    /--mount=type=bind,source=(?!\S*prune-site-packages)[^\n]*\bpython[\d.]* \S+\.py\b/.test(error.step ?? '')
  )
    return ['step-inputs', 'dockerignore'];
  if (error.kind === 'missing-file') return ['dockerignore'];
  if (text.includes('prune-site-packages')) return blameOfPruning(error);
  if (/python -I -c/.test(text)) return ['traced-bytecode'];
  if (/CUDA_HOME|\bnvcc\b/.test(text)) return ['cuda-base'];
  if (/\/run\/secrets\/|type=secret|secret required/.test(text)) return ['secret-mounts'];
  if (
    /(invalid|unknown|find|no such) user|user: unknown|unable to convert uid\/gid|can't find uid/i.test(text)
  )
    return ['copy-owner', 'non-root-user'];
  if (/PYTORCH_INDEX_URL|\/whl\/cpu/.test(text)) return ['cpu-wheels'];
  return [];
}

/** The script may share its step with the installation and with the imports that leave bytecode behind. */
function blameOfPruning({ kind, step = '', message }: BuildError): string[] {
  if (kind === 'python-requirements') return [];
  if (/-I -c/.test(step) && /File "<string>"/.test(message)) return ['traced-bytecode'];
  return ['strip-libraries', 'prune-headers', 'prune-tests', 'base-pip'];
}

function blameOfDifference({ what, lean, hints }: Difference, suite: DebianSuite): string[] {
  if (hints.soname !== undefined)
    return packageOfSoname(hints.soname, suite) === undefined
      ? ['runtime-packages', 'slim-base', 'cuda-base']
      : [];
  if (/\btests?\b/.test(hints.module ?? '') && /No module named/.test(what)) return ['prune-tests'];
  if (/No module named '?(pip|setuptools|pkg_resources|wheel|distutils)\b/.test(`${what} ${lean}`))
    return ['base-pip'];
  if (/ELF load command|cannot allocate memory in static TLS|undefined symbol/.test(what))
    return ['strip-libraries'];
  if (/permission denied|PermissionError|EACCES|Read-only file system/i.test(`${what} ${lean}`))
    return ['non-root-user', 'copy-owner'];
  if (/huggingface\.co|LocalEntryNotFoundError|OfflineModeIsEnabled|cached_download/i.test(`${what} ${lean}`))
    return ['model-volume'];
  return [];
}

/** Debian packages of the shared libraries and programs that the lean image turned out to lack. */
function missingPackages(
  { verification }: LeanAttempt,
  suite: DebianSuite,
  programs: readonly MissingProgram[],
): Map<string, string> {
  const found = new Map<string, string>();
  for (const { severity, hints } of verification?.differences ?? []) {
    const name =
      severity === 'break' && hints.soname !== undefined ? packageOfSoname(hints.soname, suite) : undefined;
    if (name !== undefined)
      found.set(name, `${hints.distribution ?? hints.module ?? 'a library'} loads ${hints.soname}`);
  }
  for (const { packageName, because, isAddable } of programs)
    if (isAddable && !found.has(packageName)) found.set(packageName, because);
  return found;
}

function whyOf({ what, fat, lean }: Difference): string {
  return `${firstLine(what)}: ${firstLine(lean)} (fat: ${firstLine(fat)})`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
