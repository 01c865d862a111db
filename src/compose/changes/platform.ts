import { type ComposeChange, decideNeed, hasKey, valueAt } from '../compose-change.ts';

/** Builds and runs for one platform, whatever the machine. */
export const platform: ComposeChange = {
  id: 'platform',
  title: 'Say the platform',
  decide(needs, view) {
    const built = valueAt(view.effective, ['build', 'platforms']);
    return decideNeed(needs.platform, hasKey(view.effective, 'platform'), (name) => {
      // Compose refuses a platform that is none of those that are built.
      if (Array.isArray(built) && !built.includes(name))
        return `build.platforms says ${built.join(', ')}, and ${name} is none of them`;
      if (Array.isArray(built) && built.length > 1) return 'the image is built for several platforms';
      return [{ path: ['services', view.name, 'platform'], value: name, how: 'set' }];
    });
  },
};
