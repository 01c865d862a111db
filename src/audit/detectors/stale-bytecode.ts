import type { FileDetector } from '../detector.ts';

/** Bytecode that does not fit its source any more: Python compiles the module anew at every start. */
export const staleBytecode: FileDetector = {
  name: 'stale-bytecode',
  prepare: (subject) => (file) =>
    subject.bytecodeUse(file) === 'stale' ? { kind: 'stale-bytecode' } : undefined,
};
