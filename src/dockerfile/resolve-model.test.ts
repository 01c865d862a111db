// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles hold references
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { type DockerfileModel, parseDockerfile, type ResolveOptions, resolveDockerfile } from './index.ts';

const resolve = (text: string, options: ResolveOptions = {}): DockerfileModel =>
  resolveDockerfile(parseDockerfile(text), options);

describe('stages', () => {
  const text = `ARG PYTHON=3.12
ARG BASE=python:\${PYTHON}-slim
FROM --platform=$BUILDPLATFORM \${BASE} AS Build
FROM build AS test
FROM \${OTHER:-debian} as Final
COPY --from=Build /x /x
FROM final
FROM Final
`;

  test('have names, bases, platforms and what they start from', () => {
    const rows = resolve(text).stages.map((one) => [one.name, one.baseAsWritten, one.base, one.baseStage]);
    expect(rows).toEqual([
      ['build', '${BASE}', 'python:3.12-slim', undefined],
      ['test', 'build', 'build', 0],
      ['final', '${OTHER:-debian}', 'debian', undefined],
      [undefined, 'final', 'final', 2],
      [undefined, 'Final', 'Final', undefined],
    ]);
    expect(resolve(text).stages[0]?.platform).toBe('$BUILDPLATFORM');
    expect(resolve(text).globalArgs.map(({ syntax }) => syntax.value)).toEqual([
      'PYTHON=3.12',
      'BASE=python:${PYTHON}-slim',
    ]);
  });

  test('take build arguments for declared names, and for the platform without a declaration', () => {
    const base = (source: string, buildArgs: Record<string, string>): string | undefined =>
      resolve(source, { buildArgs }).stages[0]?.base;
    expect(base(text, { PYTHON: '3.11' })).toBe('python:3.11-slim');
    expect(base('FROM a:$V', { V: '1' })).toBe('a:$V');
    expect(base('FROM a-$TARGETARCH', { TARGETARCH: 'arm64' })).toBe('a-arm64');
    expect(base('ARG V\nFROM a:${V}', {})).toBe('a:${V}');
  });

  test('the target is the named one in any case, or the last', () => {
    expect(resolve(text).target).toBe(4);
    expect(resolve(text, { target: 'TEST' }).target).toBe(1);
    const wrong = (): unknown => resolve(text, { target: 'prod', fileName: 'x/Dockerfile' });
    expect(wrong).toThrow('x/Dockerfile: target stage "prod" could not be found');
    expect(wrong).toThrow(expect.objectContaining({ hint: 'Its stages are: build, test, final.' }));
  });

  test('a name that comes later is an image', () => {
    expect(resolve('FROM a\nFROM late\nFROM b AS late').stages[1]?.baseStage).toBeUndefined();
  });
});

describe('state', () => {
  const after = (
    text: string,
    options: ResolveOptions = {},
  ): DockerfileModel['stages'][number]['after'] | undefined => resolve(text, options).stages.at(-1)?.after;

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['ENV A=1\nENV B=$A-2', { A: '1', B: '1-2' }, 'from before'],
    ['ENV A=1\nENV A=2 B=$A', { A: '2', B: '1' }, 'pairs of one ENV do not see each other'],
    ['ENV A="x  y" B=\'$A\' C=x\\ y', { A: 'x  y', B: '$A', C: 'x y' }, 'quotes go'],
    ['ENV A x  "y"', { A: 'x  y' }, 'the old form'],
    ['ENV PATH=/v/bin:$PATH', { PATH: '/v/bin:$PATH' }, 'what the base image may set stays as written'],
    ['ENV PATH=/v:$PATH\nENV PATH=/w:$PATH', { PATH: '/w:/v:$PATH' }, 'also when it is taken up again'],
    ['ENV L=/x${L:+:$L}', { L: '/x' }, 'an alternative counts it as unset'],
    ['ARG V=1\nENV A=$V', { A: '1' }, 'an argument'],
    ['ARG V\nENV A=$V', { A: '$V' }, 'an argument without value'],
    ['ENV V=0\nARG V=1\nENV A=$V', { V: '0', A: '1' }, 'what was set last counts'],
    ['ARG N=A\nENV $N=1', { A: '1' }, 'names are expanded too'],
    ['ENV N=A\nARG $N=1\nENV X=$A', { N: 'A', X: '$A' }, 'but not those of ARG'],
    ['ARG "A"=1\nENV X=$A', { X: '$A' }, 'which keep their quotes'],
    ["ARG '\nENV X=1", { X: '1' }, 'also one that stays open'],
  ])('%j gives ENV %j: %s', (body, env) => {
    expect(after(`FROM a\n${body}`)?.env).toEqual(env);
  });

  test('ARG: build argument, then default, then the global one; none of it before its line', () => {
    const text = 'ARG G=g\nARG H=h\nFROM a\nENV X=$G\nARG G\nARG H=own\nARG D=$G-d\nARG N';
    expect(after(text)?.args).toEqual({ G: 'g', H: 'own', D: 'g-d', N: undefined });
    expect(after(text)?.env).toEqual({ X: '$G' });
    expect(after(text, { buildArgs: { G: '1', H: '2', Z: '3' } })?.args).toEqual({
      G: '1',
      H: '2',
      D: '1-d',
      N: undefined,
    });
  });

  test.each<[string, string | undefined, string]>([
    ['WORKDIR /a\nWORKDIR b/\nWORKDIR ../c', '/a/c', 'relative to the one before'],
    ['ENV H=/home\nWORKDIR $H/x', '/home/x', 'with a variable'],
    ['WORKDIR $HOME/x', '$HOME/x', 'of the base image'],
    ['WORKDIR app', undefined, 'relative to nobody knows what'],
    ['WORKDIR "/a b"', '/a b', 'quoted'],
    ['WORKDIR /', '/', 'root'],
  ])('%j is in %j: %s', (body, workdir) => {
    expect(after(`FROM a\n${body}`)?.workdir).toBe(workdir);
  });

  test('of scratch begins at the root', () => {
    expect(after('FROM scratch\nWORKDIR app')?.workdir).toBe('/app');
  });

  test.each<[string, boolean, string]>([
    ['FROM mcr.microsoft.com/windows/servercore:ltsc2022', true, 'Microsoft’s'],
    ['FROM golang:1.23-windowsservercore-ltsc2022', true, 'a tag'],
    ['FROM mcr.microsoft.com/dotnet/runtime:8.0-nanoserver-1809', true, 'the small one'],
    ['FROM --platform=windows/amd64 x', true, 'the platform'],
    ['FROM mcr.microsoft.com/windows/servercore AS b\nFROM b', true, 'a stage of one'],
    ['FROM mcr.microsoft.com/windows-ml', false, 'another name'],
    ['FROM python:3.12', false, 'all else'],
  ])('of %j: is Windows’ shell %j: %s', (text, isWindows) => {
    expect(after(text)?.shell).toEqual(isWindows ? ['cmd', '/S', '/C'] : ['/bin/sh', '-c']);
  });

  test('is the one before each instruction', () => {
    const states = resolve('FROM a\nUSER one\nENV A=1\nUSER $A\nSHELL ["/bin/bash", "-c"]\nRUN x').stages[0]
      ?.instructions;
    expect(states?.map(({ before }) => [before.user, before.env['A'], before.shell[0]])).toEqual([
      [undefined, undefined, '/bin/sh'],
      ['one', undefined, '/bin/sh'],
      ['one', '1', '/bin/sh'],
      ['1', '1', '/bin/sh'],
      ['1', '1', '/bin/bash'],
    ]);
  });

  test('is inherited by a stage that starts from this one, and by no other', () => {
    const text =
      'FROM a AS b\nARG V=1\nENV A=$V\nWORKDIR /w\nUSER u\nSHELL ["bash"]\nFROM b\nENV C=$V\nFROM a';
    const [, second, third] = resolve(text).stages;
    expect(second?.after).toMatchObject({
      env: { A: '1', C: '1' },
      workdir: '/w',
      user: 'u',
      shell: ['bash'],
    });
    expect(third?.after).toMatchObject({ env: {}, args: {}, workdir: undefined, shell: ['/bin/sh', '-c'] });
  });

  test('starts with the triggers of the stage below, not with those of its base', () => {
    const text =
      'FROM scratch AS b\nONBUILD ENV A=1 B=$C\nONBUILD WORKDIR /w\nONBUILD FOO x\nFROM b AS c\nWORKDIR x\nFROM c';
    const states = resolve(text).stages.map(({ after: state }) => [state.env, state.workdir]);
    expect(states).toEqual([
      [{}, '/'],
      [{ A: '1', B: '$C' }, '/w/x'],
      [{ A: '1', B: '$C' }, '/w/x'],
    ]);
  });

  test('a value that grows without end is refused, with its line', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `ENV A${at + 1}=$A${at}$A${at}`);
    const text = ['FROM a', 'ENV A0=0123456789abcdef', ...lines].join('\n');
    expect(() => resolve(text)).toThrow(/^Dockerfile:19: .*it grows beyond 1048576 characters/);
  });

  test('a reference that cannot be read names its line', () => {
    expect(() => resolve('FROM a\n\nENV A=${B')).toThrow(UserError);
    expect(() => resolve('FROM a\n\nENV A=${B')).toThrow('Dockerfile:3: failed to process "${B"');
  });
});
