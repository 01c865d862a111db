/** What a secret is known by. */
export interface SecretReader {
  /** Does a text name it? Of code, in any case: a settings class reads `git_token`. */
  readonly isNamedIn: (text: string, isCode: boolean) => boolean;
  /** Does a program read it without being told? */
  readonly isReadBy: (program: string) => boolean;
  /** Nothing in the Dockerfile or in the project names it: then it is a library that reads it, if anything does. */
  readonly isUnnamed: boolean;
}

/** Programs that read no variable or file of credentials unless their words name it: of the system, for archives, users, compilers. */
const blindPrograms = new Set([
  'apt', 'apt-get', 'apt-cache', 'apt-key', 'apt-mark', 'add-apt-repository', 'dpkg', 'dpkg-reconfigure', 'dpkg-query', 'apk', 'yum', 'dnf',
  'microdnf', 'rpm', 'zypper', 'mkdir', 'rmdir', 'rm', 'cp', 'mv', 'ln', 'ls', 'cat', 'touch', 'chmod', 'chown', 'chgrp', 'install', 'find', 'grep',
  'egrep', 'sed', 'awk', 'gawk', 'cut', 'head', 'tail', 'sort', 'uniq', 'tr', 'tee', 'wc', 'xargs', 'basename', 'dirname', 'realpath', 'readlink',
  'pwd', 'cd', 'pushd', 'popd', 'echo', 'printf', 'true', 'false', ':', '[', 'test', 'set', 'unset', 'export', 'local', 'shift', 'read', 'exit', 'return', 'trap',
  'umask', 'sleep', 'wait', 'date', 'uname', 'arch', 'id', 'whoami', 'which', 'command', 'type', 'hash', 'nproc', 'df', 'du', 'stat', 'file', 'sync', 'split',
  'tar', 'gzip', 'gunzip', 'zip', 'unzip', 'bzip2', 'xz', 'zstd', 'lz4', '7z', 'cpio', 'md5sum', 'sha1sum', 'sha256sum', 'sha512sum', 'gpg', 'gpgv',
  'openssl', 'base64', 'jq', 'yq', 'patch', 'diff', 'useradd', 'groupadd', 'usermod', 'groupmod', 'adduser', 'addgroup', 'deluser', 'passwd',
  'chpasswd', 'su', 'sudo', 'gosu', 'locale-gen', 'update-locale', 'localedef', 'update-alternatives', 'update-ca-certificates', 'ldconfig',
  'mktemp', 'dos2unix', 'strip', 'gcc', 'g++', 'cc', 'c++', 'clang', 'nvcc', 'ld', 'ar', 'nvidia-smi', 'fc-cache', 'mkfontscale', 'a2enmod', 'a2ensite',
  'service', 'ssh-keygen', 'ssh-keyscan', 'virtualenv', 'rsync', 'lscpu', 'free', 'tini', 'pyclean', 'apt-config', 'debconf-set-selections',
]); // biome-ignore format: a list

/** Programs that fetch something, and look for credentials of hosts. */
const netProgram =
  /^(pip[\d.]*|uv|uvx|poetry|pdm|pipenv|git|git-lfs|curl|wget|python[\d.]*|hf|huggingface-cli|conda|mamba|micromamba)$/;
const anyPython =
  /^(python[\d.]*|uv|poetry|pdm|pipenv|pytest|django-admin|celery|flask|alembic|streamlit|spacy|nltk)$/;

/** Who reads a variable that nobody names, by how it begins. */
const unaskedReaders: readonly (readonly [variable: RegExp, program: RegExp])[] = [
  [/^PIP_/, /^(pip[\d.]*|python[\d.]*|conda|mamba|micromamba|pipenv|uv)$/],
  [/^UV_/, /^uvx?$/],
  [/^(POETRY|PDM|PIPENV|TWINE)_/, /^(poetry|pdm|pipenv|twine|python[\d.]*)$/],
  [/^(HF_|HUGGING_?FACE)/, /^(hf|huggingface-cli|optimum-cli|vllm|python[\d.]*|uv|poetry|pdm|pipenv|git)$/],
  [/^(AWS|AZURE|ARM|GOOGLE|GCP|GCLOUD|CLOUDSDK|S3)_/, /^(aws|az|azcopy|gcloud|gsutil|s5cmd|dvc|rclone|terraform|mlflow|python[\d.]*|uv|poetry|pdm|pipenv)$/],
  [/^(GH|GITHUB)_/, /^gh$/],
  [/^(GITLAB|CI)_/, /^glab$/],
  [/^(NPM|NODE_AUTH|YARN)_/, /^(npm|npx|yarn|pnpm|node)$/],
  [/^KAGGLE_/, /^(kaggle|python[\d.]*)$/],
  [/^(NGC)_/, /^(ngc|python[\d.]*)$/],
  [/^(WANDB|NEPTUNE|COMET|MLFLOW|CLEARML|DAGSHUB|OPENAI|ANTHROPIC|COHERE|REPLICATE|GEMINI|MISTRAL|TOGETHER|GROQ|LANGCHAIN|LANGSMITH|ROBOFLOW|SENTRY|DVC)_/, anyPython],
]; // biome-ignore format: a table

/** True for a program that has no use for any credential that it is not told of. */
export function isBlind(program: string): boolean {
  return blindPrograms.has(program);
}

/** True where a program reads a variable of this name by itself: pip `PIP_INDEX_URL`, libraries of Python `HF_TOKEN`. */
function readsVariable(program: string, name: string): boolean {
  return unaskedReaders.some(([variable, reader]) => variable.test(name) && reader.test(program));
}

/** True where a program looks into a file of credentials by itself: pip into `pip.conf`, what talks to hosts into `.netrc`. */
function readsCredentialFile(program: string, fileName: string): boolean {
  if (/^(\.?pip\.conf|pip\.ini)$/.test(fileName))
    return /^(pip[\d.]*|python[\d.]*|pipenv|conda|mamba|micromamba)$/.test(program);
  if (fileName === 'uv.toml') return /^uvx?$/.test(program);
  if (fileName === '.condarc') return /^(conda|mamba|micromamba)$/.test(program);
  if (fileName === '.npmrc') return /^(npm|npx|yarn|pnpm)$/.test(program);
  if (fileName === 'auth.toml') return /^(poetry|pdm)$/.test(program);
  if (fileName === '.pypirc') return /^(twine|flit|hatch|python[\d.]*)$/.test(program);
  return netProgram.test(program);
}

/** A variable: named as a word of its own, or read by programs unasked. */
export function variableReader(name: string, isUnnamed: boolean): SecretReader {
  const exact = new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`);
  const inCode = new RegExp(exact, 'i');
  return {
    isNamedIn: (text, isCode) => (isCode ? inCode : exact).test(text),
    isReadBy: (program) => readsVariable(program, name),
    isUnnamed,
  };
}

/** A file of credentials at a path of the container. */
export function fileReader(path: string): SecretReader {
  const name = path.split('/').pop() ?? path;
  return {
    isNamedIn: (text) => text.includes(path) || text.includes(`~/${name}`),
    isReadBy: (program) => readsCredentialFile(program, name),
    isUnnamed: false,
  };
}
