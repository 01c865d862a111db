import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findSecrets, redactInstruction } from './index.ts';

const secret = 'S3cr-tV4lue/+x9';
const token = `ghp_${'a1'.repeat(18)}`;
const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl`;

const firing: readonly [instruction: string, redacted: string, reason: string][] = [
  [`ENV API_KEY=${secret}`, 'ENV API_KEY=***', 'a variable'],
  [
    `/bin/sh -c #(nop)  ENV DB_PASSWORD=${secret}`,
    '/bin/sh -c #(nop)  ENV DB_PASSWORD=***',
    'the classic builder',
  ],
  [`ENV PASSPHRASE=two words LANG=C`, 'ENV PASSPHRASE=*** LANG=C', 'ENV values stand without quotes'],
  [
    `RUN |2 TOKEN=${secret} B=c /bin/sh -c make # buildkit`,
    'RUN |2 TOKEN=*** B=c /bin/sh -c make # buildkit',
    'a build argument of BuildKit',
  ],
  [`|1 TOKEN=a b /bin/sh -c make`, '|1 TOKEN=*** /bin/sh -c make', 'a build argument with a space'],
  [
    `RUN AWS_SECRET_ACCESS_KEY='${secret}' aws s3 cp s3://b/x .`,
    'RUN AWS_SECRET_ACCESS_KEY=*** aws s3 cp s3://b/x .',
    'before a command',
  ],
  [`RUN export token="a b";make`, 'RUN export token=***;make', 'a quoted value'],
  [`RUN curl -u user:${secret} https://x`, 'RUN curl -u user:*** https://x', 'curl'],
  [
    `RUN curl 'https://x?a=1&b=2' --user=me:${secret}`,
    "RUN curl 'https://x?a=1&b=2' --user=me:***",
    'curl, option behind a URL',
  ],
  [
    `RUN ["curl", "-u", "user:${secret}", "https://x"]`,
    'RUN ["curl", "-u", "user:***", "https://x"]',
    'the exec form',
  ],
  [
    `RUN pip install -i https://user:p@${secret.replace('/', '')}@pypi.x/simple a`,
    'RUN pip install -i https://user:***@pypi.x/simple a',
    'a password with @ in a URL',
  ],
  [
    `RUN git clone https://${token}@github.com/x/y`,
    'RUN git clone https://***@github.com/x/y',
    'a token as the user',
  ],
  [
    `RUN git clone https://abcdef:x-oauth-basic@github.com/x/y`,
    'RUN git clone https://***:x-oauth-basic@github.com/x/y',
    'GitHub’s older form',
  ],
  [
    `RUN curl -H "Authorization: Bearer ${secret}" https://x`,
    'RUN curl -H "Authorization: Bearer ***" https://x',
    'a header',
  ],
  [
    `RUN curl -H 'PRIVATE-TOKEN: ${secret}' https://x`,
    "RUN curl -H 'PRIVATE-TOKEN: ***' https://x",
    'a header of GitLab',
  ],
  [`RUN twine upload --password ${secret} dist/*`, 'RUN twine upload --password *** dist/*', 'an option'],
  [
    `RUN huggingface-cli login --token=${secret}`,
    'RUN huggingface-cli login --token=***',
    'an option with =',
  ],
  [
    `CMD ["server" "--api-key" "${secret}"]`,
    'CMD ["server" "--api-key" "***"]',
    'an option of the exec form in the classic builder',
  ],
  [`RUN docker login -u me -p ${secret} reg`, 'RUN docker login -u me -p *** reg', 'docker login'],
  [
    `RUN echo '${secret}' | docker login -u me --password-stdin reg`,
    'RUN echo *** | docker login -u me --password-stdin reg',
    'a password that is written out and piped',
  ],
  [
    `RUN printf ${secret} | gh auth login --with-token`,
    'RUN printf *** | gh auth login --with-token',
    'the same for gh',
  ],
  [`ENV SMTP_PASS=${secret}`, 'ENV SMTP_PASS=***', 'a short name of it'],
  [`RUN echo "root:${secret}" | chpasswd`, 'RUN echo "root:***" | chpasswd', 'chpasswd'],
  [
    `RUN echo "machine x login y password ${secret}" > ~/.netrc`,
    'RUN echo "machine x login y password ***" > ~/.netrc',
    'netrc',
  ],
  [
    `RUN echo "//registry.npmjs.org/:_authToken=${secret}" > .npmrc`,
    'RUN echo "//registry.npmjs.org/:_authToken=***" > .npmrc',
    'npm',
  ],
  [
    `RUN echo '{"auths":{"x":{"auth":"${secret}"}}}' > config.json`,
    `RUN echo '{"auths":{"x":{"auth":"***"}}}' > config.json`,
    'Docker’s config.json',
  ],
  [`RUN run ${token}`, 'RUN run ***', 'a token by its shape'],
  [`RUN run AKIAQWERTYUIOPASDFGH`, 'RUN run ***', 'an AWS key'],
  [`RUN run sk-proj-Ab12Cd34Ef56Gh78`, 'RUN run ***', 'an OpenAI key'],
  [`RUN run hf_Ab12Cd34Ef56Gh78Ij90`, 'RUN run ***', 'a Hugging Face token'],
  [`LABEL x=${jwt}`, 'LABEL x=***', 'a JWT'],
  [
    'RUN echo "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----" > k',
    'RUN echo "***" > k',
    'a private key',
  ],
];

test.each(firing)('%s (%#: %s)', (instruction, redacted) => {
  expect(redactInstruction(instruction)).toBe(redacted);
});

const silent: readonly [instruction: string, reason: string][] = [
  ['ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D', 'the public key of the Python images'],
  ['ENV TOKENIZERS_PARALLELISM=false', 'a switch'],
  ['ENV MAX_TOKENS=4096', 'a measure'],
  ['ENV TOKEN_LIMIT=4096', 'a measure'],
  ['ENV API_KEY=', 'no value'],
  ['ENV DB_PASSWORD_FILE=/run/secrets/db', 'the place of a secret'],
  ['RUN --mount=type=secret,id=token,env=TOKEN make', 'a secret mount: what one should do'],
  ['RUN TOKEN=$(cat /run/secrets/token) make', 'read from a secret mount'],
  ['RUN TOKEN="${TOKEN}" make', 'a reference'],
  ['RUN git clone https://user:${TOKEN}@github.com/x/y', 'a reference in a URL'],
  ['RUN git clone git@github.com:x/y', 'an SSH address'],
  ['RUN adduser --disabled-password --gecos "" app', 'an option that only has such a name'],
  ['RUN adduser --disabled-password app', 'an option that only has such a name'],
  ['RUN echo x | docker login --password-stdin', 'a password that is piped'],
  ['RUN echo $TOKEN | docker login --password-stdin', 'a reference that is piped'],
  ['RUN echo "${TOKEN}" | gh auth login --with-token', 'a reference that is piped'],
  ['RUN echo done | tee log; docker login --password-stdin < /run/secrets/x', 'another command’s text'],
  ['ENV TWO_PASS=1', 'a switch'],
  ['ENV COMPASS=north', 'a name that ends so'],
  ['RUN curl -fsSL https://x | sh && useradd -u 1000 app', 'an option of another command'],
  ['RUN curl x && pip install --user git+https://github.com/x/y', 'pip’s --user'],
  ['COPY --chown=app:app . /app', 'owner and group'],
  ['EXPOSE map[8000/tcp:{}]', 'no text of the user'],
  ['HEALTHCHECK CMD curl -f http://localhost:8000/health', 'a port'],
  ['RUN pip install scikit-learn==1.5.0 # buildkit', 'a name with sk in it'],
  ['RUN echo AKIAIOSFODNN7EXAMPLE', 'the key in the documentation of AWS'],
];

test.each(silent)('%s: %s', (instruction) => {
  expect(findSecrets(instruction)).toEqual([]);
  expect(redactInstruction(instruction)).toBe(instruction);
});

test.each(['x', '-', 'a-', 'a.', 'a+', 'token-'])('half a megabyte of %j is read at once', (piece) => {
  const text = `RUN echo ${piece.repeat(500_000 / piece.length)} && tool --password s3cr3t`;
  expect(redactInstruction(text)).toBe(text.replace('s3cr3t', '***'));
});

describe('whatever the value is', () => {
  const places: readonly ((value: string) => string)[] = [
    (value) => `ENV A=b MY_TOKEN=${value} C=d`,
    (value) => `RUN |2 MY_SECRET=${value} A=b /bin/sh -c pip install x # buildkit`,
    (value) => `|1 DB_PASSWORD=${value} /bin/bash -o pipefail -c make`,
    (value) => `RUN curl -su me:${value} https://x && make`,
    (value) => `RUN curl -fsSL -u me:${value} https://x`,
    (value) => `RUN tool --password ${value}; make`,
    (value) => `RUN DB_PASSWORD="${value}" make`,
  ];
  const value = fc
    .stringMatching(/^[A-Za-z0-9!#%^*()_+=,.?-]{8,30}[A-Za-z0-9]$/)
    .filter((one) => !/^-|^id=|^%|^\.+\//.test(one));

  test('it is masked, once and for all', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, one) => {
        const redacted = redactInstruction(place(one));
        expect(redacted).not.toContain(one);
        expect(redactInstruction(redacted)).toBe(redacted);
      }),
      { numRuns: 2000, seed: 10 },
    );
  });

  test('a secret is told by its place, never by its value', () => {
    const text = `RUN |1 PIP_TOKEN=${secret} /bin/sh -c make`;
    const [found, ...more] = findSecrets(text);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'password', name: 'PIP_TOKEN' });
    expect(text.slice(found?.start, found?.end)).toBe(secret);
  });
});
