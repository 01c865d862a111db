import { type ComposeChange, decideNeed, hasKey, valueAt } from '../compose-change.ts';
import type { Addition } from '../insert.ts';

const path = ['deploy', 'resources', 'limits'];

/** Says how much memory and how many processors the container may take. */
export const limits: ComposeChange = {
  id: 'limits',
  title: 'Limit memory and processors',
  decide(needs, view) {
    const there = valueAt(view.effective, path);
    const hasMemory = hasKey(there, 'memory') || hasKey(view.effective, 'mem_limit');
    const hasCpus = hasKey(there, 'cpus') || hasKey(view.effective, 'cpus');
    return decideNeed(needs.limits, hasMemory && hasCpus, ({ memory, cpus }) => {
      const set = (key: string, value: string): Addition => ({
        path: ['services', view.name, ...path, key],
        value: { quoted: value },
        how: 'set',
      });
      const additions = [
        ...(cpus === undefined || hasCpus ? [] : [set('cpus', cpus)]),
        ...(memory === undefined || hasMemory ? [] : [set('memory', memory)]),
      ];
      return additions.length > 0 ? additions : 'the file has its own limits';
    });
  },
};
