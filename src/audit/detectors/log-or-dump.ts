import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isUserPlace } from '../places.ts';

const log = /\.log(?:\.\d+)?(?:\.gz)?$|^nohup\.out$|^events\.out\.tfevents\./;
const runDirectory = /(?:^|\/)wandb\/(?:offline-)?run-\d{8}_/;

/** Logs of build steps and of programs that ran in them, and the earlier states that dpkg keeps. */
export const logOrDump: FileDetector = {
  name: 'log-or-dump',
  prepare(subject) {
    const isOfRun = onceADirectory((directory) => runDirectory.test(directory));
    return ({ entry }, { directory, name }) => {
      if (directory.startsWith('var/log/') || name === 'npm-debug.log') return { kind: 'log-or-dump' };
      if (name.endsWith('-old') && /^var\/(?:lib|cache)\/(?:dpkg|debconf)\//.test(directory)) {
        return { kind: 'log-or-dump' };
      }
      return (log.test(name) || isOfRun(directory)) &&
        isUserPlace(directory) &&
        subject.ownerOf(entry.path) === undefined
        ? { kind: 'log-or-dump' }
        : undefined;
    };
  },
};
