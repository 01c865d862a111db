import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';
import { isInSitePackages } from '../places.ts';

/** Memory of crashed programs: ELF core files, or by the names that the kernel gives them. */
export const coreDump: FileDetector = {
  name: 'core-dump',
  prepare(subject) {
    const isKept = onceADirectory((directory) => /^var\/(?:crash|lib\/systemd\/coredump)\//.test(directory));
    return ({ entry }, { directory, name }) => {
      if (entry.format === 'core-dump') return { kind: 'core-dump' };
      const isNamed = /^(?:core(?:\.[\w.-]*\d+)?|java_pid\d+\.hprof)$/.test(name) || isKept(directory);
      // What is known to be something else is something else: a program called `core`.
      if (!isNamed || entry.type !== 'file' || entry.format !== undefined) return undefined;
      return isInSitePackages(directory) || subject.ownerOf(entry.path) !== undefined
        ? undefined
        : { kind: 'core-dump' };
    };
  },
};
