import { removePackages } from '../package-removal.ts';
import type { ShrinkPass } from '../pass.ts';

/** apt itself, with what it alone brought along: dpkg stays, and its database true. */
export const aptPass: ShrinkPass = {
  name: 'apt',
  title: 'apt: nothing can be installed in the container any more',
  risk: 'opt-in',
  needsLoadedLibraries: true,
  find: (subject) =>
    removePackages(subject, {
      purposeOf: ({ name }) => (name === 'apt' || name === 'apt-utils' ? 'it installs others' : undefined),
    }),
};
