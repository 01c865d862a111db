import type { CacheOwner } from '../../finding/index.ts';
import type { FileDetector } from '../detector.ts';

// Where each program keeps what it can fetch again. Homes differ (/root, /home/x, /app), so a cache below a home is matched anywhere.
const places: readonly { readonly manager: CacheOwner; readonly pattern: RegExp }[] = [
  { manager: 'pip', pattern: /(?:^|\/)\.cache\/pip\// },
  { manager: 'uv', pattern: /(?:^|\/)\.cache\/uv\// },
  { manager: 'poetry', pattern: /(?:^|\/)\.cache\/pypoetry\/(?:cache|artifacts)\// },
  { manager: 'pipenv', pattern: /(?:^|\/)\.cache\/pipenv\// },
  // conda: `pkgs/` beside `envs/` holds the archives and their unpacked copies; environments hard-link to the latter.
  {
    manager: 'conda',
    pattern: /(?:^|\/)(?:(?:ana|mini)?conda3?|miniforge3?|mambaforge|micromamba|\.conda)\/pkgs\//,
  },
  { manager: 'npm', pattern: /(?:^|\/)\.npm\/(?:_cacache|_logs|_npx)\// },
  { manager: 'yarn', pattern: /(?:^|\/)(?:\.cache\/yarn|usr\/local\/share\/\.cache\/yarn|\.yarn\/cache)\// },
  { manager: 'pnpm', pattern: /(?:^|\/)(?:\.local\/share\/pnpm\/store|\.cache\/pnpm|\.pnpm-store)\// },
  { manager: 'apt', pattern: /^var\/lib\/apt\/lists\/[^/]+(?:\/|$)/ },
  { manager: 'apt', pattern: /^var\/cache\/apt\/(?:archives\/|[^/]+\.bin$)/ },
  { manager: 'apk', pattern: /^(?:var\/cache\/apk|etc\/apk\/cache)\// },
  { manager: 'dnf', pattern: /^var\/cache\/(?:dnf|yum|libdnf5|zypp)\// },
  { manager: 'cargo', pattern: /(?:^|\/)\.cargo\/(?:registry|git)\// },
  { manager: 'go', pattern: /(?:^|\/)(?:go\/pkg\/mod\/cache|\.cache\/go-build)\// },
];

/** Caches and downloaded indexes of package managers. */
export const packageManagerCache: FileDetector = {
  name: 'package-manager-cache',
  prepare: () => (file) => {
    const place = places.find(({ pattern }) => pattern.test(file.entry.path));
    return place === undefined ? undefined : { kind: 'package-manager-cache', manager: place.manager };
  },
};
