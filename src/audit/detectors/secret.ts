import type { LayerEntry } from '../../filetree/index.ts';
import { type Finding, findingFacts, type SecretFileKind } from '../../finding/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { ImageDetector } from '../detector.ts';

const files: readonly { readonly secret: SecretFileKind; readonly pattern: RegExp }[] = [
  // `.env.example` and its like are templates.
  {
    secret: 'environment file',
    pattern: /(?:^|\/)\.env(?:\.(?!example|sample|template|dist|defaults?)[\w-]+)?$/,
  },
  { secret: 'private key', pattern: /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?$/ },
  {
    secret: 'private key',
    pattern:
      /(?:^|\/)(?!ssl-cert-snakeoil)[^/]+\.(?:key|p12|pfx|jks)$|(?:^|\/)(?:privkey|server-key)[^/]*\.pem$/,
  },
  {
    secret: 'cloud credentials',
    pattern:
      /(?:^|\/)\.aws\/credentials$|(?:^|\/)\.config\/gcloud\/(?:application_default_credentials\.json|credentials\.db)$|(?:^|\/)\.azure\/accessTokens\.json$|(?:^|\/)\.kube\/config$/,
  },
  {
    secret: 'registry credentials',
    pattern:
      /(?:^|\/)\.docker\/config\.json$|(?:^|\/)\.(?:netrc|pypirc|npmrc|git-credentials)$|(?:^|\/)\.(?:cache|config)?\/?huggingface\/token$/,
  },
];
// Keys that packages ship for their own tests are published and open nothing.
const published =
  /(?:^|\/)(?:(?:site|dist)-packages|node_modules|tests?|testdata|usr\/share|usr\/lib|etc\/ssl)\//;

/** Files that hold secrets by their name, in every layer, those that a later layer deletes included. */
export const secretFile: ImageDetector = {
  name: 'secret-file',
  detect: (subject) =>
    subject.root.layers.flatMap((index, layer) =>
      [...index.entries()].flatMap((entry) => secretIn(entry, layer, subject)),
    ),
};

function secretIn(entry: LayerEntry, layer: number, subject: AuditSubject): Finding[] {
  if (entry.type !== 'file' || entry.sizeBytes === 0 || published.test(entry.path)) return [];
  const known = files.find(({ pattern }) => pattern.test(entry.path));
  if (known === undefined || subject.ownerOf(entry.path) !== undefined) return [];
  const instruction = subject.instructionOf(layer);
  return [
    {
      kind: 'secret-file',
      secret: known.secret,
      ...findingFacts('secret-file', { files: [entry], layer, instruction }),
    },
  ];
}

const secretName = /(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS)(?:_|$)/i;
// Names that end like secrets and hold paths, switches or file names.
const harmlessValue = /^(?:$|\/|true$|false$|\d{1,3}$|\$)/i;
const harmlessName = /(?:TOKENIZERS_|_FILE$|_PATH$|_DIR$|^GPG_KEY$)/;

/** Variables of the image's configuration whose name says that they hold a secret; the value is never told. */
export const secretInEnvironment: ImageDetector = {
  name: 'secret-in-environment',
  detect: (subject) =>
    subject.image.config.env.flatMap((assignment) => {
      const equals = assignment.indexOf('=');
      const [variable, value] = [assignment.slice(0, equals), assignment.slice(equals + 1)];
      if (!secretName.test(variable) || harmlessName.test(variable) || harmlessValue.test(value)) return [];
      return [{ kind: 'secret-in-environment' as const, variable, ...findingFacts('secret-in-environment') }];
    }),
};
