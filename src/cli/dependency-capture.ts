import type { Capture } from '../filetree/index.ts';
import { inventoryCapture } from './inventory-capture.ts';

/** Larger sources are generated or hold data. */
const largestSourceBytes = 1_000_000;

/** Where systems and distributions keep their own Python. */
const foreign =
  /(?:^|\/)(?:site-packages|dist-packages|node_modules|__pycache__|\.git)\/|^(?:usr|lib|lib64|bin|sbin|etc|var|proc|sys|dev|run|boot|root\/\.cache|opt\/(?:conda|nvidia))\/|(?:^|\/)lib\/python3\.\d+\//;
/** Applications live there all the same. */
const ownDespite = /^(?:usr\/src|usr\/local\/(?:src|app|bin)|var\/(?:task|www|app))\//;
const wanted =
  /\.(?:py|sh|ipynb)$|(?:^|\/)(?:[\w.-]*(?:requirements?|constraints?)[\w.-]*\.(?:txt|in)|requirements\/[^/]+\.(?:txt|in)|pyproject\.toml|Pipfile|pyvenv\.cfg)$/i;

/** True for a text of the application itself: its sources, its scripts, its requirements; `pyvenv.cfg` marks environments. */
export function isApplicationText(path: string): boolean {
  if (path.endsWith('/pyvenv.cfg')) return true;
  const isOwn = ownDespite.test(path) && !/(?:site|dist)-packages\//.test(path);
  return wanted.test(path) && (isOwn || !foreign.test(path));
}

/** What tells which distributions are installed and how an application uses them. */
export const dependencyCapture: Capture = {
  key: 'dependencies',
  ...(inventoryCapture.maxBytes !== undefined && { maxBytes: inventoryCapture.maxBytes }),
  wants: (path, sizeBytes) =>
    inventoryCapture.wants(path, sizeBytes) || (sizeBytes <= largestSourceBytes && isApplicationText(path)),
};
