import { downloadsNothing, readPipInstall } from '../pip-command.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

const installers =
  /^(?:pip|setuptools|wheel|uv|poetry|pdm|pipenv|build|virtualenv)(?:\[.*\])?(?:[<>=!~].*)?$/;

/** No `==`, no URL, no variable; a repository counts as fixed with `@`. */
function isLoose(text: string): boolean {
  if (installers.test(text) || text.includes('$') || text.includes('`')) return false;
  if (/^(?:git|hg|svn|bzr)\+/.test(text)) return !/@[^/]+$/.test(text.replace(/#.*/, ''));
  return !/==|~=.*\..*\.|\s@\s|:\/\/|\//.test(text);
}

/** Pip packages without a version. */
export const unpinnedPip: LintRule = {
  id: 'unpinned-pip',
  hadolint: 'DL3013',
  severity: 'warning',
  title: 'pip packages without a version',
  check: ({ model }) =>
    commandsOf(model).flatMap(({ command }) => {
      const install = readPipInstall(command);
      if (install === undefined || install.constraintFiles.length > 0 || install.requirementFiles.length > 0)
        return [];
      if (downloadsNothing(install)) return [];
      const loose = install.requirements.filter(({ text }) => isLoose(text));
      const [first] = loose;
      return first === undefined
        ? []
        : [
            {
              range: first.range,
              message: `${first.text}${loose.length === 1 ? ' has' : ` and ${loose.length - 1} more have`} no fixed version; two builds can differ`,
            },
          ];
    }),
};
