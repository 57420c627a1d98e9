// node scripts/record-terraform-schema.mjs PACKAGE@VERSION PREFIX OUT RESOURCE...: names of arguments and blocks of a Terraform
// provider, as the types of a package that is made of its schema have them. Names only; nothing of the package is kept.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [spec, prefix, out, ...resources] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'strata-schema-'));
try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', spec, '--json'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  execFileSync('tar', ['xzf', packed.filename], { cwd: folder });
  const lib = join(folder, 'package', 'lib');
  const about = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
  const provider = (about.cdktn ?? about.cdktf).provider;
  const recorded = Object.fromEntries(resources.sort().map((name) => [name, resourceIn(lib, name)]));
  writeFileSync(
    out,
    `${JSON.stringify({ origin: { package: `${about.name} ${about.version}`, provider: `${provider.name} ${provider.version}` }, resources: recorded }, null, 1)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `data.azurerm_image` lies in `data-azurerm-image`, `azurerm_lb` in `lb`. */
function resourceIn(lib, name) {
  const data = name.startsWith('data.');
  const bare = name.replace(/^data\./, '').replace(new RegExp(`^${prefix}_`), '');
  const candidates = [`${data ? `data-${prefix}-` : ''}${bare.replaceAll('_', '-')}`, `${bare.replaceAll('_', '-')}-resource`];
  const place = candidates.map((one) => join(lib, one)).find((one) => existsSync(one));
  if (place === undefined) throw new Error(`${name}: no such resource in the package`);
  const text = readdirSync(place)
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => readFileSync(join(place, file), 'utf8'))
    .join('\n');
  const interfaces = new Map(
    [...text.matchAll(/export interface (\w+)(?: extends [\w.]+)? \{\n([\s\S]*?)\n\}/g)].map(([, id, body]) => [id, body]),
  );
  const config = [...interfaces.keys()].find(
    (id) =>
      id.endsWith('Config') &&
      /extends \w+\.TerraformMetaArguments/.test(
        text.slice(text.indexOf(`interface ${id} `), text.indexOf(`interface ${id} `) + 200),
      ),
  );
  return membersOf(interfaces, config);
}

/** Each member names itself, in the form Terraform writes, in the address of its documentation. */
function membersOf(interfaces, id) {
  const members = { required: [], optional: [], blocks: {} };
  const body = interfaces.get(id) ?? '';
  for (const [, name, , optional, type] of body.matchAll(
    /#([a-z0-9_]+) [\w]+#[a-z0-9_]+\}[\s\S]*?readonly (\w+)(\?)?: ([^;]+);/g,
  )) {
    const inner = /^\w+/.exec(type)?.[0] ?? '';
    if (interfaces.has(inner))
      members.blocks[name] = { ...(optional === undefined && { required: true }), ...membersOf(interfaces, inner) };
    else members[optional === undefined ? 'required' : 'optional'].push(name);
  }
  return members;
}
