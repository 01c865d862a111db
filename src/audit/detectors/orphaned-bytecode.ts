import type { FileDetector } from '../detector.ts';

/**
 * Bytecode that Python never looks at: its source is gone, another version or level of optimisation made it than the one that
 * runs there, it is of a test suite, or bytecode is kept elsewhere.
 */
export const orphanedBytecode: FileDetector = {
  name: 'orphaned-bytecode',
  prepare: (subject) => (file) =>
    subject.bytecodeUse(file) === 'unused' ? { kind: 'orphaned-bytecode' } : undefined,
};
