/** The borders between folders. Each rule says why it exists; docs/architecture.md shows the picture. */
const only = (name, comment, from, allowed) => ({
  name, comment, severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: allowed },
});
const nodeIo = '^(node:)?(fs|fs/promises|child_process|net|http|https|process|dgram|tls|worker_threads)$';
module.exports = {
  forbidden: [
    only('model-imports-nothing', 'The contracts stand alone, so that everything else may rest on them.', '^src/model/', ['^src/model/']),
    only('engine-knows-steps-only', 'The engine knows no tool and no product: it runs any step.', '^src/engine/', ['^src/engine/', '^src/model/']),
    only('tools-know-one-binary', 'A tool says how one program is called; it never decides, so it needs no other tool.', '^src/tools/([^/]+)/', ['^src/tools/$1/', '^src/model/']),
    only('toolchain-rests-on-tools', 'Turns pins into executables with the help of tools.', '^src/toolchain/', ['^src/toolchain/', '^src/model/', '^src/tools/']),
    only('providers-never-meet', 'Providers meet through what layers publish, never through code.', '^src/providers/([^/]+)/([^/]+)/', ['^src/providers/$1/$2/', '^src/model/', '^src/tools/', '^src/packages/', '^src/terraform/', '^src/secrets/']),
    only('terraform-is-shared', 'How a Terraform module becomes one step, for every cloud alike; knows no cloud.', '^src/terraform/', ['^src/terraform/', '^src/model/', '^src/tools/']),
    only('report-reads-events', 'Reports fold the event stream and know nothing else.', '^src/report/', ['^src/report/', '^src/model/']),
    only('host-is-the-edge', 'The only folder that touches the machine rests on the contracts alone.', '^src/host/', ['^src/host/', '^src/model/']),
    only('packages-are-data', 'What a package is and what its objects need of each other: read by providers and use cases alike, so it rests on the contracts and on how programs are called.', '^src/packages/', ['^src/packages/', '^src/model/', '^src/tools/', '^src/secrets/']),
    only('bundle-is-content', 'What a bundle is: written, read and judged as content by its digest; knows no product and no environment.', '^src/bundle/', ['^src/bundle/', '^src/model/', '^src/tools/']),
    only('rehearsal-plays-a-cluster', 'Starts a control plane as child processes and plays its machines; knows no product.', '^src/rehearsal/', ['^src/rehearsal/', '^src/model/', '^src/tools/', '^src/host/']),
    only('prerequisites-are-data', 'What others must grant is read from data and counted; knows no product.', '^src/prerequisites/', ['^src/prerequisites/', '^src/model/']),
    only('preflight-judges', 'Checks are data; what a fact must be is judged here, who looks is up to the use case.', '^src/preflight/', ['^src/preflight/', '^src/model/']),
    only('secrets-are-read', 'What encrypted files tell, and keys of age; knows no product and no environment.', '^src/secrets/', ['^src/secrets/', '^src/model/']),
    only('app-composes', 'Use cases put the parts together; kube-api has no program, so a use case gives it a connection of the host.', '^src/app/', ['^src/app/', '^src/model/', '^src/engine/', '^src/toolchain/', '^src/providers/registry', '^src/report/', '^src/host/', '^src/packages/', '^src/rehearsal/', '^src/bundle/', '^src/prerequisites/', '^src/preflight/', '^src/tools/kube-api/', '^src/tools/ssh/', '^src/tools/network/', '^src/secrets/', '^src/tools/sops/']),
    only('cli-is-thin', 'argv in, a use case, a report out.', '^src/cli/', ['^src/cli/', '^src/app/', '^src/report/', '^src/model/']),
    { name: 'nothing-imports-testkit', severity: 'error', comment: 'Test support never ships inside the program.', from: { path: '^src/', pathNot: ['^src/testkit/', '\\.test\\.ts$'] }, to: { path: '^src/testkit/' } },
    { name: 'only-host-does-io', severity: 'error', comment: 'One place to audit for files, processes and sockets.', from: { path: '^src/', pathNot: ['^src/host/', '^src/testkit/', '^src/cli/', '\\.test\\.ts$'] }, to: { path: nodeIo } },
    { name: 'no-cycles', severity: 'error', comment: 'A cycle hides who depends on whom.', from: {}, to: { circular: true } },
    { name: 'provider-border', severity: 'error', comment: 'A provider is entered through its index.', from: { path: '^src/', pathNot: ['^src/providers/[^/]+/[^/]+/', '\\.test\\.ts$'] }, to: { path: '^src/providers/[^/]+/[^/]+/(?!index\\.ts)' } },
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' }, tsConfig: { fileName: 'tsconfig.json' } },
};
