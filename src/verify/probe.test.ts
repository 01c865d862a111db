import { describe, expect, it } from 'vitest';
import { UserError } from '../base/index.ts';
import { formatProbe, parseProbe } from './index.ts';

describe('reading a probe', () => {
  it.each([
    ['/predict?x=1', { method: 'GET', path: '/predict?x=1' }],
    ['  get  /x ', { method: 'GET', path: '/x' }],
    [
      'POST /predict {"a": [1, 2]}',
      { method: 'POST', path: '/predict', body: '{"a": [1, 2]}', contentType: 'application/json' },
    ],
    [
      'POST /form a=1&b=x%20y',
      {
        method: 'POST',
        path: '/form',
        body: 'a=1&b=x%20y',
        contentType: 'application/x-www-form-urlencoded',
      },
    ],
    [
      'PUT /note two words',
      { method: 'PUT', path: '/note', body: 'two words', contentType: 'text/plain; charset=utf-8' },
    ],
    ['DELETE /items/1', { method: 'DELETE', path: '/items/1' }],
  ])('%s', (text, expected) => {
    const probe = parseProbe(text);
    expect(probe).toEqual(expected);
    expect(parseProbe(formatProbe(probe))).toEqual(expected);
  });

  it.each([
    ['', 'it is empty'],
    ['predict', 'does not begin with /'],
    ['FETCH /x', 'FETCH is not a method'],
    ['http://localhost:8000/x', 'give the path only'],
    ['//host/x', 'two slashes'],
    ['/x#top', 'a fragment'],
    ['/x {"a":1}', 'GET has no body'],
    ['POST /x {"a":1', 'its body is not JSON'],
    ['POST /x @cat.png', 'not as a file'],
  ])('rejects "%s": %s', (text, problem) => {
    expect(() => parseProbe(text)).toThrow(UserError);
    expect(() => parseProbe(text)).toThrow(problem);
  });
});
