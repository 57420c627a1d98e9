import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Failure, Output } from '../../model/index.js';
import * as errors from './errors.js';
import type { LockHolder } from './errors.js';

/** One error the program named. */
export interface Complaint {
  readonly summary: string;
  readonly detail: string;
  /** The resource it is about. */
  readonly address?: string;
}

const Line = Type.Object({
  diagnostic: Type.Object({
    severity: Type.String(),
    summary: Type.String(),
    detail: Type.Optional(Type.String()),
    address: Type.Optional(Type.String()),
  }),
});

/** Errors of a run with `-json`: one object a line. Lines that are none are passed over. */
export function complaintsOf(stdout: string): readonly Complaint[] {
  return stdout.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      return [];
    }
    if (!Value.Check(Line, parsed) || parsed.diagnostic.severity !== 'error') return [];
    const { summary, detail = '', address } = parsed.diagnostic;
    return [{ summary, detail, ...(address !== undefined && { address }) }];
  });
}

/**
 * What a run without `-json` says on stderr, as one complaint; recorded from `terraform init` 1.11:
 * `│ Error: Failed to query available provider packages`, framed by box lines.
 */
export function complaintIn(stderr: string): Complaint {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^[│╷╵]\s?/, '').trim())
    .filter((line) => line !== '');
  const at = lines.findIndex((line) => line.startsWith('Error: '));
  const summary = (lines[at] ?? lines[0] ?? 'it said nothing').replace(/^Error: /, '');
  return { summary, detail: lines.slice(at + 1, at + 12).join(' ') };
}

/** Recorded from Terraform 1.11.4: `Lock Info:\n  ID:        2c7d…\n  Path:  …\n  Operation: OperationTypeApply\n  Who:       root@vm\n  …`. */
export function lockHolder(detail: string): LockHolder | undefined {
  const field = (name: string): string => new RegExp(`^\\s*${name}:[ \\t]*(.*)$`, 'm').exec(detail)?.[1]?.trim() ?? '';
  const id = field('ID');
  if (id === '') return undefined;
  return {
    id,
    who: field('Who'),
    operation: field('Operation')
      .replace(/^OperationType/, '')
      .toLowerCase(),
    created: field('Created'),
  };
}

type Judge = (complaint: Complaint, folder: string) => Failure;

/** The clouds' own words for what a user can mend; each is a code of their APIs or a sentence of their providers. */
const verdicts: readonly (readonly [RegExp, Judge])[] = [
  [
    /No valid credential sources|NoCredentialProviders|could not find default credentials|could not configure \w+ Authorizer|unable to build authorizer|az login|failed to refresh cached credentials, no EC2 IMDS|failed to get shared config profile/i,
    (one) => errors.credentialsMissing(sentence(one)),
  ],
  [
    /ExpiredToken|RequestExpired|token (?:has |is )?expired|AADSTS(?:700082|7000222|50173)|SSO session .* expired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClientException|AuthFailure|SignatureDoesNotMatch|AADSTS7000215|incorrect user name or password|Login failure|InvalidLogin|NotAuthenticated/i,
    (one) => errors.credentialsRefused(sentence(one)),
  ],
  [
    /UnauthorizedOperation|AccessDenied|AuthorizationFailed|NoPermission|not authorized to perform/i,
    (one) => errors.denied(sentence(one)),
  ],
  [
    /VcpuLimitExceeded|\w*LimitExceeded\b|QuotaExceeded|exceed\w* [^.]{0,60}quota|InsufficientInstanceCapacity|InsufficientFreeAddresses|SkuNotAvailable|ZonalAllocationFailed|AllocationFailed|Insufficient (?:disk space|resources)|Insufficient(?:Cpu|Memory|Resources)|NoDiskSpace|does not have sufficient/i,
    (one) => errors.quotaExceeded(sentence(one)),
  ],
  [
    /InvalidAMIID|(?:Platform|Gallery)?ImageNotFound|image id .* does not exist|image .* (?:was|is) not found|template .* not found|error fetching virtual machine|no Images? (?:was|were) found/i,
    (one) => errors.imageGone(sentence(one)),
  ],
  [
    /Failed to query available provider packages|Inconsistent dependency lock file|Required plugins are not installed|Failed to install provider|Provider registry|Failed to load plugin schemas|Missing required provider|not a dependency of this configuration|Incompatible provider version/i,
    (one) => errors.pluginMissing(sentence(one)),
  ],
  [/Saved plan is stale|plan file can no longer be applied/i, () => errors.planStale()],
  [
    /timeout (?:while )?waiting|timed? out|deadline exceeded|i\/o timeout|RequestTimeout/i,
    (one) => errors.timedOut(sentence(one)),
  ],
  [
    /no such host|connection refused|dial (?:tcp|unix)|network is unreachable|RequestError: send request failed/i,
    (one) => errors.unreachable(sentence(one)),
  ],
];

/** The failure a run that said no becomes; of many complaints the one that tells most. */
export function judgeRun(what: string, folder: string, output: Output): Failure {
  const told = complaintsOf(output.stdout);
  const complaints = told.length > 0 ? told : [complaintIn(output.stderr || output.stdout)];
  for (const one of complaints) {
    const said = `${one.summary}\n${one.detail}`;
    const holder = /acquiring the state lock|state (?:blob )?is already locked/i.test(said) ? lockHolder(said) : undefined;
    if (holder !== undefined) return errors.locked(holder, folder);
  }
  for (const [pattern, verdict] of verdicts) {
    const one = complaints.find(({ summary, detail }) => pattern.test(`${summary}\n${detail}`));
    if (one !== undefined) return verdict(one, folder);
  }
  return errors.runFailed(what, output.code, complaints.slice(0, 3).map(sentence).join(' · '));
}

function sentence({ summary, detail, address }: Complaint): string {
  const more = detail.replaceAll(/\s+/g, ' ').trim();
  const said = more === '' || summary.includes(more) ? summary : `${summary}: ${more}`;
  return `${address === undefined ? '' : `${address}: `}${said.replaceAll(/\s+/g, ' ').slice(0, 500)}`;
}
