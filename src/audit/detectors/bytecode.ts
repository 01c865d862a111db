import type { FileDetector } from '../detector.ts';

/** Compiled Python modules beside their sources (PEP 3147). */
export const bytecode: FileDetector = {
  name: 'bytecode',
  prepare:
    () =>
    (_, { directory, name }) =>
      directory.endsWith('__pycache__/') && name.endsWith('.pyc') ? { kind: 'bytecode' } : undefined,
};
