import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sampleKit } from '../testkit/index.js';
import { createPuppet } from '../testkit/index.js';
import { chosenSecrets, standIns, valuesFrom, withSecrets } from './secrets.js';
import type { ValueMap } from './values.js';

const recipient = 'age1m0nwgqlnp8y6rv736jdk7jpr6c6ar7g5wfwdt3w2jmle209ka47sjsnkpy';
const cipher = 'ENC[AES256_GCM,data:aa,iv:bb,tag:cc,type:str]';
const sops = `sops: { age: [{ recipient: ${recipient}, enc: x }], lastmodified: "2026-11-24T10:00:00Z", mac: "${cipher}" }\n`;
const text = `apiVersion: v1\nkind: Secret\nmetadata: { name: admin }\nstringData: { password: "${cipher}" }\n${sops}`;
const kit = sampleKit('services', {
  'project:secrets/one.enc.yaml': text,
  'project:secrets/plain.enc.yaml': text.replace(/sops: .*\n/, ''),
  'project:secrets/settings.enc.yaml': `colour: ${cipher}\n${sops}`,
});
const choose = (values: ValueMap, secrets: readonly string[] = [], releases: string | undefined = 'flux-system') =>
  chosenSecrets({ name: 'web', secrets, values, namespace: 'web', releases }, kit);
const codes = (chosen: ReturnType<typeof choose>): readonly string[] => chosen.problems.map(({ code }) => code);
const reference = (value: string) => ({ $sops: `secrets/one.enc.yaml#${value}` });

describe('secrets of a package', () => {
  it('are taken by Helm in the cluster: no value is in what is delivered', () => {
    const chosen = choose({ colour: 'blue', admin: { 'a.b': reference('password'), user: 'root' } }, ['one']);
    expect(chosen.problems).toEqual([]);
    expect(chosen.values).toEqual({ colour: 'blue', admin: { user: 'root' } });
    expect(chosen.secrets.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['admin', 'web'],
      ['admin', 'flux-system'],
    ]);
    expect(valuesFrom(chosen.sources)).toEqual([
      { kind: 'Secret', name: 'admin', valuesKey: 'password', targetPath: String.raw`admin.a\.b`, literal: true },
    ]);
    expect(standIns(chosen.sources)).toEqual({ admin: { 'a.b': 'value-of-password' } });
  });
  it('are refused as values of what is rendered here, and in lists', () => {
    const rendered = chosenSecrets(
      { name: 'web', secrets: [], values: { admin: reference('password') }, namespace: 'web', releases: undefined },
      kit,
    );
    expect(rendered.problems).toMatchObject([{ code: 'SECRETS-VALUE-IN-CLEAR', value: ['web', 'admin'] }]);
    expect(codes(choose({ users: [{ password: reference('password') }] }))).toEqual(['SECRETS-VALUE-IN-CLEAR']);
  });
  it('are looked at before anything runs', () => {
    expect(codes(choose({}, ['none']))).toEqual(['SECRETS-FILE-MISSING']);
    expect(codes(choose({}, ['settings']))).toEqual(['SECRETS-NOT-A-SECRET']);
    expect(choose({}, ['plain']).problems).toMatchObject([
      { code: 'SECRETS-NOT-ENCRYPTED', where: { file: 'secrets/plain.enc.yaml', line: 4 } },
    ]);
    expect(choose({ a: { b: reference('pasword') } }).problems).toMatchObject([
      { code: 'SECRETS-NO-SUCH-VALUE', value: ['web', 'a', 'b'] },
    ]);
    expect(codes(choose({ a: { $sops: 'secrets/../../etc/passwd#x' } }))).toEqual(['SECRETS-BAD-REFERENCE']);
    expect(codes(choose({ a: { $sops: 5 } }))).toEqual(['SECRETS-BAD-REFERENCE']);
  });
  it('lie in the folder of their namespace as they were encrypted', async () => {
    const puppet = createPuppet();
    puppet.state.files.set('/project/secrets/one.enc.yaml', { body: text, mode: 0o600 });
    const reader = puppet.reader({ signal: new AbortController().signal, emit: () => undefined });
    const folder = (name: string, body: string) => ({
      name,
      stage: 0,
      files: { 'kustomization.yaml': 'kind: Kustomization\nresources: [chart.yaml]\n', 'chart.yaml': body },
    });
    const made = await withSecrets(
      [folder('a', 'kind: Namespace\n'), folder('b', 'kind: Pod\n')],
      choose({}, ['one']).secrets,
      reader,
    );
    if (!made.ok) throw new Error(made.error.diagnostic.message);
    const [first, second] = made.value;
    expect(parse(first?.files['kustomization.yaml'] ?? '')).toMatchObject({
      resources: ['chart.yaml', 'web-secrets-one.enc.yaml'],
    });
    const delivered = parse(first?.files['web-secrets-one.enc.yaml'] ?? '');
    expect(delivered).toEqual({ ...parse(text), metadata: { name: 'admin', namespace: 'web' } });
    expect(Object.keys(second?.files ?? {})).toEqual(['kustomization.yaml', 'chart.yaml']);
  });
});
