import { describe, expect, it } from 'vitest';
import { createPuppet } from '../../testkit/index.js';
import { inNamespace, linksOf, parseMounts, routesOf } from './index.js';

const scope = { signal: new AbortController().signal, emit: () => {} };
const origin = { version: 'iproute2 6.1.0', recorded: '2026-11-24' };

describe('mounts', () => {
  // Recorded from /proc/self/mountinfo of Linux 6.18.
  const text = [
    '25 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '391 25 0:4 net:[4026532345] /home/a\\040b/.strata/local/net/namespace rw shared:201 - nsfs nsfs rw',
    '402 25 0:56 / /home/a\\040b/.strata/local/machines/cp-1/root rw,relatime - overlay overlay rw,lowerdir=/cache/images/x,upperdir=/u,workdir=/w',
    '',
  ].join('\n');
  it('are read with and without optional fields, spaces put back', () => {
    expect(parseMounts(text).map(({ point, type }) => [point, type])).toEqual([
      ['/', 'ext4'],
      ['/home/a b/.strata/local/net/namespace', 'nsfs'],
      ['/home/a b/.strata/local/machines/cp-1/root', 'overlay'],
    ]);
  });
});

describe('interfaces', () => {
  it('are read from ip -j, IPv4 only', async () => {
    const puppet = createPuppet();
    puppet.tool('ip', origin).answer((args) =>
      args.includes('address')
        ? {
            stdout:
              '[{"ifindex":6,"ifname":"st-0a1b2c3d","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"operstate":"UP","addr_info":[{"family":"inet","local":"10.77.0.1","prefixlen":24,"scope":"global"},{"family":"inet6","local":"fe80::1","prefixlen":64}]},{},{"ifname":"uplink","flags":["UP"],"master":"br0","addr_info":[]}]',
          }
        : { stdout: '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"dst":"10.77.0.0/24","dev":"st-0a1b2c3d"}]' },
    );
    const links = await linksOf(puppet.reader(scope));
    expect(links).toEqual({
      ok: true,
      value: [
        { name: 'st-0a1b2c3d', addresses: ['10.77.0.1/24'], master: undefined, up: true },
        { name: 'uplink', addresses: [], master: 'br0', up: true },
      ],
    });
    expect(await routesOf(puppet.reader(scope))).toEqual({
      ok: true,
      value: [{ destination: '10.77.0.0/24', device: 'st-0a1b2c3d' }],
    });
  });
  it('say so where ip prints no JSON', async () => {
    const puppet = createPuppet();
    puppet.tool('ip', origin).answer(() => ({ stdout: 'Usage: ip …' }));
    expect(await linksOf(puppet.reader(scope))).toMatchObject({ ok: false, error: { diagnostic: { code: 'NETWORK-OUTPUT' } } });
  });
});

it('a command in a namespace keeps all but its program', () => {
  expect(inNamespace('/s/net', { tool: 'ip', args: ['link'], stdin: 'x' })).toEqual({
    tool: 'nsenter',
    args: ['--net=/s/net', '--', 'ip', 'link'],
    stdin: 'x',
  });
});
