/** An operating system that images are made of, as far as a definition depends on it; the rest is in `catalog/image/<os>/`. */
export interface System {
  readonly title: string;
  readonly family: 'apt' | 'dnf';
  /** Hardening profiles of its SCAP content; the first is taken where none is chosen. */
  readonly profiles: readonly [string, ...string[]];
  /** Why there is no FIPS mode; absent = there is one. */
  readonly noFips?: string;
}

const anssi = ['anssi-bp28-minimal', 'anssi-bp28-intermediary'] as const;
const redHat = ['stig', 'cis-level1-server', 'cis-level2-server', ...anssi, 'anssi-bp28-enhanced', 'pci-dss'] as const;

/** Every operating system; a test holds the profiles against the catalog. */
export const systems = {
  'debian-12': {
    title: 'Debian 12',
    family: 'apt',
    profiles: ['anssi-bp28-enhanced', ...anssi],
    noFips: 'no cryptographic module of Debian 12 is validated, and its kernel has no FIPS mode to switch on',
  },
  'ubuntu-22.04': {
    title: 'Ubuntu 22.04 LTS',
    family: 'apt',
    profiles: ['stig', 'cis-level1-server', 'cis-level2-server'],
    noFips: "Ubuntu's validated modules are behind a subscription token, which a build does not carry",
  },
  'ubuntu-24.04': {
    title: 'Ubuntu 24.04 LTS',
    family: 'apt',
    profiles: ['cis-level1-server', 'cis-level2-server'],
    noFips: "Ubuntu's validated modules are behind a subscription token, which a build does not carry",
  },
  'rhel-8': { title: 'Red Hat Enterprise Linux 8', family: 'dnf', profiles: redHat },
  'rhel-9': { title: 'Red Hat Enterprise Linux 9', family: 'dnf', profiles: redHat },
  'rocky-9': { title: 'Rocky Linux 9', family: 'dnf', profiles: redHat },
  'alma-9': { title: 'AlmaLinux 9', family: 'dnf', profiles: ['cis-level1-server', 'cis-level2-server', 'pci-dss'] },
} as const satisfies Record<string, System>;

/** Id of an operating system, the name of its folder in the catalog. */
export type SystemId = keyof typeof systems;

/** Ids in the order of the table. */
export const systemIds = Object.keys(systems) as readonly SystemId[]; // the keys of the constant above

/** The operating system's facts. */
export const systemOf = (os: SystemId): System => systems[os];
