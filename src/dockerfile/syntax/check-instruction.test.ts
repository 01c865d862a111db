import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/index.ts';
import { parseDockerfile, resolveDockerfile } from '../index.ts';

describe('what BuildKit refuses when it reads the instructions', () => {
  test.each([
    ['FROM a\nRUNN x', 2, 'unknown instruction: RUNN (did you mean RUN?)'],
    ['FROM a\n\nfoo \\\n x', 3, 'unknown instruction: foo'],
    ['RUN x', 1, 'no build stage in current context'],
    ['ARG A\nENV B=1\nFROM a', 2, 'no build stage in current context'],
    ['FROM', 1, 'FROM requires either one or three arguments'],
    ['FROM a b', 1, 'FROM requires either one or three arguments'],
    ['FROM a as 1b', 1, 'invalid name for build stage: "1b"'],
    ['FROM a\nENV', 2, 'ENV requires at least one argument'],
    ['FROM a\nLABEL =x', 2, 'LABEL names can not be blank'],
    ['FROM a\nARG', 2, 'ARG requires at least one argument'],
    ['FROM a\nCOPY x', 2, 'COPY requires at least two arguments'],
    ['FROM a\nCOPY x <<E\nE', 2, 'COPY cannot accept a heredoc as a destination'],
    ['FROM a\nWORKDIR', 2, 'WORKDIR requires exactly one argument'],
    ['FROM a\nSHELL bash', 2, 'SHELL requires the arguments to be in JSON form'],
    ['FROM a\nVOLUME [""]', 2, 'VOLUME specified can not be an empty string'],
    ['FROM a\nONBUILD FROM b', 2, "FROM isn't allowed as an ONBUILD trigger"],
    ['FROM a\nONBUILD ONBUILD RUN x', 2, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
    ['FROM a\nHEALTHCHECK curl', 2, 'Unknown type "CURL" in HEALTHCHECK (try CMD)'],
    ['FROM a\nHEALTHCHECK CMD\u00a0x', 2, 'Unknown type "CMD'],
    ['FROM a\nHEALTHCHECK NONE x', 2, 'HEALTHCHECK NONE takes no arguments'],
    ['FROM a\nHEALTHCHECK CMD', 2, 'Missing command after HEALTHCHECK CMD'],
    ['FROM a\nHEALTHCHECK x\0', 2, 'Unknown type "X\\x00" in HEALTHCHECK'],
    ['FROM a\nEVN A=1', 2, 'unknown instruction: EVN (did you mean ENV?)'],
    ['FROM a\ncoyp a b', 2, 'unknown instruction: coyp (did you mean copy?)'],
    ['FROM a\nRUNCMD x', 2, 'unknown instruction: RUNCMD'],
    ['FROM a\nSHELL', 2, 'SHELL requires at least one argument'],
    ['FROM a\nONBUILD ONBUILD CMD [1]', 2, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"],
  ])('%j: line %i, %s', (text, line, message) => {
    const syntax = parseDockerfile(text);
    const resolve = (): unknown => resolveDockerfile(syntax, { fileName: 'docker/app.Dockerfile' });
    expect(resolve).toThrow(UserError);
    expect(resolve).toThrow(`docker/app.Dockerfile:${line}: `);
    expect(resolve).toThrow(message);
  });

  test.each<readonly [text: string, hint: string, reason: string]>([
    ['FROM a\nRUNN b', 'BuildKit refuses this Dockerfile too; correct the line and try again.', 'a slip'],
    ['FROM a\nCMD["b", "c"]', 'Write a space between CMD and its list.', 'the list belongs to the keyword'],
    [
      '\udcff\udcfeF\0R\0O\0M\0 \0a\0',
      'The file is UTF-16: save it as UTF-8.',
      'what PowerShell writes by default',
    ],
    ['\udcfe\udcff\0F\0R\0O\0M\0 \0a', 'The file is UTF-16: save it as UTF-8.', 'the other byte order'],
    ['\udcff\udcfe\n\0', 'The file is UTF-16: save it as UTF-8.', 'refused by the parser'],
  ])('%j: %s', (text, hint, reason) => {
    const hintOf = (): unknown => {
      try {
        return resolveDockerfile(parseDockerfile(text));
      } catch (error) {
        return error instanceof UserError ? error.hint : error;
      }
    };
    expect([reason, hintOf()]).toEqual([reason, hint]);
  });

  test('the first of several is told', () => {
    const refused = (text: string): string[] => {
      try {
        resolveDockerfile(parseDockerfile(text));
        return [];
      } catch (error) {
        return String(error).split(': ');
      }
    };
    expect(refused('COPY --x a')).toContain(
      'COPY requires at least two arguments, but only one was provided. Destination could not be determined',
    );
    expect(refused('ENV --x')).toContain('unknown flag');
    expect(refused('SHELL --x x')).toContain('unknown flag');
    expect(refused('HEALTHCHECK --interval=5 CMD')).toContain('Missing command after HEALTHCHECK CMD');
    expect(refused('RUN --x y')).toContain('unknown flag');
    expect(refused('ARG A')).toContain('dockerfile contains no stages to build');
  });
});

describe('flags that BuildKit refuses, when it looks at the instruction', () => {
  test.each([
    ['RUN --unmount=x y', 'unknown flag: --unmount'],
    ['RUN --mout=type=tmpfs y', 'unknown flag: --mout (did you mean mount?)'],
    ['COPY --user=me a b', 'unknown flag: --user'],
    ['CMD --x y', 'unknown flag: --x'],
    ['ENV --x A=1', 'unknown flag: --x'],
    ['COPY --from a b', 'missing a value on flag: --from'],
    ['COPY --link= a b', 'missing a value on flag: --link'],
    ['COPY --link=no a b', 'expecting boolean value for flag --link, not: no'],
    ['COPY --from=a --from=b a b', 'duplicate flag specified: --from'],
    ['COPY --link --link a b', 'duplicate flag specified: --link'],
    ['ADD --from=x a b', 'unknown flag: --from'],
    ['RUN --network=bridge x', 'invalid network mode "bridge"'],
    ['RUN --security=none x', 'security "none" is not valid'],
    ['RUN --mount= x', 'failed to parse csv mounts: EOF'],
    [
      'RUN --mount=type=ca\\"che x',
      'failed to parse csv mounts: parse error on line 1, column 8: bare " in non-quoted field',
    ],
    [
      'RUN --mount=type=bind,\\"a\\"b x',
      'failed to parse csv mounts: parse error on line 1, column 13: extraneous or missing " in quoted-field',
    ],
    ['RUN --mount=type=bind,from=$A x', "'from' doesn't support variable expansion"],
    ['RUN --device=a,name=b x', 'device name already set to a'],
    ['RUN --device=a,b x', "invalid field 'b' must be a key=value pair"],
    ['RUN --device=a,required=2 x', 'invalid value for required: 2'],
    ['RUN --device=a,requird=1 x', "unexpected key 'requird' in 'requird=1' (did you mean required?)"],
    ['HEALTHCHECK --interval=5 CMD x', 'time: missing unit in duration "5"'],
    ['HEALTHCHECK --interval=x CMD x', 'time: invalid duration "x"'],
    ['HEALTHCHECK --timeout=5x CMD x', 'time: unknown unit "x" in duration "5x"'],
    ['HEALTHCHECK --start-period=10us CMD x', 'Interval "start-period" cannot be less than 1ms'],
    ['HEALTHCHECK --retries=x CMD x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['HEALTHCHECK --retries=2147483648 CMD x', 'parsing "2147483648": value out of range'],
    ['HEALTHCHECK --retries=-1 CMD x', '--retries cannot be negative (-1)'],
    ['HEALTHCHECK --x CMD x', 'unknown flag: --x'],
  ])('%j: %s', (line, message) => {
    const syntax = parseDockerfile(`FROM a\n${line}`);
    expect(() => resolveDockerfile(syntax)).toThrow(UserError);
    expect(() => resolveDockerfile(syntax, { fileName: 'x/Dockerfile' })).toThrow(`x/Dockerfile:2: `);
    expect(() => resolveDockerfile(syntax)).toThrow(message);
  });

  test.each([
    ['RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b --network=none x', 'several mounts'],
    ['RUN --mount=type=bind,from=a$,"target=/x,y" x', 'a lone dollar, and a quoted field'],
    ['RUN --mount=type=$A,nonsense=1,required x', 'what waits for the build'],
    ['RUN --device=nvidia.com/gpu=all,required --security=insecure x', 'of the labs channel'],
    ['COPY --parents --link --exclude=a --exclude=b --from=x --chmod=$M a b', 'all of COPY'],
    ['ADD --checksum=sha256:1 --keep-git-dir=true --unpack=FALSE --link=true a b', 'all of ADD'],
    ['HEALTHCHECK --interval=1m30.5s --timeout=0 --start-period=-0 --retries=+3 CMD x', 'Go’s durations'],
    ['HEALTHCHECK --whatever NONE', 'NONE looks at none'],
    ['ARG --x A', 'nor does ARG'],
    ['STOPSIGNAL --x 9', 'nor STOPSIGNAL'],
    ['ONBUILD RUN --x y', 'nor does ONBUILD at those of its trigger'],
  ])('%j is accepted: %s', (line) => {
    expect(resolveDockerfile(parseDockerfile(`FROM a\n${line}`)).stages[0]?.instructions).toHaveLength(1);
  });
});
