import { expect, test } from 'vitest';
import { createPuppet } from '../../testkit/index.js';
import { findAmi, parseImages, parseInstances } from './index.js';

// Recorded from aws-cli against moto 5.2.5, shortened to what is read.
const image = { Name: 'strata-node-abc', ImageId: 'ami-fefa8925be9e5088d', State: 'available', OwnerId: '123456789012' };
const access = { region: 'eu-central-1', endpoint: '', env: {} };

test('finds an image, or none', () => {
  expect(parseImages(JSON.stringify({ Images: [image] }))).toEqual({ id: image.ImageId, state: 'available' });
  expect(parseImages(JSON.stringify({ Images: [{ ...image, State: 'pending' }] }))?.state).toBe('pending');
  expect(parseImages(JSON.stringify({ Images: [{ ...image, State: 'invalid' }] }))?.state).toBe('failed');
  expect(parseImages('{"Images":[]}')).toBeUndefined();
});

test('lists the machines of a reservation', () => {
  const answer = { Reservations: [{ Instances: [{ InstanceId: 'i-1' }, { InstanceId: 'i-2' }] }] };
  expect(parseInstances(JSON.stringify(answer))).toEqual(['i-1', 'i-2']);
  expect(parseInstances('{"Reservations":[]}')).toEqual([]);
});

test.each([
  ['An error occurred (ExpiredToken) when calling the DescribeImages operation: The security token expired', 'AWS-CREDENTIALS'],
  ['Unable to locate credentials. You can configure credentials by running "aws configure".', 'AWS-CREDENTIALS'],
  ['Could not connect to the endpoint URL', 'AWS-FAILED'],
])('%s', async (stderr, code) => {
  const puppet = createPuppet();
  puppet.tool('aws', { version: 'aws-cli 2.9', recorded: '2026-11-24' }).answer(() => ({ code: 254, stderr }));
  const reader = puppet.reader({ signal: new AbortController().signal, emit: () => {} });
  expect(await findAmi(reader, access, 'x')).toMatchObject({ ok: false, error: { diagnostic: { code } } });
});
