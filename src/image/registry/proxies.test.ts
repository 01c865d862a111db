import { describe, expect, test } from 'vitest';
import { proxyFinder } from './proxies.ts';

const proxy = 'http://proxy.example.org:3128';

/** The cases of golang.org/x/net/http/httpproxy, and the forms that its documentation names. */
const rules: readonly [noProxy: string, url: string, isDirect: boolean, reason: string][] = [
  ['', 'https://quay.io/', false, 'nothing is left out'],
  ['quay.io', 'https://quay.io/', true, 'the host itself'],
  ['quay.io', 'https://cdn.quay.io/', true, 'a host below it'],
  ['quay.io', 'https://notquay.io/', false, 'a longer name with the same end'],
  ['.quay.io', 'https://quay.io/', false, 'a dot before it: those below alone'],
  ['.quay.io', 'https://cdn.quay.io/', true, 'a dot before it'],
  ['*.quay.io', 'https://cdn.quay.io/', true, 'a star and a dot'],
  ['*.quay.io', 'https://quay.io/', false, 'a star and a dot: those below alone'],
  ['QUAY.IO', 'https://Quay.io/', true, 'the case of letters is nothing'],
  ['other.org, quay.io', 'https://quay.io/', true, 'blanks between entries'],
  ['quay.io:5000', 'https://quay.io:5000/', true, 'the port, too'],
  ['quay.io:5000', 'https://quay.io/', false, 'another port'],
  ['quay.io:443', 'https://quay.io/', true, 'the port that goes without saying'],
  ['quay.io:80', 'http://quay.io/', true, 'that of plain HTTP'],
  ['*', 'https://quay.io/', true, 'a star alone'],
  ['10.0.0.0/8', 'https://10.1.2.3/', true, 'a range'],
  ['10.0.0.0/8', 'https://11.1.2.3/', false, 'outside of a range'],
  ['10.0.0.0/8', 'https://ten.example.org/', false, 'a name is looked up by nobody'],
  ['10.1.2.3', 'https://10.1.2.3:5000/', true, 'an address'],
  ['10.1.2.3:5000', 'https://10.1.2.3:5000/', true, 'an address with its port'],
  ['10.1.2.3:5000', 'https://10.1.2.3/', false, 'an address with another port'],
  ['fd00::/8', 'https://[fd12::1]/', true, 'a range of IPv6'],
  ['fd12::1', 'https://[fd12::1]/', true, 'an address of IPv6'],
  ['[fd12::1]:5000', 'https://[fd12::1]:5000/', true, 'an address of IPv6 with its port'],
  ['[fd12::1]:5000', 'https://[fd12::1]/', false, 'an address of IPv6 with another port'],
  ['', 'https://localhost:5000/', true, 'this machine by its name'],
  ['', 'http://127.1.2.3:5000/', true, 'this machine by an address'],
  ['', 'http://[::1]:5000/', true, 'this machine by that of IPv6'],
  [',,', 'https://quay.io/', false, 'empty entries'],
  [':5000', 'https://quay.io:5000/', false, 'a port without a host'],
  ['300.0.0.0/8', 'https://10.1.2.3/', false, 'what is no range'],
];

test.each(rules)('NO_PROXY=%s: %s goes directly: %s (%s)', (noProxy, url, isDirect) => {
  const upper = proxyFinder({ HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: noProxy });
  const lower = proxyFinder({ http_proxy: proxy, https_proxy: proxy, no_proxy: noProxy });
  expect([upper, lower].map((find) => find(new URL(url)))).toEqual(
    Array(2).fill(isDirect ? undefined : proxy),
  );
});

describe('the proxy', () => {
  test('is that of the scheme', () => {
    const find = proxyFinder({ HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'https://b:2' });
    expect(find(new URL('http://quay.io/'))).toBe('http://a:1');
    expect(find(new URL('https://quay.io/'))).toBe('https://b:2');
    expect(proxyFinder({ HTTP_PROXY: 'http://a:1' })(new URL('https://quay.io/'))).toBeUndefined();
  });

  test('may be named without a scheme', () => {
    const url = new URL('https://quay.io/');
    expect(proxyFinder({ HTTPS_PROXY: 'proxy.example.org:3128' })(url)).toBe(proxy);
    expect(proxyFinder({ HTTPS_PROXY: '10.0.0.1:3128' })(url)).toBe('http://10.0.0.1:3128');
  });

  test.each([
    ['socks5://secret@a:1', /HTTPS_PROXY names a proxy that speaks socks5/],
    ['http://', /HTTPS_PROXY is no address of a proxy/],
  ])('%s is refused, and not quoted', (value, expected) => {
    const find = proxyFinder({ HTTPS_PROXY: value });
    expect(() => find(new URL('https://quay.io/'))).toThrow(expected);
    expect(() => find(new URL('https://quay.io/'))).not.toThrow(/secret/);
  });
});
