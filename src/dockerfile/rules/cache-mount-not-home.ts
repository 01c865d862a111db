import { readPipInstall } from '../pip-command.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A pip cache mount that pip does not use. */
export const cacheMountNotHome: LintRule = {
  id: 'cache-mount-not-home',
  severity: 'warning',
  title: 'a pip cache mount that pip does not use',
  check: ({ model }) =>
    instructionsOf(model, 'run').flatMap((instruction) => {
      const target = cacheTargets(instruction).find(
        (one) => one === '/root/.cache/pip' || one === '/root/.cache',
      );
      const { user, variables } = instruction.before;
      const isRoot = user === undefined || /^(?:root|0)(?::|$)/.test(user) || user.includes('$');
      const isSet = ['PIP_CACHE_DIR', 'HOME', 'XDG_CACHE_HOME'].some((name) => variables[name] !== undefined);
      const install = (instruction.commands ?? []).map(readPipInstall).find((one) => one?.tool === 'pip');
      return target !== undefined && install !== undefined && !isRoot && !isSet
        ? [
            {
              range: instruction.syntax.range,
              message: `pip runs as ${user ?? ''}, whose cache is not ${target}: the mount stays empty`,
            },
          ]
        : [];
    }),
};
