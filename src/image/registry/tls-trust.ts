import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../../base/index.ts';
import { errorCode } from './error-code.ts';

/** Whom to believe that he is the registry, and how to say who asks. */
export interface TlsTrust {
  /** Certificates of authorities in PEM, beside those that Node knows. */
  readonly authorities: readonly string[];
  /** Those among them that somebody names for whatever is on the way, a proxy too. */
  readonly named: readonly string[];
  /** The certificate of whoever asks; for the registry's own host alone. */
  readonly client?: { readonly cert: string; readonly key: string } | undefined;
}

/** Where trust is looked for. */
export interface TrustPlaces {
  /** Of the registry, as references name it. */
  readonly registry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDir: string | undefined;
  /** A PEM file that somebody names. */
  readonly authorityFile: string | undefined;
  /** `/etc`. */
  readonly systemDir: string;
}

// /etc/docker/certs.d/registry.example.org:5000/ca.crt
//                                               client.cert, client.key

/**
 * The folders of a registry's certificates: Docker's (also of one without root), then those of the containers tools (containers-certs.d(5)).
 */
function certificateDirs({ registry, homeDir, systemDir, environment }: TrustPlaces): string[] {
  const configDir = environment['XDG_CONFIG_HOME'] || (homeDir && join(homeDir, '.config'));
  const own = configDir ? ['docker', 'containers'].map((name) => join(configDir, name)) : [];
  return [...own, join(systemDir, 'docker'), join(systemDir, 'containers')].map((dir) =>
    join(dir, 'certs.d', registry),
  );
}

/**
 * Reads what is trusted beside Node's own authorities: the file that is named, `SSL_CERT_FILE`, and every folder of the registry's certificates
 * (`*.crt` is an authority, `*.cert` with its `*.key` says who asks). Throws a `UserError` for a file that cannot be read, and a half pair.
 */
export function findTrust(places: TrustPlaces): TlsTrust {
  const { authorityFile, environment } = places;
  const named = [authorityFile, environment['SSL_CERT_FILE']].flatMap((path) =>
    path ? [certificateIn(path)] : [],
  );
  const authorities = [...named];
  let client: TlsTrust['client'];
  for (const folder of certificateDirs(places)) {
    const names = namesIn(folder);
    for (const name of names) {
      if (name.endsWith('.crt')) authorities.push(certificateIn(join(folder, name)));
      const pair = /^(.+)\.(cert|key)$/.exec(name);
      if (pair === null) continue;
      const missing = `${pair[1]}.${pair[2] === 'key' ? 'cert' : 'key'}`;
      if (!names.includes(missing)) {
        throw new UserError(`${join(folder, name)} has no ${missing} beside it`, {
          hint: 'A certificate that says who asks (NAME.cert) needs its key (NAME.key); an authority is named NAME.crt.',
        });
      }
      if (pair[2] === 'cert')
        client ??= { cert: certificateIn(join(folder, name)), key: readIn(join(folder, missing)) };
    }
  }
  return { authorities, named, client };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return [];
    throw unreadable(folder, messageOf(error));
  }
}

function certificateIn(path: string): string {
  const text = readIn(path);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw unreadable(path, 'it holds no certificate in PEM');
}

function readIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, why: string): UserError {
  return new UserError(`${path} cannot be used for TLS: ${why}`, {
    hint: 'Certificates are read in PEM (-----BEGIN CERTIFICATE-----).',
  });
}
