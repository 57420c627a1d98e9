import { badOption } from '../../bundle/errors.js';
import { err, ok, type Result } from '../../model/index.js';

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `4G`, `700M` or plain bytes. */
export function readSize(text: string): Result<number> {
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,15})([KMGT]?)(?:i?B)?$/.exec(text) ?? [];
  const size = Number(digits) * (units[unit] ?? 0);
  return size > 0 && Number.isSafeInteger(size) ? ok(size) : err(badOption('--volume-size', text, 'a number with K, M, G or T'));
}

/** `30d`, or a day or moment in ISO 8601; as a moment to the second. */
export function readExpiry(text: string, now: Date): Result<string> {
  const days = /^([1-9][0-9]{0,4})d$/.exec(text)?.[1];
  const moment = days === undefined ? new Date(text) : new Date(now.getTime() + Number(days) * 86_400_000);
  const form = /^([1-9][0-9]{0,4}d|\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?)$/.test(text);
  if (!form || Number.isNaN(moment.getTime())) return err(badOption('--expires', text, 'days as 90d, or a date as 2027-03-31'));
  return ok(toSecond(moment));
}

/** A moment to the second: the same in every form it is written in. */
export const toSecond = (moment: Date): string => `${moment.toISOString().slice(0, 19)}Z`;

/** A release that later ones come after. */
export const releaseAt = (moment: Date): string => moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, '.').replace('T', '-');

export function readRelease(text: string): Result<string> {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(text)
    ? ok(text)
    : err(badOption('--release', text, 'letters, digits, dots, plus and hyphens'));
}
