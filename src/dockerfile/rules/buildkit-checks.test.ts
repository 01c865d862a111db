// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold references of Dockerfiles
// The cases of BuildKit's own checks (moby/buildkit, frontend/dockerfile/dockerfile_lint_test.go; Apache-2.0), as a table of ours.
import { expect, test } from 'vitest';
import { lintDockerfile } from '../index.ts';

/** A Dockerfile, and the checks that fire with their lines. Of an empty continuation line we tell its own line; BuildKit tells that of the instruction's end. */
test.each<readonly [text: string, checks: readonly string[]]>([
  [
    '# check=experimental=InvalidDefinitionDescription\n# foo this is the foo\nARG foo=bar\n\n# base this is the base image\nFROM scratch AS base\n\n# version this is the version number\nARG version=latest\n\n# baz this is the baz\nARG foo=baz bar=qux baz=quux\n#\nARG bit=bat\n\n# comment for something other than ARG or FROM\nCOPY Dockerfile .\n',
    [],
  ],
  [
    '# check=experimental=InvalidDefinitionDescription\n# bar this is the bar\nARG foo=bar\n# BasE this is the BasE image\nFROM scratch AS base\n# definitely a bad comment\nARG version=latest\n# definitely a bad comment\nARG foo=baz bar=qux baz=quux\n',
    [
      'InvalidDefinitionDescription:3',
      'InvalidDefinitionDescription:5',
      'InvalidDefinitionDescription:7',
      'InvalidDefinitionDescription:9',
    ],
  ],
  [
    '\nFROM scratch\nARG SECRET_PASSPHRASE\nENV SUPER_Secret=foo\nENV password=bar secret=baz\nARG super_duper_secret_token=foo auth=bar\nENV apikey=bar sunflower=foo\nENV git_key=\nENV PUBLIC_KEY=\nARG public_token\n',
    [
      'SecretsUsedInArgOrEnv:3',
      'SecretsUsedInArgOrEnv:4',
      'SecretsUsedInArgOrEnv:5',
      'SecretsUsedInArgOrEnv:5',
      'SecretsUsedInArgOrEnv:6',
      'SecretsUsedInArgOrEnv:6',
      'SecretsUsedInArgOrEnv:7',
      'SecretsUsedInArgOrEnv:8',
    ],
  ],
  [
    '\nFROM scratch AS first\nCOPY $foo .\n\nFROM scratch AS second\nCOPY $bar .\n',
    ['UndefinedVar:3', 'UndefinedVar:6'],
  ],
  ['#check=skip=all\nFROM scratch as base\ncopy Dockerfile .\n', []],
  ['#check=skip=all;error=true\nFROM scratch as base\ncopy Dockerfile .\n', []],
  ['#check=skip=ConsistentInstructionCasing,FromAsCasing\nFROM scratch as base\ncopy Dockerfile .\n', []],
  ['#check=skip=ConsistentInstructionCasing\nFROM scratch as base\ncopy Dockerfile .\n', ['FromAsCasing:2']],
  [
    '\n# warning: stage name should be lowercase\n#\nFROM scratch AS BadStageName\n\n# warning\n#\nFROM scratch as base2\n\nFROM scratch AS base3\n',
    ['StageNameCasing:4', 'FromAsCasing:8'],
  ],
  ['\n#\n#\nfrom scratch AS base\n\nfrom scratch as base2\n', ['FromAsCasing:4']],
  ['\nFROM scratch\n# w\nCOPY Dockerfile \\\n\n.\nCOPY Dockerfile \\\n.\n', ['NoEmptyContinuation:5']],
  ['\n#\n#\nFrom scratch as base\nFROM scratch AS base2\n', ['ConsistentInstructionCasing:4']],
  ['\nFROM scratch\n#\ncopy Dockerfile /foo\nCOPY Dockerfile /bar\n', ['ConsistentInstructionCasing:4']],
  ['\n#\n#\nfrOM scratch as base\nfrom scratch as base2\n', ['ConsistentInstructionCasing:4']],
  ['\nfrom scratch\n#\nCOPY Dockerfile /foo\ncopy Dockerfile /bar\n', ['ConsistentInstructionCasing:4']],
  [
    '\n#\n#\nfrom scratch\nCOPY Dockerfile /foo\nCOPY Dockerfile /bar\nCOPY Dockerfile /baz\n',
    ['ConsistentInstructionCasing:4'],
  ],
  [
    '\n#\n#\nFROM scratch\ncopy Dockerfile /foo\ncopy Dockerfile /bar\ncopy Dockerfile /baz\n',
    ['ConsistentInstructionCasing:4'],
  ],
  ['\nfrom scratch\ncopy Dockerfile /foo\ncopy Dockerfile /bar\n', []],
  ["\nFROM alpine\nRUN <<'EOT'\nenv\nEOT\n", []],
  ['\nFROM scratch AS b\nFROM scratch AS b\n', ['DuplicateStageName:3']],
  ['\nFROM scratch AS b1\nFROM scratch AS b2\n', []],
  ['\nFROM scratch AS scratch\nFROM scratch AS context\n', ['ReservedStageName:2', 'ReservedStageName:3']],
  ['\nFROM scratch\nFROM scratch AS a\n', []],
  ['\nFROM scratch\nCMD mycommand\n', ['JSONArgsRecommended:3']],
  ['\nFROM scratch\nENTRYPOINT mycommand\n', ['JSONArgsRecommended:3']],
  ['\nFROM scratch\nSHELL ["/usr/bin/customshell"]\nCMD mycommand\n', []],
  ['\nFROM scratch\nSHELL ["/usr/bin/customshell"]\nENTRYPOINT mycommand\n', []],
  ['\nFROM scratch AS base\nSHELL ["/usr/bin/customshell"]\n\nFROM base\nCMD mycommand\n', []],
  ['\nFROM scratch AS base\nSHELL ["/usr/bin/customshell"]\n\nFROM base\nENTRYPOINT mycommand\n', []],
  ['\nFROM scratch\nMAINTAINER me@example.org\n', ['MaintainerDeprecated:3']],
  ['\nFROM scratch\nLABEL org.opencontainers.image.authors="me@example.org"\n', []],
  ['\nARG base=scratch\nFROM $base\nCOPY Dockerfile .\n', []],
  ['\nARG BUILDPLATFORM=linux/amd64\nFROM --platform=$BUILDPLATFORM scratch\nCOPY Dockerfile .\n', []],
  ['\nFROM --platform=$BUILDPLATFORM scratch\nCOPY Dockerfile .\n', []],
  ['\nARG DEBUG\nFROM scratch${DEBUG}\nCOPY Dockerfile .\n', []],
  ['\nARG DEBUG\nFROM scra${DEBUG:-tch}\nCOPY Dockerfile .\n', []],
  ['\nARG DEBUG=""\nFROM scratch${DEBUG-@bogus}\nCOPY Dockerfile .\n', []],
  ['\nFROM --platform=$BULIDPLATFORM scratch\nCOPY Dockerfile .\n', ['UndefinedArgInFrom:2']],
  [
    '\nARG MY_OS=linux\nARG MY_ARCH=amd64\nFROM --platform=linux/${MYARCH} busybox\nCOPY Dockerfile .\n\t',
    ['UndefinedArgInFrom:4'],
  ],
  ['\nARG tag=latest\nFROM busybox:${tag}${version} AS b\nCOPY Dockerfile .\n', ['UndefinedArgInFrom:3']],
  ['\nFROM scratch\nWORKDIR app/\n', ['WorkdirRelativePath:3']],
  ['\nFROM scratch AS a\nWORKDIR /app\n\nFROM a AS b\nWORKDIR subdir/\n', []],
  ['\nFROM scratch\nARG foo\nCOPY Dockerfile${foo} .\n', []],
  ['\nFROM alpine AS base\nARG foo=Dockerfile\n\nFROM base\nCOPY $foo .\n', []],
  ['\nFROM alpine\nRUN echo $PATH\n', []],
  ['\nFROM alpine\nCOPY $foo .\nARG foo=bar\nRUN echo $foo\n', ['UndefinedVar:3']],
  [
    '\nFROM alpine\nARG DIR_BINARIES=binaries/\nARG DIR_ASSETS=assets/\nARG DIR_CONFIG=config/\nCOPY $DIR_ASSET .\n\t',
    ['UndefinedVar:6'],
  ],
  ['\nFROM alpine\nENV PATH=$PAHT:/tmp/bin\n\t\t', ['UndefinedVar:3']],
  [
    '\nFROM scratch\nENTRYPOINT ["/myapp"]\nENTRYPOINT ["/myotherapp"]\nCMD ["/myapp"]\nCMD ["/myotherapp"]\nHEALTHCHECK CMD ["/myapp"]\nHEALTHCHECK CMD ["/myotherapp"]\n',
    [
      'MultipleInstructionsDisallowed:3',
      'MultipleInstructionsDisallowed:5',
      'MultipleInstructionsDisallowed:7',
    ],
  ],
  [
    '\nFROM scratch\nENTRYPOINT ["/myapp"]\nCMD ["/myapp"]\nHEALTHCHECK CMD ["/myapp"]\nCOPY <<EOF /a.txt\nHello, World!\nEOF\nENTRYPOINT ["/myotherapp"]\nCMD ["/myotherapp"]\nHEALTHCHECK CMD ["/myotherapp"]\n',
    [
      'MultipleInstructionsDisallowed:3',
      'MultipleInstructionsDisallowed:4',
      'MultipleInstructionsDisallowed:5',
    ],
  ],
  [
    '\nFROM scratch AS a\nENTRYPOINT ["/myapp"]\nCMD ["/myapp"]\nHEALTHCHECK CMD ["/myapp"]\n\nFROM a AS b\nENTRYPOINT ["/myotherapp"]\nCMD ["/myotherapp"]\nHEALTHCHECK CMD ["/myotherapp"]\n',
    [],
  ],
  [
    '\nFROM scratch\nENV testkey value\nLABEL key value\n',
    ['LegacyKeyValueFormat:3', 'LegacyKeyValueFormat:4'],
  ],
  [
    '\nFROM scratch AS a\n\nFROM a AS b\nENV testkey value\nLABEL key value\n\nFROM a AS c\n',
    ['LegacyKeyValueFormat:5', 'LegacyKeyValueFormat:6'],
  ],
  ['\nFROM --platform=$TARGETPLATFORM scratch\n', ['RedundantTargetPlatform:2']],
  ['\nFROM --platform=${TARGETPLATFORM} scratch\n', ['RedundantTargetPlatform:2']],
  ['\nARG VERSION\nFROM busybox:$VERSION\n', ['InvalidDefaultArgInFrom:3']],
  ['\nARG IMAGE\nFROM $IMAGE\n', ['InvalidDefaultArgInFrom:3']],
  ['\nARG SFX="box:"\nFROM busy${SFX}\n', ['InvalidDefaultArgInFrom:3']],
  ['\nARG VERSION="latest"\nFROM busybox:${VERSION}\n', []],
  ['\nARG BUSYBOX_VARIANT=""\nFROM busybox:stable${BUSYBOX_VARIANT}\n', []],
  ['\n\tARG BUSYBOX_VARIANT\n\tFROM busybox:stable${BUSYBOX_VARIANT}\n\t', []],
  ['\nFROM --platform=linux/amd64 scratch\n', ['FromPlatformFlagConstDisallowed:2']],
  ['\nFROM --platform=linux/amd64 scratch AS my_amd64_stage\n', []],
  ['\nFROM --platform=linux/amd64 scratch AS linux\n', []],
  ['FROM scratch\nEXPOSE 80/TCP 8080/Udp 53/sctp\n', ['ExposeProtoCasing:2', 'ExposeProtoCasing:2']],
  [
    'FROM scratch\nEXPOSE 127.0.0.1:80:80\nEXPOSE 8080:80\nEXPOSE 80-90\n',
    ['ExposeInvalidFormat:2', 'ExposeInvalidFormat:3'],
  ],
])('%j', (text, checks) => {
  const found = lintDockerfile(text).flatMap(({ buildkit, line }) =>
    buildkit === undefined ? [] : [`${buildkit}:${line}`],
  );
  expect(found.sort()).toEqual([...checks].sort());
});
