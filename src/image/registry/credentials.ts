import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { messageOf, runProcess } from '../../base/index.ts';
import {
  type AuthFile,
  type AuthSurroundings,
  authEntry,
  authFilePlaces,
  authKeys,
  type Credentials,
  helperOf,
  parseAuthFile,
} from './auth-file.ts';
import { errorCode } from './error-code.ts';

/** What was found, and what stood in the way: the latter matters only once the registry refuses. */
export interface CredentialSearch {
  readonly credentials?: Credentials;
  readonly troubles: readonly string[];
}

/** Whose credentials are looked for, and where. */
export interface CredentialQuestion extends AuthSurroundings {
  readonly registry: string;
  readonly repository: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks for the credentials of a repository as Docker and the containers tools do: in `DOCKER_AUTH_CONFIG`, then file by
 * file, in each the helper of the registry first. A file or a helper that fails is a trouble, not an error: the image may be public.
 */
export async function findCredentials(question: CredentialQuestion): Promise<CredentialSearch> {
  const troubles: string[] = [];
  const keys = authKeys(question.registry, question.repository);
  for await (const { file, origin } of authFiles(question, troubles)) {
    const helper = helperOf(file, keys);
    const helped = helper === undefined ? undefined : await askHelper(helper, question);
    if (typeof helped === 'string') troubles.push(helped);
    const credentials = typeof helped === 'object' ? helped : authEntry(file, keys, origin);
    if (credentials !== undefined) return { credentials, troubles };
  }
  return { troubles };
}

async function* authFiles(
  question: CredentialQuestion,
  troubles: string[],
): AsyncGenerator<{ readonly file: AuthFile; readonly origin: string }> {
  const inline = question.environment['DOCKER_AUTH_CONFIG'];
  if (inline) {
    const file = parseAuthFile(inline);
    if (typeof file === 'string') troubles.push(`DOCKER_AUTH_CONFIG was passed over: ${file}`);
    else yield { file, origin: 'DOCKER_AUTH_CONFIG' };
  }
  for (const { path, isNamed } of authFilePlaces(question)) {
    const content = await readFile(path, 'utf8').catch((error: unknown) => {
      const isAbsent = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
      if (isNamed || !isAbsent) troubles.push(`${path} cannot be read: ${messageOf(error)}`);
    });
    if (content === undefined || content.trim() === '') continue;
    const file = parseAuthFile(content);
    if (typeof file === 'string') troubles.push(`${path} was passed over: ${file}`);
    else yield { file, origin: path };
  }
}

// docker-credential-NAME get < SERVER
//   {"ServerURL": "https://index.docker.io/v1/", "Username": "ann", "Secret": "…"}     or on standard output, exit code 1:
//   credentials not found in native keychain

const helperAnswerSchema = z.object({ Username: z.string(), Secret: z.string() });

/** A helper may wait for a person to unlock a key ring, but not for ever. */
const helperPatienceSeconds = 120;

/** Credentials, a text that says what went wrong, or undefined where the helper has none. */
async function askHelper(
  name: string,
  question: CredentialQuestion,
): Promise<Credentials | string | undefined> {
  const program = `docker-credential-${name}`;
  if (!/^[\w.-]+$/.test(name)) return `the credential helper "${name}" has a name that no program may have`;
  const { registry } = question;
  if (registry === 'docker.io') return await askFor('https://index.docker.io/v1/', program, question);
  // Some stores were told the address when their user logged in.
  return (
    (await askFor(registry, program, question)) ?? (await askFor(`https://${registry}`, program, question))
  );
}

async function askFor(
  server: string,
  program: string,
  question: CredentialQuestion,
): Promise<Credentials | string | undefined> {
  const patience = AbortSignal.timeout(helperPatienceSeconds * 1000);
  try {
    const { code, stdout, stderr } = await runProcess(program, ['get'], {
      input: server,
      env: question.environment,
      signal: question.signal ? AbortSignal.any([question.signal, patience]) : patience,
    });
    if (code !== 0) {
      const said = `${stdout}${stderr}`.trim();
      return /credentials not found/i.test(said) ? undefined : `${program} failed: ${said.slice(0, 300)}`;
    }
    const { Username, Secret } = helperAnswerSchema.parse(JSON.parse(stdout));
    // Some say so that they have none.
    if (Username === '' && Secret === '') return undefined;
    const isToken = Username === '<token>';
    return {
      origin: program,
      ...(isToken ? { identityToken: Secret } : { username: Username, password: Secret }),
    };
  } catch (error) {
    question.signal?.throwIfAborted();
    if (patience.aborted) return `${program} gave no answer for ${helperPatienceSeconds} seconds`;
    if (errorCode(error) === 'ENOENT') return `the credential helper ${program} is not installed`;
    // What it printed is not quoted: there may be a secret in it.
    return error instanceof SyntaxError || error instanceof z.ZodError
      ? `${program} gave an answer that is no credentials`
      : `${program} failed: ${messageOf(error)}`;
  }
}
