import { isIP } from 'node:net';
import { UserError } from '../../base/index.ts';
import { addressRange } from './address-range.ts';
import { isLoopback } from './registry-host.ts';

/** Finds the proxy on the way to an address, as an address with scheme; undefined where none is to be asked. */
export type FindProxy = (url: URL) => string | undefined;

// HTTPS_PROXY=http://user:secret@proxy.example.org:3128   or without a scheme: proxy.example.org:3128
// NO_PROXY=localhost,.example.org,registry.example.net:5000,10.0.0.0/8,*

/**
 * Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (or their lower-case forms, where those are absent) as Docker, skopeo and all other programs in Go do
 * (golang.org/x/net/http/httpproxy): `example.org` in `NO_PROXY` holds for all hosts below it, too, `.example.org` for those alone; addresses and
 * ranges (CIDR) hold for hosts that are named by their address. This machine itself is never asked for through a proxy.
 */
export function proxyFinder(environment: Readonly<Record<string, string>>): FindProxy {
  const settingOf = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const isDirect = directRules(settingOf('NO_PROXY'));
  return (url) => {
    const name = url.protocol === 'http:' ? 'HTTP_PROXY' : 'HTTPS_PROXY';
    const proxy = settingOf(name);
    return proxy === '' || isLoopback(url) || isDirect(url) ? undefined : proxyAddress(name, proxy);
  };
}

function proxyAddress(name: string, value: string): string {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const { protocol = '' } = URL.canParse(address) ? new URL(address) : {};
  if (protocol === 'http:' || protocol === 'https:') return address;
  // What it holds is not quoted: there may be a password in it.
  throw new UserError(
    protocol === ''
      ? `${name} is no address of a proxy`
      : `${name} names a proxy that speaks ${protocol.slice(0, -1)}`,
    { hint: 'Plimsoll speaks with proxies by HTTP: http://[USER:PASSWORD@]HOST[:PORT].' },
  );
}

/** What an entry of `NO_PROXY` says of a host and a port. */
type Rule = (host: string, port: string) => boolean;

function directRules(noProxy: string): (url: URL) => boolean {
  const entries = noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  const rules = entries.flatMap(ruleOf);
  return ({ hostname, port, protocol }) => {
    const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const realPort = port || (protocol === 'http:' ? '80' : '443');
    return rules.some((rule) => rule(host, realPort));
  };
}

function ruleOf(entry: string): Rule[] {
  const range = addressRange(entry);
  if (range !== undefined) return [(host) => range(host)];
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  // An IPv6 address without brackets has colons of its own.
  const name = bracketed ?? plain ?? entry;
  if (name === '') return [];
  const isPort: Rule = (_host, asked) => port === '' || port === asked;
  const address = addressRange(`${name}/${isIP(name) === 6 ? 128 : 32}`);
  if (address !== undefined) return [(host, asked) => address(host) && isPort(host, asked)];
  const bare = name.replace(/^\*(?=\.)/, '');
  const isBelowOnly = bare.startsWith('.');
  const suffix = isBelowOnly ? bare : `.${bare}`;
  return [(host, asked) => (host.endsWith(suffix) || (!isBelowOnly && host === bare)) && isPort(host, asked)];
}
