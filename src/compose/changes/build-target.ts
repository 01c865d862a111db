import { type ComposeChange, decideNeed, valueAt } from '../compose-change.ts';

/** Names the stage to build. */
export const buildTarget: ComposeChange = {
  id: 'build-target',
  title: 'Name the stage to build',
  decide(needs, view) {
    const isThere = valueAt(view.effective, ['build', 'target']) !== undefined;
    return decideNeed(needs.buildTarget, isThere, (stage) => [
      { path: ['services', view.name, 'build', 'target'], value: stage, how: 'set' },
    ]);
  },
};
