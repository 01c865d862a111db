import { createHash } from 'node:crypto';

/** One stand-in image: what it stands for and the Debian packages that it is made of. */
export interface StandIn {
  /** The name that Dockerfiles use. */
  readonly name: string;
  /** Other names of the same image, as Docker Hub has them. */
  readonly aliases: readonly string[];
  /** The name of its root file system tarball. */
  readonly rootfs: 'buildpack-deps' | 'bookworm-slim';
  readonly packages: readonly string[];
  /** Leaves manuals, translations and documentation out, as `debian:bookworm-slim` does. */
  readonly isSlim: boolean;
}

/** The label that every stand-in carries; its value says what it is. */
export const standInLabel = 'dev.plimsoll.stand-in';

/** The label with the digest of everything that a stand-in is made from. */
export const recipeLabel = 'dev.plimsoll.stand-in.recipe';

export const debianSuite = 'bookworm';

/** The Debian archives that the stand-ins are made of, and that `apt-get` inside them uses. */
export const debianArchives: readonly { readonly uri: string; readonly suites: readonly string[] }[] = [
  { uri: 'http://deb.debian.org/debian', suites: ['bookworm', 'bookworm-updates'] },
  { uri: 'http://deb.debian.org/debian-security', suites: ['bookworm-security'] },
];

/** What CPython's modules link against; the official images keep the same libraries. */
const pythonLibraries = list(`
  ca-certificates netbase tzdata libbz2-1.0 libdb5.3 libexpat1 libffi8 libgdbm6 liblzma5 libncursesw6 libnsl2
  libreadline8 libsqlite3-0 libssl3 libtirpc3 libuuid1 zlib1g`);

/** The packages of `buildpack-deps:bookworm`, which `python:3.11` is made from, and the three that it adds. */
const buildpackDeps = list(`
  curl gnupg sq wget git mercurial openssh-client subversion procps
  autoconf automake bzip2 default-libmysqlclient-dev dpkg-dev file g++ gcc imagemagick libbz2-dev libc6-dev
  libcurl4-openssl-dev libdb-dev libevent-dev libffi-dev libgdbm-dev libglib2.0-dev libgmp-dev libjpeg-dev
  libkrb5-dev liblzma-dev libmagickcore-dev libmagickwand-dev libmaxminddb-dev libncurses5-dev libncursesw5-dev
  libpng-dev libpq-dev libreadline-dev libsqlite3-dev libssl-dev libtool libwebp-dev libxml2-dev libxslt1-dev
  libyaml-dev make patch unzip xz-utils zlib1g-dev
  libbluetooth-dev tk-dev uuid-dev`);

/** The Debian packages that hold CPython 3.11; they are unpacked, not installed. */
export const pythonPackages: readonly string[] = list(`
  python3.11-minimal libpython3.11-minimal libpython3.11-stdlib python3.11-venv libpython3.11-dev
  python3-distutils python3-lib2to3`);

/** The stand-ins, the small one first: others may wait for it alone. */
export const standIns: readonly StandIn[] = [
  {
    name: 'python:3.11-slim',
    aliases: ['python:3.11-slim-bookworm'],
    rootfs: 'bookworm-slim',
    packages: ['usr-is-merged', ...pythonLibraries],
    isSlim: true,
  },
  {
    name: 'python:3.11',
    aliases: ['python:3.11-bookworm'],
    rootfs: 'buildpack-deps',
    packages: ['usr-is-merged', ...pythonLibraries, ...buildpackDeps],
    isSlim: false,
  },
];

/** What `debian:bookworm-slim` tells dpkg not to unpack. */
export const slimPaths: readonly string[] = [
  'path-exclude /usr/share/doc/*',
  'path-include /usr/share/doc/*/copyright',
  ...['man', 'locale', 'info', 'groff', 'lintian', 'linda'].map(
    (name) => `path-exclude /usr/share/${name}/*`,
  ),
];

/** The apt settings of the official Debian images: nothing downloaded is kept, indexes stay compressed. */
export const dockerAptSettings: Readonly<Record<string, string>> = {
  'docker-autoremove-suggests': 'Apt::AutoRemove::SuggestsImportant "false";\n',
  'docker-clean': `DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };

Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`,
  'docker-gzip-indexes': 'Acquire::GzipIndexes "true";\n',
  'docker-no-languages': 'Acquire::Languages "none";\n',
};

/** The digest of anything that decides how a part of the lab looks; 16 hexadecimal characters. */
export function recipeDigest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

function list(names: string): string[] {
  return names.split(/\s+/).filter((name) => name !== '');
}
