import { findSecretShapes, findSecrets, type SecretFileKind } from '../finding/index.ts';

/** A file that holds a secret, as its name says. */
export interface SecretFileRule {
  readonly secret: SecretFileKind;
  /** The path; anchored to its last part. */
  readonly pattern: RegExp;
  /** Whether the content bears the name out; absent where no text can. */
  readonly holds?: (text: string) => boolean;
  /** A file that should not be there even when nothing in it is known as a secret. */
  readonly isAlwaysSuspect?: true;
}

const holdsAny = (text: string): boolean => findSecrets(text).length > 0;
const holdsKey = (text: string): boolean => /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/.test(text);
// In DER a key begins with a SEQUENCE of more than 127 bytes.
const holdsKeyOrDer = (text: string): boolean =>
  holdsKey(text) || (text.charCodeAt(0) === 0x30 && !text.includes('-----BEGIN'));
const holdsHash = (text: string): boolean =>
  /^[^:\s]+:\$?(?:apr1|2[aby]|[156y]|\{SHA\})?[^:*!\s]{8,}/m.test(text);

/** Names in order; the first that fits counts. */
export const secretFileRules: readonly SecretFileRule[] = [
  // `.env.example` and its like are templates.
  {
    secret: 'environment file',
    pattern: /(?:^|\/)\.env(?:rc|\.(?!example|sample|template|dist|defaults?)[\w-]+)?$/,
    holds: holdsAny,
    isAlwaysSuspect: true,
  },
  { secret: 'environment file', pattern: /(?:^|\/)\.streamlit\/secrets\.toml$/, isAlwaysSuspect: true },
  { secret: 'private key', pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/, holds: holdsKey },
  { secret: 'private key', pattern: /(?:^|\/)ssh_host_\w+_key$/, holds: holdsKey },
  { secret: 'private key', pattern: /(?:^|\/)[^/]+\.(?:p12|pfx|jks|keystore)$/ },
  { secret: 'private key', pattern: /(?:^|\/)[^/]+\.key$/, holds: holdsKeyOrDer },
  { secret: 'private key', pattern: /(?:^|\/)(?:privkey|server-key)[^/]*\.pem$/, holds: holdsKey },
  {
    secret: 'cloud credentials',
    pattern: /(?:^|\/)\.aws\/credentials$/,
    holds: (text) => /aws_secret_access_key|aws_session_token/i.test(text),
  },
  {
    secret: 'cloud credentials',
    pattern:
      /(?:^|\/)(?:\.config\/)?gcloud\/(?:application_default_credentials\.json|credentials\.db|access_tokens\.db)$|(?:^|\/)\.azure\/(?:accessTokens|msal_token_cache)\.(?:json|bin)$|(?:^|\/)\.(?:databrickscfg|boto|s3cfg)$/,
  },
  {
    secret: 'cluster credentials',
    pattern: /(?:^|\/)\.kube\/config$|(?:^|\/)kubeconfig$|\.kubeconfig$/,
    holds: (text) => /\b(?:token|client-key-data|password)\s*:\s*\S/.test(text),
  },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg)$|(?:^|\/)containers\/auth\.json$/,
    holds: (text) => /"(?:auth|identitytoken|registrytoken)"\s*:\s*"[^"]/.test(text),
  },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)\.(?:npmrc|yarnrc|yarnrc\.yml)$/,
    holds: (text) => holdsAny(text.replace(/npmAuthToken:\s*/g, '_authToken=')),
  },
  { secret: 'registry credentials', pattern: /(?:^|\/)\.git-credentials$/, holds: holdsAny },
  { secret: 'registry credentials', pattern: /(?:^|\/)\.git\/config$/, holds: holdsAny },
  {
    secret: 'registry credentials',
    pattern: /(?:^|\/)[._]netrc$/,
    holds: (text) => /\bpassword\s+[^\s$]/.test(text),
  },
  {
    secret: 'package index credentials',
    pattern: /(?:^|\/)\.pypirc$/,
    holds: (text) => /^\s*password\s*[:=]\s*[^\s$]/m.test(text),
  },
  {
    secret: 'package index credentials',
    pattern: /(?:^|\/)(?:pip\.(?:conf|ini)|uv\.toml|\.condarc|requirements[^/]*\.txt|pypoetry\/auth\.toml)$/,
    holds: holdsAny,
  },
  { secret: 'password file', pattern: /(?:^|\/)\.?htpasswd$/, holds: holdsHash },
  { secret: 'password file', pattern: /^etc\/shadow$/, holds: holdsHash },
  { secret: 'password file', pattern: /(?:^|\/)\.pgpass$/ },
  {
    secret: 'access token',
    pattern:
      /(?:^|\/)(?:huggingface\/(?:token|stored_tokens)|\.huggingface\/token|\.vault-token|\.kaggle\/kaggle\.json)$/,
  },
];

// Nearly no file is called like a secret: one look for all the rules.
const anyName = new RegExp(secretFileRules.map(({ pattern }) => pattern.source).join('|'));

/** True where one of the rules is about the path. */
export function isNamedLikeSecret(path: string): boolean {
  return anyName.test(path);
}

/** Names that are no reason for suspicion by themselves: they count only when the content was read and bears them out. */
export function needsContent({ pattern }: SecretFileRule): boolean {
  return /shadow|requirements|git\\\/config|kubeconfig/.test(pattern.source);
}

/** The secret that a text holds by its shape, whatever its file is called: a private key, a service account, a token, a password in a URL. */
export function secretInText(text: string): SecretFileKind | undefined {
  for (const { kind, start, end } of findSecretShapes(text)) {
    const value = text.slice(start, end);
    if (kind !== 'private key') return 'access token';
    if (isKeyMaterial(value)) {
      return /"type"\s*:\s*"service_account"/.test(text) ? 'cloud credentials' : 'private key';
    }
  }
  if (isCloudKey(text)) return 'cloud credentials';
  if (/https:\/\/hooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{20,}/.test(text)) return 'access token';
  return holdsUrlCredentials(text) ? 'URL credentials' : undefined;
}

// An Ed25519 key, the shortest, has 64 characters in PEM. Programs that read keys hold the first line of one, and samples no more than that.
function isKeyMaterial(block: string): boolean {
  const body = block.replace(/-----(?:BEGIN|END)[^-]*-----/g, '').replace(/\\[rn]|^[\w-]+:.*$/gm, '');
  return /^[A-Za-z0-9+/=]{60,}/.test(body.replace(/["'\s,+\\]+/g, ''));
}

// aws_secret_access_key = 40 characters; AccountKey=88 characters of Azure Storage. AWS's documents have keys that end in EXAMPLEKEY.
function isCloudKey(text: string): boolean {
  return /secret_?access_?key["']?\s*[:=]\s*["']?(?![\w/+]*EXAMPLE)(?=[A-Za-z/+]*\d)[A-Za-z0-9/+]{40}(?![\w/+=])|\bAccountKey=[A-Za-z0-9/+]{86}==/i.test(
    text,
  );
}

const samplePassword =
  /^(?:pass(?:word|wd)?|pw|pwd|secret|token|user(?:name)?|postgres|mysql|root|admin|guest|test|example|change-?me|your.*|my.*|dummy|x+|\*+|\.+|[<{$%[].*)$/i;
const sampleHost = /^@(?:localhost|127\.|\[?::1|0\.0\.0\.0|host\b|hostname\b|(?:[\w-]+\.)*example\.|[<{$%])/i;

/** `postgres://app:s3cr3t@db.internal/app`, and not what documents and defaults show. */
function holdsUrlCredentials(text: string): boolean {
  if (!/:\/\/[^\s/:@"']*:[^\s/"']+@/.test(text)) return false;
  return findSecrets(text).some(
    ({ kind, start, end }) =>
      kind === 'URL credentials' &&
      !samplePassword.test(text.slice(start, end)) &&
      !sampleHost.test(text.slice(end, end + 80)),
  );
}
