import { chartStyle } from './drawing/chart-style';

/** The colours of a light page; a dark one has others, paper is light. */
const LIGHT =
  '--page:#fff;--ink:#16201b;--soft:#55615b;--line:#d9ded8;--band:#f3f5f1;--good:#0d6b50;--bad:#b3321b;--bar:#9fb3a9;--wait:#c98a2b;--scan:#4a6fa5';
const DARK =
  '--page:#101614;--ink:#e9efeb;--soft:#a3b1aa;--line:#2f3a35;--band:#1c2521;--good:#4cc79b;--bad:#ff8f73;--bar:#5d6f66;--wait:#f2b84b;--scan:#7fb2ee';

/** The report's one style sheet, the curve's included: on paper as on a screen, light and dark. */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1120px;margin:0 auto;padding:48px 32px 64px}
h1{font-size:34px;line-height:1.15;letter-spacing:-.02em;margin:4px 0 8px;text-wrap:balance}
h2{font-size:22px;letter-spacing:-.01em;margin:44px 0 12px}
h3{font-size:16px;margin:0 0 6px}
p{margin:0 0 12px;max-width:78ch}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,monospace;font-size:13px;overflow-wrap:anywhere}
.eyebrow{color:var(--good);font-weight:650;margin:0}
.meta,.fine,figcaption{color:var(--soft);font-size:14px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:12px;margin:24px 0}
.facts div{background:var(--band);border-radius:12px;padding:14px 16px}
.facts dt{color:var(--soft);font-size:14px}
.facts dd{margin:0;font-size:24px;font-weight:650;letter-spacing:-.02em}
.sentences{grid-template-columns:1fr}
.sentences dd{font-size:16px;letter-spacing:0}
.verdict{border-left:5px solid var(--soft);padding:10px 16px;background:var(--band);max-width:none}
.as-promised{border-color:var(--good)}
.not-as-promised{border-color:var(--bad)}
.notes{color:var(--soft);margin-top:0}
figure{margin:28px 0}
svg{display:block;width:100%;height:auto}
.plans,.traces{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:20px}
pre{background:var(--band);border-radius:10px;padding:14px 16px;margin:0;white-space:pre-wrap}
.waterfall text{font-size:11.5px;fill:var(--ink)}
.waterfall text.bad{fill:var(--bad);font-weight:600}
.waterfall rect{fill:var(--bar)}
.waterfall rect.wait{fill:var(--wait)}
.waterfall rect.scan{fill:var(--scan)}
.waterfall rect.bad{fill:var(--bad)}
table{width:100%;border-collapse:collapse;font-size:13px}
th,td{padding:5px 8px;text-align:right;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);vertical-align:bottom;border-bottom:2px solid var(--line)}
th:first-child,.text{text-align:left}
.graded th,.graded td{font-weight:650;background:var(--band)}
.events{padding-left:0;list-style:none}
.events time{color:var(--soft);margin-right:8px}
@media (max-width:760px){main{padding:24px 16px}table{display:block;overflow-x:auto}h1{font-size:27px}}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}figure,.plan,tr,section{break-inside:avoid}body{font-size:12px}@page{margin:16mm}}
${chartStyle('auto')}
`;
