import { findSecrets, type SecretFileKind } from '../finding/index.ts';

/** A kind of file that holds secrets. */
interface SecretName {
  readonly secret: SecretFileKind;
  /** The path, anchored to its last part. */
  readonly pattern: RegExp;
  /** Whether the text of such a file holds one; absent where the name is enough. */
  readonly holds?: (text: string) => boolean;
  /** Many harmless files are called so: nothing follows from the name alone. */
  readonly isCommon?: true;
}

const holdsSecret = (text: string): boolean => findSecrets(text).length > 0;
const holdsKey = (text: string): boolean => /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/.test(text);
const holdsValue = (text: string): boolean => /^\s*(?:export\s+)?[\w.-]+\s*[:=]\s*["']?[^\s"'#]/m.test(text);
// In DER a key begins with a SEQUENCE of more than 127 bytes.
const isDer = (text: string): boolean => text.charCodeAt(0) === 0x30 && text.charCodeAt(1) >= 0x80;

/** Names in order; the first that fits counts. Templates (`.env.example`) and public certificates are none. */
const secretNames: readonly SecretName[] = [
  {
    secret: 'environment file',
    pattern:
      /(?:^|\/)(?:\.env(?:rc|\.(?!(?:.*\.)?(?:example|sample|template|dist|defaults?|tpl)$)[^/]+)?|\.streamlit\/secrets\.toml)$/,
    holds: holdsValue,
  },
  { secret: 'private key', pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/ },
  { secret: 'private key', pattern: /(?:^|\/)\.gnupg\/(?:private-keys-v1\.d\/.+|secring\.gpg)$/ },
  { secret: 'private key', pattern: /\.(?:p12|pfx|jks|keystore|ppk)$/ },
  { secret: 'private key', pattern: /\.(?:key|pem)$/, holds: (text) => holdsKey(text) || isDer(text) },
  {
    secret: 'cloud credentials',
    pattern:
      /(?:^|\/)(?:\.aws\/credentials|application_default_credentials\.json|\.azure\/[^/]*token[^/]*|\.databrickscfg|\.boto|\.s3cfg|rclone\.conf)$/,
  },
  {
    secret: 'cloud credentials',
    pattern:
      /(?:^|\/)[^/]*(?:service[-_]?account|client[-_]?secret|credentials?|gcp|firebase)[^/]*\.(?:json|ya?ml|toml|ini)$|(?:^|\/)credentials$/i,
    holds: (text) =>
      holdsKey(text) ||
      holdsSecret(text) ||
      /["']?(?:client_secret|private_key|refresh_token|aws_secret_access_key)["']?\s*[:=]\s*["']?[^\s"'{$<]{8,}/i.test(
        text,
      ),
    isCommon: true,
  },
  {
    secret: 'cloud credentials',
    pattern: /\.(?:tfstate|tfvars)$/,
    holds: (text) =>
      holdsSecret(text) || /(?:secret|password|token|private_key)\w*"?\s*[:=]\s*"[^"]+"/i.test(text),
    isCommon: true,
  },
  {
    secret: 'cluster credentials',
    pattern: /(?:^|\/)(?:\.kube\/config|kubeconfig(?:\.ya?ml)?)$|\.kubeconfig$/,
    holds: (text) => /\b(?:token|client-key-data|password)\s*:\s*\S/.test(text),
  },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg|containers\/auth\.json)$/,
    holds: (text) => /"(?:auth|identitytoken|registrytoken)"\s*:\s*"[^"]/.test(text),
  },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)\.(?:npmrc|yarnrc|yarnrc\.yml)$/,
    holds: (text) => /(?:_auth|_authToken|_password|npmAuthToken)["']?\s*[:=]\s*["']?[^\s"'$]/.test(text),
  },
  { secret: 'registry credentials', pattern: /(?:^|\/)\.git-credentials$/ },
  { secret: 'registry credentials', pattern: /(?:^|\/)\.git\/config$/, holds: holdsSecret, isCommon: true },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)[._]netrc$/,
    holds: (text) => /\bpassword\s+\S/.test(text),
  },
  {
    secret: 'package index credentials',
    pattern: /(?:^|\/)\.pypirc$/,
    holds: (text) => /^\s*password\s*[:=]\s*\S/m.test(text),
  },
  {
    secret: 'package index credentials',
    pattern: /(?:^|\/)(?:pip\.(?:conf|ini)|uv\.toml|\.condarc|pypoetry\/auth\.toml)$/,
    holds: holdsSecret,
    isCommon: true,
  },
  { secret: 'password file', pattern: /(?:^|\/)(?:\.pgpass|\.my\.cnf|\.?htpasswd|[^/]+\.kdbx)$/ },
  {
    secret: 'access token',
    pattern:
      /(?:^|\/)(?:\.?huggingface\/(?:token|stored_tokens)|\.vault-token|kaggle\.json|\.wandb\/settings|\.gh_token)$/,
  },
];

/** Where packages keep what they ship for their tests and as samples: published, so no secret. */
const published = /(?:^|\/)(?:(?:site|dist)-packages|node_modules|tests?|testdata|\.git\/(?!config$)[^/]+)\//;

/** True for a path that is called like a file of secrets and needs no look into it to stay out of an image. */
export function isNamedLikeSecret(path: string): boolean {
  const name = published.test(path) ? undefined : secretNames.find(({ pattern }) => pattern.test(path));
  return name !== undefined && name.isCommon !== true;
}

/** True for a path of which `secretOf` can tell more with the text. */
export function mayHoldSecret(path: string): boolean {
  return !published.test(path) && secretNames.some(({ pattern }) => pattern.test(path));
}

/**
 * The kind of secret in a file by its path and the start of its content (Latin-1), or undefined. Without content the name decides, so
 * that what cannot be read is not taken for harmless.
 */
export function secretOf(path: string, text: string | undefined): SecretFileKind | undefined {
  if (!mayHoldSecret(path) || text === '') return undefined;
  const fitting = secretNames.filter(({ pattern }) => pattern.test(path));
  return fitting.find(({ holds, isCommon }) =>
    text === undefined ? isCommon !== true : holds === undefined || holds(text),
  )?.secret;
}
