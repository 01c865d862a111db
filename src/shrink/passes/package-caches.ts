import { packageCaches } from '../../distro/index.ts';
import type { CacheOwner } from '../../finding/index.ts';
import type { ShrinkEdit, ShrinkPass } from '../pass.ts';

/** Managers whose caches only make the next installation faster: no program that was installed reads them. */
const installers: ReadonlySet<CacheOwner> = new Set([
  'pip',
  'uv',
  'poetry',
  'pipenv',
  'pdm',
  'conda',
  'npm',
  'yarn',
  'apt',
  'apk',
  'dnf',
  'zypper',
  'pacman',
] as const);

/** Caches and downloaded indexes of package managers. */
export const packageCachesPass: ShrinkPass = {
  name: 'package-caches',
  title: 'caches and lists of package managers',
  risk: 'safe',
  find({ root, config }) {
    const managerOf = packageCaches(root, config.env);
    const edits: ShrinkEdit[] = [];
    for (const { entry } of root.entries()) {
      if (entry.type === 'directory') continue;
      const manager = managerOf(entry.path);
      // `npx` runs programs out of `_npx`.
      if (manager === undefined || !installers.has(manager) || entry.path.includes('/_npx/')) continue;
      edits.push({ kind: 'remove', path: entry.path, reason: `cache of ${manager}`, unit: entry.path });
    }
    return { edits, leftAlone: [] };
  },
};
