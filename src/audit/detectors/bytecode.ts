import type { FileDetector } from '../detector.ts';

/** Compiled Python modules beside their sources (PEP 3147). */
export const bytecode: FileDetector = {
  name: 'bytecode',
  prepare:
    () =>
    ({ entry }) =>
      /(?:^|\/)__pycache__\/[^/]+\.pyc$/.test(entry.path) ? { kind: 'bytecode' } : undefined,
};
