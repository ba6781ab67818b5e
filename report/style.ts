/** Light colours: text on `paper` and `panel` has a contrast of 4.5 and more. Real is blue, synthetic orange. */
const LIGHT =
  '--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--panel:#f6f8fa;--link:#0758b8;--real:#0969da;--synthetic:#b34700;--good:#176f32;--fair:#8a5a00;--poor:#c01c28;--mark:#6639ba;--h1:#fff1d6;--h2:#ffd79a;--h3:#f9a857;--h4:#9a3a00;--on-dark:#fff;--on-light:#1b1f24';
const DARK =
  '--ink:#e6edf3;--soft:#9da7b3;--line:#3d444d;--paper:#0d1117;--panel:#161b22;--link:#6cb6ff;--real:#58a6ff;--synthetic:#f0883e;--good:#56d364;--fair:#e3b341;--poor:#ff7b72;--mark:#c297ff;--h1:#3a2a12;--h2:#5e3f12;--h3:#8a4b0f;--h4:#ffb35c;--on-dark:#16110a;--on-light:#f4ede4';

/** The page's styles: narrow screens first, dark mode, print. */
export const STYLE = `
:root{${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:76rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-top:1px solid var(--line);padding-top:1.2rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem;overflow-wrap:anywhere}
p,ul{margin:.5rem 0;max-width:46rem}ul{padding-left:1.3rem}li{margin:.15rem 0;overflow-wrap:anywhere}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;background:var(--paper);padding:.3rem}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.8rem 0;padding:0;max-width:none;list-style:none}nav a{display:inline-block;padding:.2rem 0}
.soft{color:var(--soft)}
.banner{border:2px solid var(--synthetic);background:var(--panel);padding:.6rem .9rem;border-radius:6px;font-weight:600;max-width:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.6rem,1fr));gap:.6rem;margin:.6rem 0}
.tiles div{background:var(--panel);border-radius:6px;padding:.5rem .8rem;min-width:0}
.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.grid,.two{display:grid;gap:1rem;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
.two{grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}.two>*{min-width:0}
figure{margin:.6rem 0;background:var(--panel);border-radius:6px;padding:.8rem;min-width:0}.grid>figure,.two>figure{margin:0}
figcaption{font-size:.9rem;color:var(--soft);margin-bottom:.5rem;overflow-wrap:anywhere}figcaption b{color:var(--ink)}
svg{width:100%;max-width:27rem;height:auto;display:block}svg text{fill:var(--ink);font:11.5px system-ui,sans-serif}svg .soft{fill:var(--soft)}svg .good{fill:var(--good)}svg .poor{fill:var(--poor)}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums;margin:.4rem 0}
th,td{text-align:left;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:.85rem;vertical-align:bottom}.scroll table{width:max-content}.scroll th span{display:inline-block;max-width:15rem;overflow-wrap:break-word}.scroll thead th span{max-width:6.5rem}.long{display:inline-block;max-width:22rem;overflow-wrap:break-word}
code{font-size:.9em;overflow-wrap:anywhere}.hash{font-size:.8rem;display:inline-block;max-width:40rem;overflow-wrap:break-word}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:.7rem;border-radius:6px;font-size:.9rem;margin:.4rem 0}
details{margin:.5rem 0;border-left:3px solid var(--line);padding-left:.8rem}summary{cursor:pointer;padding:.25rem 0;overflow-wrap:anywhere}
figure details{border:0;padding:0;margin:.6rem 0 0}
ins,del{display:block;text-decoration:none;padding:.1rem 0 .1rem 1.3rem;text-indent:-1.3rem;overflow-wrap:anywhere}
ins{color:var(--good);font-weight:600}del{color:var(--poor)}.kept{display:block;padding:.1rem 0 .1rem 1.3rem;text-indent:-1.3rem;color:var(--soft);overflow-wrap:anywhere}
.diff{background:var(--panel);border-radius:6px;padding:.5rem .8rem;margin:.4rem 0;max-width:52rem}
.beside{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}.beside>*{min-width:0;max-width:100%}.beside>figure{flex:0 1 30rem}.beside>div:not(.scroll){max-width:20rem}.beside>.wide{flex:1 1 44rem}
.verdicts{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
.verdict{border:1px solid var(--line);border-left:6px solid var(--soft);border-radius:6px;padding:.5rem .9rem;min-width:0;overflow-wrap:anywhere}.verdict h3{margin:.2rem 0}
.verdict.good{border-left-color:var(--good)}.verdict.fair{border-left-color:var(--fair)}.verdict.poor{border-left-color:var(--poor)}
b.good{color:var(--good)}b.fair{color:var(--fair)}b.poor{color:var(--poor)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;max-width:none}.key span{white-space:nowrap}
.swatch{display:inline-block;width:1.5em;height:.65em;margin-right:.4em;border:2px solid}
.swatch.real,.bar.real{background:var(--real);border-color:var(--real)}.swatch.synthetic,.bar.synthetic{background:transparent;border-color:var(--synthetic)}
.bars{width:100%;table-layout:fixed}.bars .names{width:34%}.bars .figures{width:4.6rem}.bars th{padding:.15rem .5rem .15rem 0;color:var(--ink);font-size:.85rem;overflow-wrap:anywhere;border:0}
.bars td{border:0;padding:.15rem 0;vertical-align:middle}.bars td:last-child{text-align:right;white-space:nowrap;font-size:.85rem;padding-left:.5rem}
.bars thead td{font-size:.78rem;color:var(--soft)}.bar{display:block;height:.5rem;border:2px solid;min-width:2px;margin:1px 0}.none{visibility:hidden}
.methods .this{font-weight:700}
.heat td{text-align:center;padding:.3rem .25rem;min-width:2.5rem;border:1px solid var(--paper);color:var(--ink)}.heat th{padding:.2rem .5rem .2rem 0;font-size:.82rem}
.heat thead th{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.3rem .2rem;vertical-align:top}.scroll .heat thead th span{max-width:none;max-height:9rem;overflow:hidden;white-space:nowrap}
.heat thead td{border:0}.heat tbody th{position:sticky;left:0;background:var(--panel)}
.heat .h1{background:var(--h1);color:var(--on-light)}.heat .h2{background:var(--h2);color:var(--on-light)}.heat .h3{background:var(--h3);color:var(--on-light)}.heat .h4{background:var(--h4);color:var(--on-dark);font-weight:700}.heat .off{color:var(--soft)}
.swatch.h0{border-color:var(--line)}.swatch.h1{background:var(--h1);border-color:var(--line)}.swatch.h2{background:var(--h2);border-color:var(--line)}.swatch.h3{background:var(--h3);border-color:var(--line)}.swatch.h4{background:var(--h4);border-color:var(--line)}
.bar,.swatch,.heat td,.verdict{print-color-adjust:exact;-webkit-print-color-adjust:exact;forced-color-adjust:none}
@media (max-width:40rem){.scroll tbody th span{max-width:9rem}.heat tbody th span{max-width:6rem}.long{max-width:13rem}.hash{max-width:13rem}}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.8rem;color:var(--soft);font-size:.9rem}
@media print{@page{margin:14mm}body{max-width:none;padding:0;font-size:11pt}nav,.skip{display:none}h2{break-after:avoid;margin-top:1.4rem}h3,summary{break-after:avoid}figure,.verdict,tr{break-inside:avoid}.scroll{overflow:visible}.scroll table{font-size:8pt}.scroll td,.scroll th{padding-right:.4rem}.scroll table{width:auto}.scroll th span,.long{max-width:12rem}.heat td{min-width:0;padding:.15rem}.heat tbody th{position:static}.grid{grid-template-columns:repeat(3,1fr)}svg{max-width:12cm}details::details-content{content-visibility:visible;block-size:auto;opacity:1}summary{list-style:none}}
`;
