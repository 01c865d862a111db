import type { VisibleEntry } from '../../filetree/index.ts';
import { type Finding, findingFacts } from '../../finding/index.ts';
import type { ImageDetector } from '../detector.ts';
import { ownersOf } from '../group-claims.ts';

// Installers compile everything or nothing; what running programs leave behind is 30 to 60 percent.
const compiledShare = 0.9;
const fewestModules = 100;

/**
 * All modules of all distributions compiled, as pip does it. Each of these files can be loaded, so none is waste by itself, but a
 * service loads a part of them only.
 */
export const bytecode: ImageDetector = {
  name: 'bytecode',
  detect(subject) {
    const compiled: VisibleEntry[] = [];
    let moduleCount = 0;
    for (const { files } of subject.distributions) {
      for (const path of files) {
        if (path.endsWith('.py')) moduleCount += 1;
        const file = path.endsWith('.pyc') ? subject.root.get(path) : undefined;
        if (file !== undefined && subject.bytecodeUse(file) === 'used') compiled.push(file);
      }
    }
    if (moduleCount < fewestModules || compiled.length < moduleCount * compiledShare) return [];
    return [...Map.groupBy(compiled, ({ layer }) => layer)].map(([layer, found]): Finding => {
      const files = found.map(({ entry }) => entry);
      const instruction = subject.instructionOf(layer);
      return {
        kind: 'bytecode',
        ...findingFacts('bytecode', { files, layer, instruction, ...ownersOf(files, subject) }),
      };
    });
  },
};
