import { nothingToDo, type Rewrite } from './rewrite.ts';
import { aptInstalls } from './runtime-packages.ts';

/** `apt-get install` in the final stage without the packages that others merely recommend. */
export const noRecommends: Rewrite = {
  id: 'no-recommends',
  title: 'Install no merely recommended system packages',
  risk: 'verify',
  propose({ model }) {
    const stage = model.stages[model.target];
    const installs = stage === undefined ? [] : aptInstalls(stage);
    const plain = installs.filter(
      ({ install }) =>
        !install.options.some((option) => /no-install-recommends|Install-Recommends/i.test(option)),
    );
    if (plain.length === 0) return nothingToDo;
    return {
      edits: plain.map(({ install }) => ({
        range: { start: install.optionsAt, end: install.optionsAt },
        newText: ' --no-install-recommends',
      })),
      reason: 'apt also installs what packages recommend, unless it is told not to',
      leftAlone: [],
    };
  },
};
