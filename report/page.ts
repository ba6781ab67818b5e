import { escape } from './html.js';

/** A whole page: styles inside, no request leaves it. */
export function page(title: string, banner: string, sections: { id: string; title: string; html: string }[]): string {
  const contents = sections.map(({ id, title: name }) => `<a href="#${id}">${escape(name)}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>${escape(title)}</h1>${banner}<nav aria-label="Sections">${contents}</nav></header>
<main id="main">
${sections.map(({ html }) => html).join('\n')}
</main>
</body>
</html>
`;
}

const STYLE = `
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--paper:#fff;--panel:#f6f8fa;--real:#0969da;--synthetic:#bc4c00;--good:#1a7f37;--fair:#9a6700;--poor:#cf222e}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#3d444d;--paper:#0d1117;--panel:#161b22;--real:#58a6ff;--synthetic:#f0883e;--good:#3fb950;--fair:#d29922;--poor:#f85149}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-top:1px solid var(--line);padding-top:1.2rem}h3{font-size:1rem;margin:1rem 0 .3rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1rem;margin:.8rem 0}a{color:var(--real)}:focus-visible{outline:3px solid var(--real);outline-offset:2px}
.banner{border:2px solid var(--synthetic);background:var(--panel);padding:.6rem .9rem;border-radius:6px;font-weight:600}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:0}.tiles div{background:var(--panel);border-radius:6px;padding:.5rem .8rem}.tiles dt{color:var(--soft);font-size:.85rem}.tiles dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1rem}.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
figure{margin:0;background:var(--panel);border-radius:6px;padding:.7rem}figcaption{font-size:.9rem;color:var(--soft)}figcaption b{color:var(--ink)}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font:11px system-ui,sans-serif}svg .soft{fill:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:.7rem;border-radius:6px;font-size:.9rem}
ins{color:var(--good);text-decoration:none;font-weight:600}del{color:var(--poor)}
.verdict{border-left:5px solid var(--line);padding:.2rem .8rem;margin:.5rem 0}.verdict.good{border-color:var(--good)}.verdict.fair{border-color:var(--fair)}.verdict.poor{border-color:var(--poor)}
.key i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;border-radius:2px}.real{background:var(--real)}.synthetic{background:var(--synthetic)}
@media print{body{max-width:none;padding:0}nav,.skip{display:none}figure,.verdict,tr{break-inside:avoid}}
`;
