/** Markup that is safe without escaping; any other text is escaped before it reaches the page. */
export interface Html {
  html: string;
}

/** What a cell or a caption may hold. */
export type Content = string | number | Html;

/** A part of the page with a heading. */
export interface Section {
  /** What the table of contents points to. */
  id: string;
  /** Its name there, a word or two. */
  name: string;
  title: string;
  /** Safe markup. */
  body: string;
}

/** Text made safe for HTML content and attributes; control characters, which HTML forbids, become visible marks. */
export function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A sentence: text between backticks is code, and a number keeps its unit on its line. */
export function prose(text: string): Html {
  const html = escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/(\d) (%|sd\b)/g, '$1\u00a0$2');
  return { html };
}

/** Content as safe markup. */
export function markup(content: Content): string {
  return typeof content === 'object' ? content.html : escape(String(content));
}

/**
 * A table in a box of its own that scrolls when the page is narrow. The first cell of each row is its heading.
 * @param label what the table shows, for those who hear it.
 */
export function table(label: string, head: readonly Content[], rows: readonly (readonly Content[])[]): string {
  const body = rows.map(([first = '', ...cells]) => {
    const rest = cells.map((cell) => `<td>${markup(cell)}</td>`).join('');
    return `<tr><th scope="row"><span>${markup(first)}</span></th>${rest}</tr>`;
  });
  const heading = head.map((cell) => `<th scope="col"><span>${markup(cell)}</span></th>`).join('');
  return scrollBox(label, `<table><thead><tr>${heading}</tr></thead><tbody>${body.join('')}</tbody></table>`);
}

/** A box that can be reached and scrolled by keyboard. */
export function scrollBox(label: string, html: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escape(label)}">${html}</div>`;
}

/** A figure with its caption on top. */
export function figure(caption: Content, html: string, name = ''): string {
  return `<figure${name && ` class="${name}"`}><figcaption>${markup(caption)}</figcaption>${html}</figure>`;
}

/** A part that opens on demand, by keyboard too, and is open in print. */
export function details(summary: Content, html: string, isOpen = false): string {
  return `<details${isOpen ? ' open' : ''}><summary>${markup(summary)}</summary><div>${html}</div></details>`;
}

export function list(items: readonly Content[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${markup(item)}</li>`).join('')}</ul>`;
}

export function paragraph(content: Content): string {
  return `<p>${markup(content)}</p>`;
}

/** Terms and values side by side. */
export function tiles(entries: readonly (readonly [string, Content])[]): string {
  const tile = ([term, value]: readonly [string, Content]): string =>
    `<div><dt>${escape(term)}</dt><dd>${markup(value)}</dd></div>`;
  return `<dl class="tiles">${entries.map(tile).join('')}</dl>`;
}
