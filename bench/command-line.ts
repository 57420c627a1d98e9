// Start-up of the command line, as a ratio to Node's own: --version, validate, and an offline plan.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { machine, rounded, spread } from './measure.js';

const repository = join(import.meta.dirname, '..', '..');
const command = join(repository, 'dist', 'cli.js');
if (!existsSync(command)) throw new Error('build first: npm run build');
const platform = process.env.STRATA_BENCH_PLATFORM ?? join(repository, 'examples', 'local');
const environment = process.env.STRATA_BENCH_ENVIRONMENT ?? 'local';

const calls: Readonly<Record<string, readonly string[]>> = {
  node: ['-e', '0'],
  version: [command, '--version'],
  validate: [command, 'validate', platform],
  planOffline: [command, 'plan', platform, '-e', environment, '--offline', '-o', 'json'],
};

const rounds = 15;
const times: Record<string, number[]> = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, args] of Object.entries(calls)) {
    const began = performance.now();
    const { status } = spawnSync(process.execPath, [...args], { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name}: exit ${status}`);
    const list = times[name] ?? [];
    list.push(performance.now() - began);
    times[name] = list;
  }
}
const spreads = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, spread(list)]));
const node = spreads.node?.median ?? Number.NaN;
const beyondNode = Object.fromEntries(
  Object.entries(spreads).map(([name, { median }]) => [
    name,
    { ratio: rounded(median / node), msBeyondNode: rounded(median - node) },
  ]),
);
console.log(JSON.stringify({ benchmark: 'command-line', machine: machine(), rounds, ms: spreads, beyondNode }, null, 2));
