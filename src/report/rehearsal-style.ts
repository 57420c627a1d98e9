import { timelineStyle } from './timeline-style.js';

/** Added to the style of the other pages; parts differ in pattern, not in colour alone. */
export const rehearsalStyle = `${timelineStyle}
:root{--bar:#1d4ed8;--track:#e9ecf1;--wash:#fff4f2}
@media (prefers-color-scheme:dark){:root{--bar:#7fa8ff;--track:#232b36;--wash:#2a1b1b}}
.banner{border-left:6px solid currentColor;display:flex;flex-wrap:wrap;gap:4px 18px;align-items:baseline}
.banner b{font-size:20px}
.banner span{color:var(--ink)}
main{max-width:1260px}
.clock{gap:18px 36px}
.scroll{overflow-x:auto}
.packages{min-width:1080px}
.packages td{padding-top:7px;padding-bottom:7px}
.packages .after{max-width:210px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
.packages .time{width:26%;min-width:220px;padding-right:0}
.packages .whole{white-space:nowrap}
.packages td b{overflow-wrap:anywhere}
.packages tr.failed td{background:var(--wash)}
.sub{display:block;color:var(--soft);font-size:12.5px}
.track{position:relative;display:block;height:12px;margin-top:5px;border-radius:3px;background:var(--track)}
.track i{position:absolute;top:0;bottom:0;min-width:2px;border-radius:3px;background:var(--bar)}
.track i.played,.key i.played{background:repeating-linear-gradient(135deg,var(--bar) 0 3px,transparent 3px 6px);box-shadow:inset 0 0 0 1px var(--bar)}
.track i.none,.key i.none{background:none;box-shadow:inset 0 0 0 1.5px var(--soft)}
.track i.bad{background:var(--bad)}
.track i.near{background:var(--warn)}
.axis{position:relative;display:block;height:16px;font-weight:400}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}
.key{display:flex;flex-wrap:wrap;gap:4px 20px;color:var(--soft);font-size:13px;margin:12px 0 0;padding:0;list-style:none}
.key i{display:inline-block;width:22px;height:11px;border-radius:3px;margin-right:7px;background:var(--bar);vertical-align:-1px}
.phases{display:grid;grid-template-columns:max-content 1fr max-content;gap:4px 14px;align-items:center;margin-top:20px;font-size:13.5px}
.phases .track{margin:0}
.phases .n{font-variant-numeric:tabular-nums;color:var(--soft);text-align:right}
.nodes{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:14px 26px;margin:16px 0 0;padding:0;list-style:none}
.nodes b{overflow-wrap:anywhere;font-weight:600}
.nodes .role{color:var(--soft);font-size:12.5px;margin-left:6px}
.nodes .load{display:grid;grid-template-columns:56px 1fr 92px;gap:8px;align-items:center;font-size:12.5px;font-variant-numeric:tabular-nums}
.nodes .load .track{margin:0;height:9px}
.nodes .load span:last-child{text-align:right}
.checks{display:grid;grid-template-columns:max-content 1fr;gap:0 22px}
.checks h3{font-size:14px;font-weight:600;margin:0;padding:8px 0}
.checks ul{list-style:none;padding:6px 0;margin:0;border-bottom:1px solid var(--line)}
.checks ul:last-child{border-bottom:0}
.checks li{padding:2px 0 2px 134px;text-indent:-134px}
.checks li span{display:inline-block;width:134px;text-indent:0;font-weight:600}
.problem{border-top:1px solid var(--line);padding:12px 0}
.problem:first-of-type{border-top:0;padding-top:0}
.problem p{margin:3px 0;overflow-wrap:anywhere}
.problem .place{font-weight:600}
.problem .next{color:var(--soft)}
.problem .next::before{content:"→ ";color:var(--good)}
.error{color:var(--bad);font-weight:600}.warning{color:var(--warn);font-weight:600}.info{color:var(--soft);font-weight:600}
@media (max-width:800px){.checks{grid-template-columns:1fr}.nodes{grid-template-columns:1fr}.checks h3{padding-bottom:0}}
`;
