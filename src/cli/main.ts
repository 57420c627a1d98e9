import manifest from '../../package.json' with { type: 'json' };

const [first, ...rest] = process.argv.slice(2);

// The version is asked for by scripts and prompts: it loads nothing.
if ((first === '--version' || first === '-V') && rest.length === 0) process.stdout.write(`${manifest.version}\n`);
else {
  const { start } = await import('./process.js');
  await start(manifest.version);
}
