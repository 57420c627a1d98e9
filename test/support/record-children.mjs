// Loaded into the command line by NODE_OPTIONS: writes the arguments of every child process to the file CHILDREN_RECORD names.
import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const record = process.env.CHILDREN_RECORD;
for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync', 'fork']) {
  const real = childProcess[name];
  childProcess[name] = (...given) => {
    appendFileSync(record, `${JSON.stringify([name, given[0], Array.isArray(given[1]) ? given[1] : []])}\n`);
    return real(...given);
  };
}
syncBuiltinESMExports();
