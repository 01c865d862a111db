import { posix } from 'node:path';
import { bringsPython, environmentFile } from './conda-environment.ts';
import type { CondaStage } from './conda-stage-model.ts';
import type { RewriteFacts } from './rewrite.ts';

type Read = Omit<CondaStage, 'obstacles'>;

/** Whether Python is known to be in the environment; conda's own has one. */
export function hasPython({ instructions, environment, base }: Read, facts: RewriteFacts): boolean {
  if (environment?.prefix === base.prefix) return true;
  return instructions.some(({ installs }) =>
    installs.some((install) => bringsPython(install, environmentFile(install, facts))),
  );
}

/** Environment files whose variables activating sets, or of which nothing is known, in words for the user. */
export function variablesIn({ instructions }: Read, facts: RewriteFacts): string[] {
  return instructions.flatMap(({ installs }) =>
    installs.flatMap((install) => {
      const file = install.file ?? (install.command.words.includes('env') ? 'environment.yml' : undefined);
      // Lists of packages set none.
      if (file === undefined || !/\.ya?ml$/.test(file)) return [];
      const read = environmentFile(install, facts);
      if (read === undefined)
        return [`${file} is not known, and it may set variables that only activating brings`];
      return read.conda?.hasVariables === true ? [`${file} sets variables that only activating brings`] : [];
    }),
  );
}

/** Does pip put wheels into the environment, as far as that can be told? They load libraries of the system. */
export function hasWheels({ instructions }: Read, facts: RewriteFacts): boolean {
  return instructions.some(
    ({ installs, pips }) =>
      pips.length > 0 ||
      installs.some((install) => {
        const isFile = install.file !== undefined || install.command.words.includes('env');
        return isFile && environmentFile(install, facts)?.conda?.hasPipSection !== false;
      }),
  );
}

/** The names of the files that installations read: environment files and requirements. */
export function installedFiles({ instructions }: Read): ReadonlySet<string> {
  return new Set(
    instructions
      .flatMap(({ installs, pips }) => [
        ...installs.flatMap(
          ({ file, command }) => file ?? (command.words.includes('env') ? 'environment.yml' : []),
        ),
        ...pips.flatMap((pip) => [...pip.requirementFiles, ...pip.constraintFiles].map(({ text }) => text)),
      ])
      .map((file) => posix.basename(file)),
  );
}
