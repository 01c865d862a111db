import { readFile } from 'node:fs/promises';
import { nearestName, UserError } from '../../../base/index.ts';
import { lintRules, namesOfRule } from '../../../dockerfile/index.ts';

/** The page of a rule, by any of its names: `pip-cache`, `DL3042`, `StageNameCasing`. Throws a `UserError` for a name that no rule has. */
export async function explainRule(name: string): Promise<string> {
  const wanted = name.toLowerCase();
  const found = lintRules.filter((rule) => namesOfRule(rule).some((one) => one.toLowerCase() === wanted));
  if (found.length === 0) {
    const near = nearestName(name, lintRules.flatMap(namesOfRule));
    throw new UserError(`No rule of plimsoll lint is called ${name}.`, {
      hint: near === undefined ? 'Every finding names its rule.' : `Is ${near} meant?`,
    });
  }
  // The pages stand beside both `src/` and `dist/`.
  const pages = found.map(({ id }) =>
    readFile(new URL(`../../../../docs/rules/${id}.md`, import.meta.url), 'utf8'),
  );
  return (await Promise.all(pages)).join('\n');
}
