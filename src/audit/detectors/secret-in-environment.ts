import { findingFacts, findSecrets } from '../../finding/index.ts';
import type { ImageDetector } from '../detector.ts';

/** Variables of the image's configuration that hold a secret by their name or their value; the value is never told. */
export const secretInEnvironment: ImageDetector = {
  name: 'secret-in-environment',
  detect: (subject) =>
    subject.image.config.env.flatMap((assignment) => {
      if (findSecrets(`ENV ${assignment}`).length === 0) return [];
      const variable = assignment.slice(0, assignment.indexOf('='));
      return [{ kind: 'secret-in-environment' as const, variable, ...findingFacts('secret-in-environment') }];
    }),
};
