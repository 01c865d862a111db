import type { AuditSubject } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';

// decoder.cpython-311.opt-1.pyc; a compilation that was cut off leaves `….pyc.140234`
const compiled = /^(.+)\.cpython-(\d)(\d+)(?:\.opt-[\w]+)?\.pyc(\.\d+)?$/;
const ownDirectory = /(?:^|\/)lib\/python(\d\.\d+)\//;

/** Bytecode whose source is gone, or that another version of Python made than the one that runs there (PEP 3147). */
export const orphanedBytecode: FileDetector = {
  name: 'orphaned-bytecode',
  prepare(subject) {
    const installed = pythonVersions(subject);
    return (_, { directory, name }) => {
      if (!directory.endsWith('__pycache__/')) return undefined;
      const [matched, module, major, minor, rest] = compiled.exec(name) ?? [];
      if (matched === undefined) return undefined;
      const folder = directory.slice(0, -'__pycache__/'.length);
      const version = `${major}.${minor}`;
      const running = ownDirectory.exec(folder)?.[1];
      const isForeign =
        running === undefined ? installed.size > 0 && !installed.has(version) : running !== version;
      const isUseless =
        isForeign || rest !== undefined || subject.root.get(`${folder}${module}.py`) === undefined;
      return isUseless ? { kind: 'orphaned-bytecode' } : undefined;
    };
  },
};

const programs = ['usr/bin', 'usr/local/bin', 'bin', 'opt/conda/bin', 'opt/venv/bin'];

/** `3.11`, by the interpreters' programs and by the folders that distributions are installed in. */
function pythonVersions({ root, distributions }: AuditSubject): ReadonlySet<string> {
  const versions = new Set<string>();
  for (let minor = 6; minor < 30; minor++) {
    if (programs.some((folder) => root.get(`${folder}/python3.${minor}`) !== undefined)) {
      versions.add(`3.${minor}`);
    }
  }
  for (const { files } of distributions) {
    const version = ownDirectory.exec(files[0] ?? '')?.[1];
    if (version !== undefined) versions.add(version);
  }
  return versions;
}
