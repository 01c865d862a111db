import type { RootFileSystem } from '../filetree/index.ts';
import type { CacheOwner } from '../finding/index.ts';

interface CachePlace {
  readonly manager: CacheOwner;
  readonly pattern: RegExp;
}

// Where each program keeps what it can fetch again. Homes differ (/root, /home/x, /app), so a cache below a home is matched anywhere.
const places: readonly CachePlace[] = [
  { manager: 'pip', pattern: /(?:^|\/)\.cache\/(?:pip|pip-tools)\// },
  // What a pip that was killed leaves behind.
  {
    manager: 'pip',
    pattern: /^(?:var\/)?tmp\/pip-(?:install|unpack|build|req|wheel|ephem|modern|uninstall|download)[\w-]*\//,
  },
  { manager: 'uv', pattern: /(?:^|\/)\.cache\/uv\// },
  { manager: 'poetry', pattern: /(?:^|\/)\.cache\/pypoetry\/(?:cache|artifacts)\// },
  { manager: 'pipenv', pattern: /(?:^|\/)\.cache\/pipenv\// },
  { manager: 'pdm', pattern: /(?:^|\/)\.cache\/pdm\// },
  { manager: 'pre-commit', pattern: /(?:^|\/)\.cache\/pre-commit\// },
  // conda: `pkgs/` beside `envs/` holds the archives and their unpacked copies; environments hard-link to the latter.
  {
    manager: 'conda',
    pattern:
      /(?:^|\/)(?:(?:ana|mini)?conda3?|miniforge3?|mambaforge|(?:micro)?mamba|\.conda|\.mamba)\/pkgs\/|(?:^|\/)\.cache\/(?:conda|mamba|rattler)\//,
  },
  {
    manager: 'npm',
    pattern: /(?:^|\/)\.npm\/(?:_cacache|_logs|_npx)\/|(?:^|\/)\.cache\/(?:node-gyp|node\/corepack)\//,
  },
  {
    manager: 'yarn',
    pattern: /(?:^|\/)(?:\.cache\/yarn|usr\/local\/share\/\.cache\/yarn|\.yarn\/(?:berry\/)?cache)\//,
  },
  {
    manager: 'pnpm',
    pattern: /(?:^|\/)(?:\.local\/share\/pnpm\/store|\.cache\/pnpm|\.pnpm-store|node_modules\/\.cache)\//,
  },
  { manager: 'apt', pattern: /^var\/lib\/apt\/lists\// },
  { manager: 'apt', pattern: /^var\/cache\/apt\/(?:archives\/|[^/]+\.bin$)|^var\/cache\/apt-xapian-index\// },
  { manager: 'apk', pattern: /^(?:var\/cache\/apk|etc\/apk\/cache)\// },
  {
    manager: 'dnf',
    pattern: /^var\/cache\/(?:dnf|yum|tdnf|libdnf5|PackageKit)\/|^var\/lib\/(?:dnf\/repos|yum\/yumdb)\//,
  },
  { manager: 'zypper', pattern: /^var\/cache\/zypp\// },
  { manager: 'pacman', pattern: /^var\/cache\/pacman\/pkg\/|^var\/lib\/pacman\/sync\// },
  { manager: 'bun', pattern: /(?:^|\/)\.bun\/install\/cache\// },
  { manager: 'bazel', pattern: /(?:^|\/)\.cache\/(?:bazel|bazelisk)\// },
  { manager: 'ccache', pattern: /(?:^|\/)(?:\.cache\/s?ccache|\.ccache)\// },
  { manager: 'cargo', pattern: /(?:^|\/)(?:\.cargo|usr\/local\/cargo)\/(?:registry|git)\// },
  { manager: 'go', pattern: /(?:^|\/)(?:go\/pkg\/(?:mod|sumdb)|\.cache\/go-build)\// },
  // Downloads that did not end, and the locks and notes of those that did (huggingface_hub, file_download.py).
  {
    manager: 'huggingface',
    pattern:
      /(?:\/blobs\/|huggingface\/|models--).*\.incomplete$|(?:^|\/)\.locks\/(?:models|datasets|spaces)--|\/huggingface\/(?:download\/.*\.(?:lock|metadata)$|xet\/.*\/(?:chunk-cache|chunk_cache|staging)\/)/,
  },
];

// Names that make a file one of the above where its directory does not.
const leftover = /\.(?:incomplete|lock|metadata|bin)$/;

// Variables by which an image moves a cache.
const movable: readonly {
  readonly manager: CacheOwner;
  readonly variable: RegExp;
  readonly below?: string;
}[] = [
  { manager: 'pip', variable: /^PIP_CACHE_DIR$/ },
  { manager: 'uv', variable: /^UV_CACHE_DIR$/ },
  { manager: 'poetry', variable: /^POETRY_CACHE_DIR$/, below: '(?:cache|artifacts)/' },
  { manager: 'pipenv', variable: /^PIPENV_CACHE_DIR$/ },
  { manager: 'pdm', variable: /^PDM_CACHE_DIR$/ },
  { manager: 'pre-commit', variable: /^PRE_COMMIT_HOME$/ },
  { manager: 'conda', variable: /^CONDA_PKGS_DIRS$/ },
  { manager: 'npm', variable: /^npm_config_cache$/i },
  { manager: 'yarn', variable: /^YARN_CACHE_FOLDER$/ },
  { manager: 'cargo', variable: /^CARGO_HOME$/, below: '(?:registry|git)/' },
  { manager: 'go', variable: /^(?:GOCACHE|GOMODCACHE)$/ },
];

/** Tells whose cache a file is in; undefined for all others. */
export type CacheOwnerOf = (path: string) => CacheOwner | undefined;

/**
 * Prepares the judgement of paths in caches and downloaded indexes of package managers, those among them that the image's
 * variables (`env`, `NAME=value`) move. What a Yarn Plug'n'Play project runs from is none.
 */
export function packageCaches(root: Pick<RootFileSystem, 'get'>, env: readonly string[]): CacheOwnerOf {
  const all = [...movedPlaces(env), ...places];
  // Nearly all files are in no cache: one look at each of their directories.
  const any = new RegExp(all.map(({ pattern }) => pattern.source).join('|'));
  let last = { directory: '', isCache: any.test('') };
  return (path) => {
    const end = path.lastIndexOf('/') + 1;
    if (end !== last.directory.length || !path.startsWith(last.directory)) {
      const directory = path.slice(0, end);
      last = { directory, isCache: any.test(directory) };
    }
    if (!last.isCache && !(leftover.test(path) && any.test(path))) return undefined;
    const manager = all.find(({ pattern }) => pattern.test(path))?.manager;
    return manager === 'yarn' && isPlugAndPlay(path, root) ? undefined : manager;
  };
}

/** Yarn's Plug'n'Play runs programs straight from the archives in `.yarn/cache`. */
function isPlugAndPlay(path: string, root: Pick<RootFileSystem, 'get'>): boolean {
  const project = /^(.*\/|)\.yarn\/cache\//.exec(path)?.[1];
  const has = (name: string): boolean => root.get(`${project}${name}`) !== undefined;
  return project !== undefined && (has('.pnp.cjs') || has('.pnp.loader.mjs'));
}

function movedPlaces(env: readonly string[]): CachePlace[] {
  return env.flatMap((assignment) => {
    const equals = assignment.indexOf('=');
    const known = movable.find(({ variable }) => variable.test(assignment.slice(0, equals)));
    const directory = assignment.slice(equals + 1).replace(/^\/+|\/+$/g, '');
    // `/` or `/app` cannot be meant whole: somebody wants the cache among other things.
    const isOwn = directory.includes('/') || /cache|tmp|pkgs/i.test(directory);
    if (known === undefined || !isOwn) return [];
    return [
      {
        manager: known.manager,
        pattern: new RegExp(`^${directory.replace(/[^\w/]/g, '\\$&')}/${known.below ?? ''}`),
      },
    ];
  });
}
