import { homedir } from 'node:os';

/** How this machine reaches networks: passed on, because a command without it would go another way than its user. */
const passedOn = [
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'PIP_INDEX_URL',
  'NPM_CONFIG_REGISTRY',
  'GOPROXY',
  'GOSUMDB',
  'GONOSUMDB',
  'GOPRIVATE',
];

/** The environment of every command: small and the same everywhere, so that nothing of a user's shell changes a result. */
export function minimalEnvironment(own: NodeJS.ProcessEnv, folders: readonly string[]): Readonly<Record<string, string>> {
  const network = passedOn.flatMap((name) => (own[name] ? [[name, own[name]] as const] : []));
  return { ...Object.fromEntries(network), PATH: folders.join(':'), HOME: own.HOME ?? homedir(), LANG: 'C.UTF-8', TZ: 'UTC' };
}
