import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

const place = /(?:^|\/)(?:cmake|pkgconfig|aclocal)[^/]*\//;
const configuration = /(?:-config(?:-version)?|Config(?:Version)?|Targets(?:-[a-z]+)?)\.cmake$/;

/** Files by which CMake, pkg-config and autoconf find what is installed. */
export const buildConfiguration: FileDetector = {
  name: 'build-configuration',
  prepare() {
    const isOfCmake = onceADirectory((directory) =>
      /^usr\/(?:local\/)?share\/cmake(?:-[\d.]+)?\//.test(directory),
    );
    return (_, { directory, name }) =>
      (/\.(?:cmake(?:\.in)?|pc|m4)$/.test(name) && place.test(directory)) ||
      configuration.test(name) ||
      isOfCmake(directory)
        ? { kind: 'build-configuration' }
        : undefined;
  },
};
