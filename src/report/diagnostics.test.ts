import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../model/index.js';
import { countDiagnostics, renderDiagnostics } from './diagnostics.js';

const style = { color: false, unicode: true, columns: 80 };
const finding = (over: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'SPEC-UNKNOWN-KEY',
  severity: 'error',
  message: 'unknown key "versoin" in spec.kubernetes[cluster].with',
  where: { file: 'platform.yaml', line: 2, column: 3, endLine: 2, endColumn: 10 },
  remedies: [{ say: 'did you mean "version"?' }],
  ...over,
});

describe('a finding for people', () => {
  it('shows place, line, spot and next step', () => {
    const sources = new Map([['platform.yaml', 'with:\r\n  versoin: v1.37.2\r\n']]);
    expect(renderDiagnostics([finding()], sources, style)).toBe(
      [
        'platform.yaml:2:3: error: unknown key "versoin" in spec.kubernetes[cluster].with [SPEC-UNKNOWN-KEY]',
        '  2 │   versoin: v1.37.2',
        '    │   ^^^^^^^',
        '  → did you mean "version"?',
        '',
      ].join('\n'),
    );
  });

  it('cuts a long line around the spot', () => {
    const line = `${'a'.repeat(300)}: bad${'b'.repeat(300)}`;
    const where = { file: 'f', line: 1, column: 303, endLine: 1, endColumn: 306 };
    const shown = renderDiagnostics([finding({ where })], new Map([['f', line]]), style).split('\n');
    expect(Math.max(...shown.slice(1, 3).map((one) => one.length))).toBeLessThanOrEqual(80);
    const column = shown[2]?.indexOf('^') ?? 0;
    expect(shown[1]?.slice(column, column + 3)).toBe('bad');
  });

  it('lets no control or direction character through', () => {
    const text = renderDiagnostics([finding({ message: 'key "\u001b[31mred\u0007\u202e"' })], new Map(), style);
    expect(text).toContain('key "red\\u0007\\u202e"');
  });

  it('marks wide characters at the right column', () => {
    const where = { file: 'f', line: 1, column: 5, endLine: 1, endColumn: 6 };
    const shown = renderDiagnostics([finding({ where })], new Map([['f', '日本: x']]), style).split('\n');
    expect(shown[2]).toBe('    │       ^');
  });

  it('is counted', () => {
    expect(countDiagnostics([finding(), finding(), finding({ severity: 'warning' })])).toBe('2 errors, 1 warning');
  });
});
