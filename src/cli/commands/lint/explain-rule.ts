import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  const folder = fileURLToPath(new URL('../../../../docs/rules', import.meta.url));
  const pages = found.map(({ id }) => readFile(join(folder, `${id}.md`), 'utf8'));
  return (await Promise.all(pages)).join('\n');
}
