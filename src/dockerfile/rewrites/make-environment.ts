import { posix } from 'node:path';
import type { Stage } from '../model.ts';
import { aptInstalls } from './apt-installs.ts';
import type { ClassifiedInstruction } from './classify-instruction.ts';

/** Where the builder's virtual environment stands, in both stages: console scripts have absolute shebangs. */
export const environmentPath = '/opt/venv';

/** The Python that a stage installs for, as far as a virtual environment can take its place. */
export interface StagePython {
  /** `python`; `python3` where a distribution's package brings it. */
  readonly program: string;
  /** The Debian package without which `-m venv` fails there: `python3-venv`. */
  readonly environmentPackage: string | undefined;
}

const debianBases = /(^|\/)(debian|ubuntu|nvidia\/cuda|nvidia\/cudagl)$/;

/**
 * The Python of a stage on an image named `python` or on bare Debian or Ubuntu; undefined on every other base: `pytorch/pytorch`,
 * conda and notebook images bring distributions of their own, which a fresh virtual environment would not see.
 */
export function pythonOf(
  stage: Stage,
  classified: readonly ClassifiedInstruction[],
): StagePython | undefined {
  const repository = repositoryOf(stage);
  if (posix.basename(repository) === 'python') return { program: 'python', environmentPackage: undefined };
  if (!debianBases.test(repository)) return undefined;
  const [install] = classified.flatMap((one) => one.installs);
  const word = posix.basename(install?.command.words[0] ?? '');
  const program = /^python3\.\d+$/.test(word) ? word : 'python3';
  return { program, environmentPackage: `${program}-venv` };
}

/** Is the stage's base Debian or Ubuntu with nothing in it? */
export function isBareDebian(stage: Stage): boolean {
  return /(^|\/)(debian|ubuntu)$/.test(repositoryOf(stage));
}

/** Does the stage's Python come from a package of its distribution? */
export function hasPackagedPython(stage: Stage): boolean {
  return debianBases.test(repositoryOf(stage));
}

function repositoryOf(stage: Stage): string {
  return stage.base.replace(/@.*$/, '').replace(/:[^/]*$/, '');
}

/** Packages with modules for the distribution's own Python (`python3-numpy`), where that Python is the one that is used. */
export function pythonModulePackages(stage: Stage): string[] {
  if (!debianBases.test(repositoryOf(stage))) return [];
  const names = aptInstalls(stage).flatMap(({ install }) => install.packages.map((found) => found.name));
  return names.filter(
    (name) =>
      /^python3(\.\d+)?-/.test(name) &&
      !/-(pip|dev|venv|distutils|setuptools|wheel|minimal|full|pkg-resources|lib2to3)$/.test(name),
  );
}

/** The instructions that make the environment and put it first on PATH; `variables` follow there, each with a space in front. */
export function makeEnvironment(
  { program, environmentPackage }: StagePython,
  stage: Stage,
  eol: string,
  variables = '',
): string {
  const present = aptInstalls(stage).flatMap(({ install }) => install.packages.map((found) => found.name));
  const isThere = environmentPackage === undefined || present.includes(environmentPackage);
  const packages = isThere
    ? ''
    : `RUN apt-get update && apt-get install -y --no-install-recommends ${environmentPackage} && rm -rf /var/lib/apt/lists/*${eol}`;
  return `${packages}RUN ${program} -m venv ${environmentPath}${eol}ENV PATH="${environmentPath}/bin:$PATH"${variables}`;
}
