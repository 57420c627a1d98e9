import { type Static, Type } from 'typebox';
import { secretRef } from '../../../../model/index.js';
import { disk, gibibytes, secretName, type Sources, strict, type TargetPlan, word } from './target.js';

/** An AMI (amazon-ebs). */
export const AwsSettings = strict(
  {
    region: Type.String({ pattern: '^[a-z]{2}(-[a-z]+)+-[0-9]$', description: 'Region the image is built and kept in.' }),
    copyTo: Type.Array(Type.String(), { default: [], description: 'Other regions that get a copy.' }),
    shareWith: Type.Array(Type.String({ pattern: '^[0-9]{12}$' }), {
      default: [],
      description: 'Accounts that may start the image.',
    }),
    instanceType: Type.String({ default: 't3.large', description: 'Type of the build machine.' }),
    subnet: Type.Optional(word('Subnet of the build machine; the default network where absent.')),
    reachedBy: Type.Union([Type.Literal('private-address'), Type.Literal('public-address')], {
      default: 'private-address',
      description: 'How the build machine is reached over SSH.',
    }),
    kmsKey: Type.Optional(word("Key that the image is encrypted with; the account's default key where absent.")),
    instanceProfile: Type.Optional(word('Role of the build machine.')),
    source: Type.Optional(
      strict(
        {
          owners: Type.Array(Type.String(), { minItems: 1, description: 'Accounts that the source image may belong to.' }),
          name: Type.String({ description: 'Name filter of the source image; the newest match is taken.' }),
          login: Type.Optional(word('Account of the source image.')),
        },
        { description: "Another source than the distributor's: a company's own image, GovCloud's accounts." },
      ),
    ),
    diskSize: disk,
    endpoint: Type.Optional(
      Type.String({ pattern: '^https?://[^ ]+$', description: 'EC2 API to use instead of the one of the region.' }),
    ),
    credentials: Type.Optional(
      strict(
        { keyId: secretName('the access key id'), key: secretName('the secret access key') },
        { description: "Keys of the environment; the usual places (`~/.aws`, the machine's role) where absent." },
      ),
    ),
  },
  { description: 'Settings of target aws.' },
);
export type AwsSettings = Static<typeof AwsSettings>;

/** Fills in the target. */
export function awsTarget(settings: AwsSettings, { aws }: Sources): TargetPlan {
  const { owners, name, login = aws.login } = settings.source ?? aws;
  const { credentials, endpoint = '' } = settings;
  const source = { source_owners: owners, source_name: name, root_device: aws.device, disk_gib: gibibytes(settings.diskSize) };
  return {
    id: 'aws',
    builder: 'amazon-ebs',
    format: 'ami',
    client: 'aws',
    login,
    place: { kind: 'aws', region: settings.region, endpoint },
    variables: {
      region: settings.region,
      copy_to: [...settings.copyTo],
      share_with: [...settings.shareWith],
      instance_type: settings.instanceType,
      subnet: settings.subnet ?? '',
      public_address: settings.reachedBy === 'public-address',
      kms_key: settings.kmsKey ?? '',
      instance_profile: settings.instanceProfile ?? '',
      endpoint,
      ...source,
    },
    identity: { ...source, kms_key: settings.kmsKey ?? '' },
    secrets: credentials
      ? { AWS_ACCESS_KEY_ID: secretRef(credentials.keyId), AWS_SECRET_ACCESS_KEY: secretRef(credentials.key) }
      : {},
  };
}
