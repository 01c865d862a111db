import type { FileDetector } from '../detector.ts';

const place = /(?:^|\/)(?:cmake|pkgconfig|aclocal)[^/]*\//;
const configuration = /(?:-config(?:-version)?|Config(?:Version)?|Targets(?:-[a-z]+)?)\.cmake$/;

/** Files by which CMake, pkg-config and autoconf find what is installed. */
export const buildConfiguration: FileDetector = {
  name: 'build-configuration',
  prepare:
    () =>
    (_, { directory, name }) =>
      (/\.(?:cmake(?:\.in)?|pc|m4)$/.test(name) && place.test(directory)) ||
      configuration.test(name) ||
      /^usr\/(?:local\/)?share\/cmake(?:-[\d.]+)?\//.test(directory)
        ? { kind: 'build-configuration' }
        : undefined,
};
