import { ownerIndex, type PackageFiles } from '../distro/index.ts';
import type { Group } from './groups.ts';
import type { ImageSide } from './side.ts';

/** Tells the group of a path that `layer` stores. */
export type GroupOf = (path: string, layer: number) => Group;

/**
 * Attributes single files, so that a RUN that installs system and Python packages at once is split truly:
 * base image by layer; Python dependencies by distribution, site-packages, virtual environment and pip's caches;
 * what Conda installed is with them; system packages by the lists of dpkg, apk and rpm and by the places that only the system
 * writes to; all else is the application.
 */
export function groupFiles(side: ImageSide, baseLayerCount: number): GroupOf {
  const distributionOf = ownerIndex<PackageFiles>(side.distributions);
  const environments = virtualEnvironments(side);
  const known = new Map<string, Group>();
  const judge = (path: string): Group => {
    if (distributionOf(path) !== undefined || pythonPlace.test(path)) return 'python-dependencies';
    if (environments.some((root) => path.startsWith(root))) return 'python-dependencies';
    const owner = side.inventory.ownerOf(path);
    if (owner?.manager === 'conda') return 'python-dependencies';
    if (owner !== undefined || systemPlace.test(path)) return 'system-packages';
    return 'application';
  };
  return (path, layer) => {
    if (layer < baseLayerCount) return 'base';
    let group = known.get(path);
    if (group === undefined) {
      group = judge(path);
      known.set(path, group);
    }
    return group;
  };
}

const pythonPlace = new RegExp(
  [
    '(?:^|/)(?:site|dist)-packages(?:/|$)',
    '(?:^|/)\\.cache/(?:pip|uv|pypoetry|pipenv|pdm)(?:/|$)',
    '(?:^|/)\\.local/(?:lib/python3|bin/)',
    '(?:^|/)(?:\\.venv|\\.virtualenvs)/',
    '(?:^|/)(?:(?:ana|mini)?conda3?|miniforge3?|mambaforge|micromamba)/(?:pkgs|envs|lib|bin|share|include)/',
    // An interpreter above the base: what the dependencies need.
    '^usr/local/(?:lib/(?:python3|libpython3)|bin/(?:python|pip|idle|pydoc|2to3)|include/python3)',
  ].join('|'),
);

// Maintainer scripts write files that no list holds: ld.so.cache, certificates, MIME and icon caches, alternatives.
const systemPlace =
  /^(?:usr\/(?!local\/|src\/|app\/)|etc\/|var\/(?!www\/|app\/|task\/)|lib(?:32|64|x32)?\/|s?bin\/|boot\/)/;

function virtualEnvironments(side: ImageSide): string[] {
  const roots: string[] = [];
  for (const { entry } of side.root.entries()) {
    if (entry.path.endsWith('/pyvenv.cfg')) roots.push(entry.path.slice(0, -'pyvenv.cfg'.length));
  }
  return roots;
}
