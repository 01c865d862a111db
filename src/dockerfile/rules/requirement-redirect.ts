import { readCondaInstall } from '../conda-command.ts';
import type { ShellCommand } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import type { LintRule } from './rule.ts';
import { commandsOf } from './visit.ts';

/** `>=2.3`, `<2.0.0rc1`, `>=1,<3`; not the name of a file: `>2.log`. */
const version =
  /^(?:>=?|<=?)=?\d+(?:\.[\d*]+)*(?:(?:a|b|rc|\.post|\.dev)\d+)?(?:,[<>=!~]+[\d.]+)*(?=$|[\s;&|)\\])/;

/** `pip install openvino>=2022.3`: the shell writes into a file named `=2022.3`. */
export const requirementRedirect: LintRule = {
  id: 'requirement-redirect',
  severity: 'error',
  title: 'a version without quotes is a redirect of the shell',
  check: ({ model, syntax }) =>
    commandsOf(model).flatMap(({ command }) => {
      const first = firstArgument(command);
      if (first === undefined) return [];
      return command.wordRanges.slice(first).flatMap(({ start, end }) => {
        // Directly behind the word and before a version: `>=2`, `>1.0`, `<2`; never `2>&1`, `> log.txt`.
        const rest = syntax.text.slice(end);
        const redirect = version.exec(rest)?.[0];
        const name = syntax.text.slice(start, end);
        if (redirect === undefined || !/^[A-Za-z][\w.[\],-]*$/.test(name)) return [];
        const what = redirect.startsWith('>')
          ? `the shell writes the output into a file ${redirect.slice(1)}`
          : `the shell reads a file ${redirect.slice(1)}`;
        return [
          {
            range: { start, end: end + redirect.length },
            message: `${what}, and ${name} comes in any version: write "${name}${redirect}"`,
          },
        ];
      });
    }),
};

/** Where the arguments of an install by pip, uv or conda begin. */
function firstArgument(command: ShellCommand): number | undefined {
  return readPipInstall(command)?.firstArgument ?? (readCondaInstall(command) === undefined ? undefined : 2);
}
