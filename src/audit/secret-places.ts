const largestTellingBytes = 65_536;
const largestBytes = 16_384;

// Keys and settings that packages ship are published and open nothing; what lies in a repository's objects is compressed.
const published =
  /(?:^|\/)(?:(?:site|dist)-packages|node_modules|tests?|testdata|test_data|\.git\/(?!config$)[^/]+|go\/pkg\/mod|registry\/src)\/|(?:^|\/)lib\/python\d(?:\.\d+)?\/|(?:^|\/)(?:[^/]*conda\d?|miniforge\d?|mambaforge|micromamba)\/(?:pkgs|lib|share|include|conda-meta|ssl)\//;
const systemPlace =
  /^(?:usr\/(?!local\/(?!share\/|include\/|lib\/)|src\/)|lib(?:32|64|x32)?\/|s?bin\/|boot\/|proc\/|sys\/|dev\/|var\/(?:lib|cache|log)\/)/;
const etcPlace =
  /^etc\/(?:pip\.conf$|shadow$|ssh\/ssh_host_|ssl\/private\/|docker\/|.*htpasswd|.*\.(?:key|pem)$)/;
// Names that are for secrets, or for settings in which they are kept.
const telling =
  /(?:^|\/)(?:\.env(?:rc|\.[^/]+)?|[._]netrc|\.pypirc|\.npmrc|\.yarnrc(?:\.yml)?|\.git-credentials|\.gitconfig|\.?htpasswd|\.dockercfg|\.condarc|\.vault-token|\.databrickscfg|\.boto|\.s3cfg|\.pgpass|\.my\.cnf|id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|ssh_host_\w+_key|shadow|credentials|config|token|stored_tokens|kubeconfig|requirements[^/]*\.txt)$|\.(?:pem|key|pgpass|kubeconfig|ovpn|tfvars|tfstate|env)$/;
// Sources, scripts and settings of a project.
const settings = /\.(?:ya?ml|toml|ini|cfg|conf|properties|sh)$|(?:^|\/)[Dd]ockerfile[^/]*$/;
// A project can hold any number of these: only those that are called like settings, or as Google Cloud calls downloaded keys
// (PROJECT-0123456789ab.json), or thousands of samples were kept.
const named =
  /(?:set(?:tings|up)|config|constant|secret|credential|account|password|token|key|auth|client|firebase|gcp|aws|azure|local|prod|deploy|main|app|server)[^/]*\.(?:json|txt|py|ipynb|xml|js|ts|rb)$|-[0-9a-f]{12}\.json$/i;

/** False for a directory in which no file's secrets are somebody's. */
export function isSecretDirectory(directory: string): boolean {
  return directory.startsWith('etc/') || isSecretPlace(directory);
}

/** True for a path whose secrets are somebody's: not one of those that packages ship for their tests and samples. */
export function isSecretPlace(path: string): boolean {
  if (path.startsWith('etc/')) return etcPlace.test(path) && !path.includes('ssl-cert-snakeoil');
  return !systemPlace.test(path) && !published.test(path);
}

/**
 * True for a file whose content `auditImage` looks into for secrets: small, of a name or an extension that settings, keys and
 * sources have, outside of the places that packages fill. Have the indexer capture those.
 */
export function wantsSecretContent(path: string, sizeBytes: number): boolean {
  if (sizeBytes === 0 || sizeBytes > largestTellingBytes) return false;
  const isPlausible =
    telling.test(path) || (sizeBytes <= largestBytes && (settings.test(path) || named.test(path)));
  return isPlausible && isSecretPlace(path);
}
