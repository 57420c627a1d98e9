/** Colours of the phases, light and dark; chosen to differ in lightness too, and every band carries its name. */
export const phaseColors: readonly (readonly [name: string, light: string, dark: string])[] = [
  ['destroy', '#6b7280', '#9aa3b2'],
  ['toolchain', '#8a6d3b', '#d0ad6c'],
  ['image', '#7c3aed', '#b794f6'],
  ['infrastructure', '#0e7490', '#4cc3dd'],
  ['kubernetes', '#1d4ed8', '#7fa8ff'],
  ['services', '#15803d', '#5fce86'],
  ['applications', '#c2410c', '#fb9a62'],
];

const variables = (column: 1 | 2): string => phaseColors.map((one) => `--phase-${one[0]}:${one[column]};`).join('');

const light = `--page:#f6f7f9;--card:#fff;--ink:#14181f;--soft:#5b6472;--line:#dfe3e9;--good:#157347;--bad:#b42318;--warn:#8a5a00;--mark:#14181f;${variables(1)}`;
const dark = `--page:#0f1318;--card:#171d25;--ink:#e8ebf0;--soft:#9aa5b5;--line:#2a323d;--good:#5fce86;--bad:#ff8a7a;--warn:#f0bd5b;--mark:#fff;${variables(2)}`;

/** The page's own style; nothing is fetched. */
export const timelineStyle = `
:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:baseline;margin-bottom:20px}
h1{font-size:24px;margin:0;letter-spacing:-.01em}
h2{font-size:16px;margin:0 0 12px}
.when{color:var(--soft);margin-left:auto;font-variant-numeric:tabular-nums}
.badge{font-size:13px;font-weight:600;padding:2px 10px;border-radius:99px;border:1.5px solid currentColor}
.pass{color:var(--good)}.fail{color:var(--bad)}.not-checked{color:var(--warn)}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin-bottom:18px}
.clock{display:flex;flex-wrap:wrap;gap:18px 44px;align-items:flex-end}
.clock b{display:block;font-size:44px;line-height:1.05;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.figure b{font-size:26px}
.clock span{color:var(--soft);font-size:13px}
.budget{margin-top:18px}
.budget svg,.chart svg{display:block;width:100%;height:auto}
.chart{overflow-x:auto}.chart svg{min-width:820px}
.note{color:var(--soft);font-size:13px;margin:10px 0 0}
svg text{font-family:inherit;fill:var(--ink)}
svg .soft{fill:var(--soft)}
svg .mono,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
svg .grid{stroke:var(--line);stroke-width:1}
svg .band{fill:var(--ink);opacity:.035}
svg .chain{fill:none;stroke:var(--mark);stroke-width:1.2;stroke-dasharray:2 3;opacity:.6}
svg .critical{stroke:var(--mark);stroke-width:1.6}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--soft);font-size:13px}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td.n,th.n{text-align:right}
.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:8px}
code{font-size:13px;overflow-wrap:anywhere}
details summary{cursor:pointer;font-weight:600}
details[open] summary{margin-bottom:10px}
ul{margin:0;padding-left:20px}
.cols{display:grid;grid-template-columns:1fr 1fr;gap:18px}
.cols section{margin-bottom:0}
.cols{margin-bottom:18px}
@media (max-width:800px){.cols{grid-template-columns:1fr}.when{margin-left:0}main{padding:20px 12px}}
@media print{body{background:#fff}section{break-inside:avoid}}
`;
