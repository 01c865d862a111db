import { BuildError, missingPrograms } from '../../../engines/index.ts';
import type { EditId } from '../../../slim/index.ts';
import { debianPackage } from './missing-programs.ts';

/**
 * The same error with a hint that names the Debian package of the program that a step did not find, and the edit that left
 * it out where there is one; other errors as they are.
 */
export function withPackageHint(
  error: BuildError,
  leftOutBy: (program: string) => EditId | undefined = () => undefined,
): BuildError {
  if (error.kind !== 'missing-command') return error;
  const program = missingPrograms(error.message).find((one) => debianPackage(one) !== undefined);
  const name = program === undefined ? undefined : debianPackage(program);
  if (program === undefined || name === undefined) return error;
  const edit = leftOutBy(program);
  const remedy =
    edit === undefined
      ? `install it before that step (\`apt-get install --no-install-recommends ${name}\`)`
      : `the edit ${edit} left it out, and \`--skip ${edit}\` leaves that edit out`;
  return new BuildError(error.message, {
    kind: error.kind,
    hint: `\`${program}\` comes with the Debian package ${name}: ${remedy}.`,
    cause: error,
    ...(error.step === undefined ? {} : { step: error.step }),
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.exitCode === undefined ? {} : { exitCode: error.exitCode }),
  });
}
