import type { Section } from './html.js';
import { escape } from './html.js';
import { STYLE } from './style.js';

/** Nothing but the styles inside is let in: no script runs and no request leaves, whatever the table's text holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** A whole page in one file, readable without JavaScript. `banner` is safe markup. */
export function page(title: string, banner: string, sections: readonly Section[]): string {
  const contents = sections.map(({ id, name }) => `<li><a href="#${id}">${escape(name)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header><h1>${escape(title)}</h1>${banner}<nav aria-label="Sections"><ul>${contents.join('')}</ul></nav></header>
<main id="main" tabindex="-1">
${sections.map(sectionMarkup).join('\n')}
</main>
<footer>No request leaves this page. Of the real rows it holds counts, means and shares, and their places in the map, but no row.</footer>
</body>
</html>
`;
}

function sectionMarkup({ id, title, body }: Section): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escape(title)}</h2>${body}</section>`;
}
