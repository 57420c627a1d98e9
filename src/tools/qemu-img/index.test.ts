import { expect, test } from 'vitest';
import { parseInfo } from './index.js';

// Recorded from `qemu-img info --output=json` of qemu-utils 7.2.
const recorded = `{
    "virtual-size": 4294967296,
    "filename": "node.qcow2",
    "cluster-size": 65536,
    "format": "qcow2",
    "actual-size": 268894208,
    "format-specific": { "type": "qcow2", "data": { "compat": "1.1", "compression-type": "zlib", "lazy-refcounts": false, "refcount-bits": 16, "corrupt": false, "extended-l2": false } },
    "dirty-flag": false
}`;

test('reads a header', () => {
  expect(parseInfo(recorded)).toEqual({ format: 'qcow2', virtualSize: 4294967296, actualSize: 268894208 });
});

test('other JSON is none', () => {
  expect(parseInfo('{}')).toBeUndefined();
});
