import {
  type DockerfileModel,
  parseDockerfile,
  type ResolveOptions,
  readAptInstall,
  resolveDockerfile,
} from '../../../dockerfile/index.ts';
import { type BuildError, missingPrograms } from '../../../engines/index.ts';
import { aptPackage, packageOfCommand } from '../../../python/index.ts';
import type { EditId, Plan } from '../../../slim/index.ts';
import type { Verification } from '../../../verify/index.ts';

/** A program of a known Debian package that the lean image, or a step of its build, turned out to lack. */
export interface MissingProgram {
  readonly program: string;
  readonly packageName: string;
  /** Who called it: `GET /version calls git`. */
  readonly because: string;
  /** The edit that left it out, as far as that can be told. */
  readonly leftOutBy: EditId | undefined;
  /** True where installing the package in the runtime stage is enough; else the edit is to be taken back. */
  readonly isAddable: boolean;
}

/** What a failed attempt says. */
export interface FailedAttempt {
  readonly plan: Plan;
  readonly verification?: Verification;
  readonly buildError?: BuildError;
}

/** The programs whose absence explains why an attempt failed. */
export function findMissingPrograms(attempt: FailedAttempt, options: ResolveOptions): MissingProgram[] {
  const { plan, verification, buildError } = attempt;
  const lack: Surroundings = {
    edits: new Set(plan.edits.map((edit) => edit.id)),
    fat: resolveDockerfile(parseDockerfile(plan.files[0]?.previous ?? ''), options),
    lean: resolveDockerfile(parseDockerfile(plan.files[0]?.content ?? ''), options),
  };
  if (buildError !== undefined) return missedByBuild(buildError, lack);
  const missed = verification === undefined ? [] : missedWhenRun(verification);
  return missed.flatMap(({ program, caller }) => {
    const known = inRuntime(program, lack);
    if (known === undefined) return [];
    const isAddable = known.leftOutBy === undefined || !isCompiler(known.packageName);
    return [{ ...known, because: `${caller} calls ${program}`, isAddable }];
  });
}

interface Surroundings {
  readonly edits: ReadonlySet<EditId>;
  readonly fat: DockerfileModel;
  readonly lean: DockerfileModel;
}

type KnownProgram = Pick<MissingProgram, 'program' | 'packageName' | 'leftOutBy'>;

/** The runtime stage lacks what the project installs because its package was dropped, and all else because the base is another one. */
function inRuntime(program: string, { edits, fat }: Surroundings): KnownProgram | undefined {
  const packageName = debianPackage(program);
  if (packageName === undefined) return undefined;
  const suspect = isInstalled(program, fat) ? 'runtime-packages' : changedBase(edits);
  return { program, packageName, leftOutBy: edits.has(suspect) ? suspect : undefined };
}

function changedBase(edits: ReadonlySet<EditId>): EditId {
  if (edits.has('conda-stages')) return 'conda-stages';
  return edits.has('cuda-base') ? 'cuda-base' : 'slim-base';
}

/** What only a build calls would stay in the image for nothing; and in another stage than the last, a package of the last is of no use. */
function missedByBuild(error: BuildError, lack: Surroundings): MissingProgram[] {
  if (error.kind !== 'missing-command') return [];
  const { lean } = lack;
  const stage = stageOfLine(lean, error.line) ?? lean.target;
  return missingPrograms(error.message).flatMap((program) => {
    const known = stage === lean.target ? inRuntime(program, lack) : inBuilder(program, stage, lack);
    if (known === undefined) return [];
    const isAddable = stage === lean.target && !isForBuilding(known.packageName);
    return [{ ...known, because: `a step of the build calls ${program}`, isAddable }];
  });
}

function inBuilder(program: string, stage: number, { edits, lean }: Surroundings): KnownProgram | undefined {
  const packageName = debianPackage(program);
  if (packageName === undefined) return undefined;
  const suspect = rootOf(lean, stage) === rootOf(lean, lean.target) ? changedBase(edits) : 'split-stages';
  return { program, packageName, leftOutBy: edits.has(suspect) ? suspect : undefined };
}

/** What the lean image said that the fat one did not: in differences, and in the log. */
function missedWhenRun({ differences, logs }: Verification): { program: string; caller: string }[] {
  const telling = differences.filter((one) => one.severity !== 'info');
  const log = (one: typeof logs.fat): string => `${one.stdout}\n${one.stderr}`;
  const known = new Set(missingPrograms([log(logs.fat), ...telling.map((one) => one.fat)].join('\n')));
  const found = new Map<string, string>();
  for (const { kind, what, lean } of telling) {
    const caller = kind === 'response' || kind === 'import' ? what : 'the container';
    for (const program of missingPrograms(lean)) if (!found.has(program)) found.set(program, caller);
  }
  for (const program of missingPrograms(log(logs.lean)))
    if (!found.has(program)) found.set(program, 'the container');
  return [...found].flatMap(([program, caller]) => (known.has(program) ? [] : [{ program, caller }]));
}

/** The Debian package of a program. Debian's own Python is another one than the image's, so its packages are of no use here. */
export function debianPackage(program: string): string | undefined {
  const name = packageOfCommand(program);
  return name === undefined || /^python3?(-|$)/.test(name) ? undefined : name;
}

/** The project's own Dockerfile installs a package that brings the program. */
function isInstalled(program: string, model: DockerfileModel): boolean {
  const commands = model.stages.flatMap((stage) => stage.instructions).flatMap((one) => one.commands ?? []);
  const names = commands.flatMap((command) => readAptInstall(command)?.packages.map((one) => one.name) ?? []);
  return names.some((name) => aptPackage(name)?.commands.includes(program) === true);
}

function isForBuilding(packageName: string): boolean {
  const purpose = aptPackage(packageName)?.purpose;
  return purpose === 'build-tool' || purpose === 'development-header' || /-dev$/.test(packageName);
}

/** Compilers are of use only with the headers and libraries that come beside them. */
const compilerBytes = 80_000_000;

function isCompiler(packageName: string): boolean {
  return isForBuilding(packageName) && (aptPackage(packageName)?.closureBytes ?? 0) >= compilerBytes;
}

function stageOfLine(model: DockerfileModel, line: number | undefined): number | undefined {
  if (line === undefined) return undefined;
  return model.stages.find((stage) => stage.instructions.some((one) => one.syntax.startLine === line))
    ?.position;
}

/** The stage with the external base that a stage grows from. */
function rootOf(model: DockerfileModel, position: number): number {
  let at = position;
  for (let base = model.stages[at]?.baseStage; base !== undefined; base = model.stages[at]?.baseStage)
    at = base;
  return at;
}
