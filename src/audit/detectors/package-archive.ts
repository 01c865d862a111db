import type { FileDetector } from '../detector.ts';
import { isUserPlace } from '../places.ts';

const packageFile = /\.(?:whl|deb|rpm|conda|snap|flatpak)$/;
const sourceDistribution = /-\d[^/]*\.(?:tar\.gz|zip)$/;
const sourcePlace = /(?:^|\/)(?:wheels?|wheelhouse|dist|sdist)\/$/;
const installer =
  /^(?:(?:Mini|Ana)conda\d|Mini(?:forge|conda)\d?|Mambaforge).*\.sh$|^(?:cuda_|NVIDIA-).*\.run$|^get-(?:pip|poetry)\.py$/;

/** Packages and installers that lie where no installer puts them: what they hold is installed already, or never will be. */
export const packageArchive: FileDetector = {
  name: 'package-archive',
  prepare:
    (subject) =>
    ({ entry }, { directory, name }) => {
      const isPackage =
        packageFile.test(name) ||
        installer.test(name) ||
        (sourceDistribution.test(name) && sourcePlace.test(directory));
      return isPackage && isUserPlace(directory) && subject.ownerOf(entry.path) === undefined
        ? { kind: 'package-archive' }
        : undefined;
    },
};
