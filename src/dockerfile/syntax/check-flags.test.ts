import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/index.ts';
import { parseDockerfile, resolveDockerfile } from '../index.ts';

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
