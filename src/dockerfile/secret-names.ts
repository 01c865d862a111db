// BuildKit's words, whole between underscores.
const secret = /(?:^|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const plain =
  /public|_(?:file|path|dir|url|name|type|limit|count|length|size|id|timeout|algorithm)$|^(?:token|max_token|key)_|(?:^|_)(?:no|use|with|without|enable|disable|has|is)_|^ssh_auth_sock$|^apt_key|gpg_key|(?:^|_)key_?ring/i;

/** True for the name of a variable that holds a secret: `GIT_TOKEN`, not `TOKENIZERS_PARALLELISM` or `PUBLIC_KEY`. */
export function isSecretName(name: string): boolean {
  return secret.test(name) && !plain.test(name);
}
