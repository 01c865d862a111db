import { posix } from 'node:path';
import type { RequirementsFile } from './requirements.ts';
import type { RequirementsTree } from './requirements-tree.ts';

const developmentName = /(^|[-_./])(dev|devel|development|test|tests|testing|lint|ci)([-_.]|$)/i;

/** Whether the name of a requirements file says development: `requirements-dev.txt`, `requirements/test.txt`. */
export function isDevelopmentFile(path: string): boolean {
  return developmentName.test(posix.basename(path));
}

/** The file that production installs: the first included one without development in its name, else the file itself. */
export function productionFile(tree: RequirementsTree, installed: RequirementsFile): RequirementsFile {
  if (!isDevelopmentFile(installed.path)) return installed;
  const included = new Set(
    installed.lines.flatMap((line) =>
      line.kind === 'include' && line.includes === 'requirements'
        ? [posix.join(posix.dirname(installed.path), line.target)]
        : [],
    ),
  );
  return tree.files.find((file) => included.has(file.path) && !isDevelopmentFile(file.path)) ?? installed;
}
