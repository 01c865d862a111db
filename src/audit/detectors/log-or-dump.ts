import type { FileDetector } from '../detector.ts';

/** Logs of build steps, core dumps and crash reports. */
export const logOrDump: FileDetector = {
  name: 'log-or-dump',
  prepare:
    () =>
    ({ entry }) =>
      /^var\/log\/.|^var\/crash\/.|(?:^|\/)core(?:\.\d+)?$|(?:^|\/)npm-debug\.log$|^var\/cache\/debconf\/.*-old$|^var\/lib\/dpkg\/.*-old$/.test(
        entry.path,
      )
        ? { kind: 'log-or-dump' }
        : undefined,
};
