import { cp, link, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatBytes, UserError } from '../../src/base/index.ts';
import type { LabEngine } from './engine.ts';
import {
  debianArchives,
  debianSuite,
  dockerAptSettings,
  pythonPackages,
  recipeDigest,
  recipeLabel,
  type StandIn,
  slimPaths,
  standInLabel,
  standIns,
} from './recipe.ts';
import { relocatePython } from './relocate-python.ts';
import { type Log, mustRun, timed } from './steps.ts';

/** What the stand-ins are built with. */
export interface BaseOptions {
  readonly engine: LabEngine;
  /** The cache folder for tarballs. */
  readonly folder: string;
  /** Wheels of pip, setuptools and wheel that the Python in the images is bundled with. */
  readonly bundledWheels: readonly string[];
  /** The simple index that `pip` in the images asks, as containers reach it. */
  readonly indexUrl: string;
  readonly log: Log;
}

/**
 * Sees to it that the engine has the stand-ins of this recipe, building what is missing, and returns their names.
 * The tarballs stay in the cache folder, so that a new engine gets them within seconds.
 */
export async function ensureStandIns(options: BaseOptions): Promise<string[]> {
  const wheelNames = options.bundledWheels.map((path) => basename(path));
  const ready: string[] = [];
  for (const standIn of standIns) {
    const recipe = recipeDigest(
      standIn,
      rootfsVersion,
      pythonTreeRecipe,
      wheelNames,
      options.indexUrl,
      dockerfileOf(standIn, ''),
    );
    await refuseGenuine(options.engine, standIn);
    if ((await labelOf(options.engine, standIn.name, recipeLabel)) !== recipe) {
      await buildStandIn(options, standIn, recipe);
    }
    for (const alias of standIn.aliases) {
      await mustRun(options.engine.docker, ['tag', standIn.name, alias], { env: options.engine.environment });
    }
    ready.push(standIn.name, ...standIn.aliases);
  }
  return ready;
}

/** Changes when the Python tree would come out differently. */
const pythonTreeRecipe = { packages: pythonPackages, archives: debianArchives, version: 1 };

async function labelOf(engine: LabEngine, image: string, label: string): Promise<string | undefined> {
  const format = `{{index .Config.Labels "${label}"}}`;
  const found = await mustRun(engine.docker, ['image', 'inspect', '--format', format, image], {
    env: engine.environment,
  }).catch(() => undefined);
  return found?.stdout.trim();
}

async function refuseGenuine(engine: LabEngine, standIn: StandIn): Promise<void> {
  for (const name of [standIn.name, ...standIn.aliases]) {
    const label = await labelOf(engine, name, standInLabel);
    if (label !== '' && label !== '<no value>') continue;
    throw new UserError(`The engine has a ${name} of its own, which the lab will not replace.`, {
      hint: 'Let the lab use an engine of its own: npm run lab -- up --private-engine',
    });
  }
}

async function buildStandIn(options: BaseOptions, standIn: StandIn, recipe: string): Promise<void> {
  const { engine, log } = options;
  const rootfs = await rootfsTarball(options, standIn);
  const python = await pythonTree(options);
  const context = await mkdtemp(join(options.folder, 'context-'));
  try {
    await link(rootfs, join(context, 'rootfs.tar'));
    await cp(python, join(context, 'python'), { recursive: true, verbatimSymlinks: true });
    await mkdir(join(context, 'wheels'));
    for (const wheel of options.bundledWheels) await cp(wheel, join(context, 'wheels', basename(wheel)));
    await writeFile(join(context, 'pip.conf'), pipSettings(options.indexUrl));
    await writeFile(join(context, 'Dockerfile'), dockerfileOf(standIn, recipe));
    const title = `Building the stand-in for ${standIn.name} on ${formatBytes((await stat(rootfs)).size)} of Debian packages`;
    await timed(log, title, () =>
      mustRun(engine.docker, ['build', '--no-cache', '-q', '-t', standIn.name, context], {
        env: engine.environment,
      }),
    );
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

function pipSettings(indexUrl: string): string {
  return [
    '# Written by the lab: the Python Package Index is out of reach, and this one serves what the host has.',
    '[global]',
    `index-url = ${indexUrl}`,
    `trusted-host = ${new URL(indexUrl).hostname}`,
    'disable-pip-version-check = true',
    '',
  ].join('\n');
}

/** The same steps as the official images are made by: Debian, CPython below /usr/local, then pip and the names. */
function dockerfileOf(standIn: StandIn, recipe: string): string {
  return `FROM scratch
ADD rootfs.tar /
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
ENV LANG=C.UTF-8
ENV PYTHON_VERSION=3.11.2
COPY python /usr/local/
RUN --mount=type=bind,source=wheels,target=/mnt \\
    mkdir -p /usr/local/lib/python3.11/ensurepip/_bundled \\
 && cp /mnt/pip-*.whl /mnt/setuptools-*.whl /usr/local/lib/python3.11/ensurepip/_bundled/ \\
 && ln -s python3.11 /usr/local/bin/python3 && ln -s python3 /usr/local/bin/python \\
 && ldconfig \\
 && PYTHONDONTWRITEBYTECODE=1 python3 -m ensurepip --default-pip >/dev/null \\
 && PYTHONDONTWRITEBYTECODE=1 pip install --quiet --no-index --no-cache-dir --no-compile --root-user-action=ignore /mnt/wheel-*.whl /mnt/packaging-*.whl \\
 && find /usr/local -depth -type d -name __pycache__ -exec rm -rf '{}' + \\
 && python3 --version && pip --version
COPY pip.conf /etc/pip.conf
LABEL ${standInLabel}="${standIn.name} made of Debian 12 packages, not the official image" ${recipeLabel}="${recipe}"
CMD ["python3"]
`;
}

/** Raised when the steps below change what comes out. */
const rootfsVersion = 2;

/** The tarball of the root file system under CPython, made by mmdebstrap when it is not in the cache. */
async function rootfsTarball(options: BaseOptions, standIn: StandIn): Promise<string> {
  const digest = recipeDigest(standIn, slimPaths, dockerAptSettings, debianArchives, rootfsVersion);
  const path = join(options.folder, `${standIn.rootfs}-${digest}.tar`);
  if (await exists(path)) return path;
  await mkdir(options.folder, { recursive: true });
  const settings = await mkdtemp(join(options.folder, 'apt-'));
  try {
    // The folder's own mode is copied as well, and a temporary folder's would close /etc to all but root.
    const etc = join(settings, 'etc');
    await mkdir(etc, { mode: 0o755 });
    await writeAptSettings(etc, standIn);
    const part = `${path}.part.tar`;
    await timed(
      options.log,
      `Collecting ${standIn.packages.length} Debian packages for ${standIn.name}`,
      () =>
        mmdebstrap([
          '--variant=minbase',
          `--include=${standIn.packages.join(',')}`,
          '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr',
          ...(standIn.isSlim ? slimPaths.map((line) => `--dpkgopt=${line.replace(' ', '=')}`) : []),
          '--customize-hook=cd "$1" && rm -f etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap etc/hostname etc/resolv.conf',
          '--customize-hook=rm -f "$1"/var/cache/apt/*.bin "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old',
          `--customize-hook=sync-in ${etc} /etc`,
          debianSuite,
          part,
        ]),
    );
    await rename(part, path);
  } finally {
    await rm(settings, { recursive: true, force: true });
  }
  return path;
}

async function writeAptSettings(folder: string, standIn: StandIn): Promise<void> {
  await mkdir(join(folder, 'apt/apt.conf.d'), { recursive: true });
  await mkdir(join(folder, 'apt/sources.list.d'), { recursive: true });
  for (const [name, text] of Object.entries(dockerAptSettings)) {
    await writeFile(join(folder, 'apt/apt.conf.d', name), text);
  }
  await writeFile(join(folder, 'apt/apt.conf.d/90mirror'), await hostAptSettings());
  const sources = debianArchives.map(
    ({ uri, suites }) =>
      `Types: deb\nURIs: ${uri}\nSuites: ${suites.join(' ')}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`,
  );
  await writeFile(join(folder, 'apt/sources.list.d/debian.sources'), sources.join('\n'));
  if (standIn.isSlim) {
    await mkdir(join(folder, 'dpkg/dpkg.cfg.d'), { recursive: true });
    await writeFile(join(folder, 'dpkg/dpkg.cfg.d/docker'), `${slimPaths.join('\n')}\n`);
  }
}

const mirrorSettings = ['Acquire::http::Proxy', 'Acquire::Check-Valid-Until', 'Acquire::Check-Date'];

/** What the host's apt needs to reach its mirror (a proxy, a mirror that is frozen in time), as apt settings. */
async function hostAptSettings(): Promise<string> {
  const dump = await mustRun('apt-config', ['dump', ...mirrorSettings.map((name) => `${name}`)]);
  return dump.stdout
    .split('\n')
    .filter((line) => mirrorSettings.some((name) => line.startsWith(`${name} `)))
    .map((line) => `${line}\n`)
    .join('');
}

async function mmdebstrap(args: readonly string[]): Promise<void> {
  const apt = (await hostAptSettings()).split('\n').filter((line) => line !== '');
  const archives = debianArchives.flatMap(({ uri, suites }) =>
    suites.map((suite) => `deb ${uri} ${suite} main`),
  );
  await mustRun(
    'mmdebstrap',
    [
      '--quiet',
      '--aptopt=APT::Install-Recommends "false"',
      ...apt.map((line) => `--aptopt=${line}`),
      ...args,
      ...archives,
    ],
    { hint: 'The lab makes its images of Debian packages: the Debian mirror must be reachable.' },
  );
}

/** The folder that becomes `/usr/local` in both stand-ins. */
async function pythonTree(options: BaseOptions): Promise<string> {
  const path = join(options.folder, `python-${recipeDigest(pythonTreeRecipe)}`);
  if (await exists(path)) return path;
  const work = await mkdtemp(join(options.folder, 'python-work-'));
  try {
    await timed(options.log, 'Collecting CPython 3.11', async () => {
      const tarball = join(work, 'python.tar');
      await mmdebstrap(['--variant=extract', `--include=${pythonPackages.join(',')}`, debianSuite, tarball]);
      const wanted = ['./usr/bin/python3.11', './usr/lib/python3.11', './usr/include/python3.11'];
      const header = './usr/include/x86_64-linux-gnu/python3.11';
      await mustRun('tar', ['-xf', tarball, '-C', work, ...wanted, header]);
      await relocatePython(work, join(work, 'local'));
    });
    await rename(join(work, 'local'), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return path;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The wheels in `folder` that the Python of the stand-ins is bundled with. */
export async function bundledWheels(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  return ['pip', 'setuptools', 'wheel', 'packaging'].map((project) => {
    const name = names
      .filter((one) => one.startsWith(`${project}-`))
      .sort()
      .at(-1);
    if (name === undefined) throw new UserError(`No wheel of ${project} was downloaded.`);
    return join(folder, name);
  });
}
