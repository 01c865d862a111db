import { developmentPurpose } from '../../python/index.ts';
import { removeDistributions } from '../distribution-removal.ts';
import type { ShrinkPass } from '../pass.ts';

/** Distributions that only development uses, and what they alone brought along: whole, as `pip uninstall` takes them. */
export const developmentPass: ShrinkPass = {
  name: 'development',
  title: 'distributions for development, and what only they need',
  risk: 'verify',
  find: (subject) => removeDistributions(subject, ({ name }) => developmentPurpose(name)),
};
