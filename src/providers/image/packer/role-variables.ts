import type { Json } from '../../../model/index.js';

/** What the roles are told of one image. */
export interface RoleFacts {
  readonly os: string;
  readonly user: string;
  readonly sudoGroup: string;
  readonly packages: readonly string[];
  readonly repositories: readonly { readonly name: string; readonly url: string; readonly key: string }[];
  readonly fips: 'on' | 'off';
  /** Account that the build comes in by. */
  readonly login: string;
  /** Folder of the binaries that are baked in. */
  readonly binaries: string;
}

/** The same whether a run builds or the user does with what was ejected. */
export function roleVariables(facts: RoleFacts): Readonly<Record<string, Json>> {
  const { os, user, sudoGroup, packages, repositories, fips, login, binaries } = facts;
  const build = login === user ? [] : [login];
  return {
    prepare_user: user,
    prepare_packages: [...packages],
    prepare_repositories: repositories.map((one) => ({ ...one })),
    prepare_fips: fips === 'on',
    node_binaries: binaries,
    node_user: user,
    hardening_user: user,
    hardening_build_users: build,
    hardening_sudo_group: sudoGroup,
    hardening_parts: os === 'debian-12' ? ['passwords', 'audit', 'aide'] : [],
    seal_user: user,
    seal_build_users: build,
  };
}
