import { describe, expect, it } from 'vitest';
import { compareVersions, factsIn, judgeFact, signedQuery } from './index.js';

describe('facts', () => {
  it('are lines of a name and a value; other lines say nothing', () => {
    expect([...factsIn('a=1\nsysctl.net.x-y= 2 \nnoise\n=3\nB=4\nempty=\n')]).toEqual([
      ['a', '1'],
      ['sysctl.net.x-y', '2'],
      ['empty', ''],
    ]);
  });
  it('are held to every rule that is given', () => {
    expect(judgeFact('memory', '2048', { atLeast: 1024, atMost: 4096 })).toEqual({ met: true, saw: 'memory is 2048' });
    expect(judgeFact('memory', 'lots', { atLeast: 1024 }).met).toBe(false);
    expect(judgeFact('memory', undefined, { atLeast: 1 })).toEqual({ met: undefined, saw: 'memory could not be read' });
    expect(judgeFact('os', 'debian', { oneOf: ['rhel', 'debian'] }).met).toBe(true);
    expect(judgeFact('kernel', '4.9.0', { version: '4.19' }).met).toBe(false);
    expect(judgeFact('kernel', '6.1', { version: '4.19' }).met).toBe(true);
  });
  it('are compared as versions part by part', () => {
    expect(compareVersions('v1.10.0', '1.9')).toBeGreaterThan(0);
    expect(compareVersions('1.2', '1.2.0')).toBe(0);
    expect(compareVersions('1.2-rc1', '1.3')).toBeLessThan(0);
  });
});

describe('a signed call', () => {
  // Credentials and key derivation of AWS's own documentation of Signature Version 4; the signature was computed with botocore 1.43.11.
  it('says who asks and never the secret', () => {
    const { body, headers } = signedQuery(
      {
        service: 'sts',
        region: 'us-east-1',
        endpoint: 'https://sts.us-east-1.amazonaws.com',
        parameters: { Version: '2011-06-15', Action: 'GetCallerIdentity' },
      },
      { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      new Date('2015-08-30T12:36:00Z'),
    );
    expect(body).toBe('Action=GetCallerIdentity&Version=2011-06-15');
    expect(headers['x-amz-date']).toBe('20150830T123600Z');
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/sts\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=52a8540fea00e731072179f763577cbe2a45eac2c5d32fb4d785f3eefac88165$/,
    );
    expect(JSON.stringify({ body, headers })).not.toContain('wJalr');
  });
});
