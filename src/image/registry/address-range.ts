import { BlockList, isIP } from 'node:net';

/** Tells of `10.0.0.0/8` or `fd00::/8` which addresses lie in it; undefined for what is no range. A name is in none. */
export function addressRange(text: string): ((address: string) => boolean) | undefined {
  const [, start = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(start);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) return undefined;
  const list = new BlockList();
  list.addSubnet(start, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
  return (address) => {
    const kind = isIP(address);
    return kind !== 0 && list.check(address, kind === 4 ? 'ipv4' : 'ipv6');
  };
}
