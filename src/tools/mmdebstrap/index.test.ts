import { expect, test } from 'vitest';
import { bootstrapCommand, renderSources } from './index.js';

test('sources name the suite, its updates and, where known, its security updates', () => {
  const text = renderSources(
    { archive: 'http://mirror.example/debian', security: 'http://mirror.example/debian-security' },
    'bookworm',
  );
  expect(text).toContain('Suites: bookworm bookworm-updates\n');
  expect(text).toContain('URIs: http://mirror.example/debian-security\nSuites: bookworm-security\n');
  expect(renderSources({ archive: 'http://mirror.example/debian' }, 'bookworm')).not.toContain('security');
});

test('a folder with a quote in its name stays one word of the hook', () => {
  const { args } = bootstrapCommand({
    target: '/cache/new',
    suite: 'bookworm',
    packages: ['systemd', 'sudo'],
    sources: '/cache/debian.sources',
    packageCache: "/cache/it's",
    leaveOut: ['/usr/share/man/*'],
    include: [],
  });
  expect(args).toContain(`--setup-hook=sync-in '/cache/it'\\''s' /var/cache/apt/archives`);
  expect(args).toContain('--include=systemd,sudo');
  expect(args.slice(-3)).toEqual(['bookworm', '/cache/new', '/cache/debian.sources']);
});
