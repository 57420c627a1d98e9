// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of this text are what is tested.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  authorityHash,
  backupScript,
  initScript,
  installScript,
  joinScript,
  newEncryptionKey,
  newToken,
  programs,
  readyScript,
  render,
  rollbackScript,
  tidyScript,
} from './index.js';

describe('render', () => {
  it('fills places, and many lines where a place stands alone', () => {
    expect(render('a: ${x}\nb:\n  ${y}\n', { x: '1', y: '- 1\n- 2' })).toEqual({ ok: true, value: 'a: 1\nb:\n  - 1\n  - 2\n' });
  });
  it('drops a line whose value is empty', () => {
    expect(render('a\n  ${y}\nb', { y: '' })).toEqual({ ok: true, value: 'a\nb' });
  });
  it('leaves the shell and Kubernetes their own', () => {
    expect(render('$(NODE_NAME) $HOME ${x1}', { x1: '$&' })).toEqual({ ok: true, value: '$(NODE_NAME) $HOME $&' });
  });
  it('names every place without a value, but not those in comments', () => {
    const made = render('# Values: ${a}\nx: ${b} ${c}\n', {});
    expect(made).toMatchObject({
      ok: false,
      error: { kind: 'bug', diagnostic: { message: 'A template has no value for b, c.' } },
    });
  });
});

describe('secrets', () => {
  it('are tokens of the form kubeadm reads', () => {
    const tokens = Array.from({ length: 50 }, newToken);
    for (const { id, secret } of tokens) expect(`${id}.${secret}`).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect(new Set(tokens.map(({ secret }) => secret)).size).toBe(50);
  });
  it('are keys of 32 bytes', () => {
    expect(Buffer.from(newEncryptionKey(), 'base64')).toHaveLength(32);
  });
});

describe('the pinned authority', () => {
  it('is the hash openssl computes of the public key', () => {
    expect(authorityHash(certificate)).toBe('sha256:1ab84ce70ead0890f57f442ceaebe284fdadbb1f80148563289faa755dd7ffe4');
  });
  it('is none where the text is no certificate', () => {
    expect(authorityHash('')).toBeUndefined();
  });
});

describe('scripts', () => {
  const ignored = [
    { check: 'Swap', because: 'x' },
    { check: 'SystemVerification', because: 'y' },
  ];
  it('look before the first attempt only', () => {
    const script = initScript('/c.yaml', ignored);
    expect(script).toContain('kubeadm init phase preflight --config /c.yaml --ignore-preflight-errors=Swap,SystemVerification');
    expect(script).toContain('kubeadm init --config /c.yaml --skip-phases=preflight,bootstrap-token,addon,show-join-command');
  });
  it('never leave the token behind', () => {
    expect(joinScript('/run/strata/join.yaml', []).split('\n')[0]).toBe("trap 'rm -f /run/strata/join.yaml' EXIT");
  });
});

const certificate = `-----BEGIN CERTIFICATE-----
MIIBgTCCASegAwIBAgIUa6C73gLevnMabD5eVW9L/gxV5EEwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjQwNjUzMzNaGA8yMTI2MTAz
MTA2NTMzM1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABNfjXa8eYkfBn78eX+hkQUR/WloCq0obiFwkfb9pxDZSx5Q/wfe+
fFjC6vVm2OO78XWcI6ZpY5+SF29zWpT2CPKjUzBRMB0GA1UdDgQWBBSAHAuB1ss/
cPZZe06Q10AmGei6PjAfBgNVHSMEGDAWgBSAHAuB1ss/cPZZe06Q10AmGei6PjAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIGRvEckbwHwgtzfaHsuL
ykpXmkNiKv/a12t/2knTZ8r2AiEAocQ0KVem+D4hMu2Bif8tRwcoB/BAADjaIjFM
9ygEpBE=
-----END CERTIFICATE-----
`;

describe('an upgrade on a machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-upgrade-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script with all its absolute paths below a folder of the test. */
  const run = (script: string): string => {
    const moved = script
      .replaceAll(/(?<![\w.}"/])\/(usr|var|etc|run)\//g, `${folder}/$1/`)
      .replaceAll(`"/etc/`, `"${folder}/etc/`);
    const path = `${folder}/usr/bin:${process.env.PATH}`;
    return execFileSync('/bin/sh', ['-eu'], { input: moved, encoding: 'utf8', env: { PATH: path } });
  };
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

  it('keeps what the machine ran, and puts it back whole', () => {
    for (const name of programs) {
      put(`usr/bin/${name}`, `old ${name}`);
      put(`var/lib/strata/kubernetes/v1.37.2/${name}`, `new ${name}`);
    }
    put('usr/bin/systemctl', '#!/bin/sh\n');
    put('var/lib/kubelet/config.yaml', 'old config');
    put('var/lib/kubelet/kubeadm-flags.env', 'old flags');
    put('etc/kubernetes/manifests/kube-apiserver.yaml', 'old API server');
    put('etc/kubernetes/manifests/etcd.yaml', 'etcd');
    run(readyScript('v1.37.2') + backupScript('v1.36.3'));
    run(installScript('/var/lib/strata/kubernetes/v1.37.2'));
    put('var/lib/kubelet/config.yaml', 'new config');
    put('etc/kubernetes/manifests/kube-apiserver.yaml', 'new API server');
    expect(read('usr/bin/kubelet')).toBe('new kubelet');
    // A second attempt must not take the new ones for what was there before.
    run(backupScript('v1.36.3'));
    run(rollbackScript('v1.36.3', 'kubelet'));
    expect([read('usr/bin/kubelet'), read('var/lib/kubelet/config.yaml')]).toEqual(['old kubelet', 'old config']);
    expect(read('etc/kubernetes/manifests/kube-apiserver.yaml')).toBe('new API server');
    run(rollbackScript('v1.36.3', 'everything'));
    expect(read('etc/kubernetes/manifests/kube-apiserver.yaml')).toBe('old API server');
    expect(readdirSync(join(folder, 'etc/kubernetes/manifests')).sort()).toEqual(['etcd.yaml', 'kube-apiserver.yaml']);
    run(tidyScript('v1.36.3', 'v1.37.2'));
    expect(() => run(readyScript('v1.37.2'))).toThrow();
  });
});
