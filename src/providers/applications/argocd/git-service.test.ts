import { describe, expect, it } from 'vitest';
import { gitServiceManifests, parseGitServer, repositoryUrl } from './git-service.js';

describe('the git server’s name in the cluster', () => {
  it('is the same in every environment that has its own server', () => {
    for (const server of ['git://10.77.0.2:9418', 'git://10.88.0.2:9500', 'git://git.internal']) {
      expect(repositoryUrl(server, 'apps')).toBe('git://git.argocd.svc/apps.git');
    }
  });

  it('is the server’s own where that is valid everywhere', () => {
    expect(repositoryUrl('https://git.example.org/team', 'apps')).toBe('https://git.example.org/team/apps.git');
    expect(gitServiceManifests('https://git.example.org/team')).toBe('');
  });

  it('leads to an address by an endpoint slice, to a name by that name', () => {
    const toAddress = gitServiceManifests('git://10.77.0.2:9500')
      .split('---\n')
      .map((text) => JSON.parse(text));
    expect(toAddress.map((o) => o.kind)).toEqual(['Service', 'EndpointSlice']);
    expect(toAddress[0].spec.ports[0]).toMatchObject({ port: 9418, targetPort: 9500 });
    expect(toAddress[1]).toMatchObject({ endpoints: [{ addresses: ['10.77.0.2'] }], ports: [{ port: 9500 }] });
    expect(JSON.parse(gitServiceManifests('git://git.internal')).spec).toMatchObject({
      type: 'ExternalName',
      externalName: 'git.internal',
    });
  });

  it('reads host and port', () => {
    expect(parseGitServer('git://h')).toEqual({ host: 'h', port: 9418 });
    expect(parseGitServer('git://h/path')).toBeUndefined();
    expect(parseGitServer('ssh://h')).toBeUndefined();
  });
});
