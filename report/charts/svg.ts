import { escape } from '../html.js';
import { roundValues } from '../round-values.js';

/** Width of every chart in its own units: about that of a phone, so that its text is readable there. */
export const WIDTH = 320;

/** Maps a value to a place. */
export type Scale = (value: number) => number;

/** A picture with its text alternative. `body` is safe markup. */
export function svg(height: number, alternative: string, body: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${round(height)}" role="img" aria-label="${escape(alternative)}">${body}</svg>`;
}

export function linearScale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = high - low || 1;
  return (value) => round(from + ((value - low) / span) * (to - from));
}

/** Text in a picture; `anchor` is the end placed at `x`. */
export function label(
  x: number,
  y: number,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  name = '',
): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${name && ` class="${name}"`}>${escape(text)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, style = 'stroke="var(--line)"'): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;
}

/** Lines across the picture at round values, labelled at the left. */
export function gridLines(
  domain: readonly [number, number],
  y: Scale,
  left: number,
  write: (value: number) => string = String,
): string {
  return roundValues(domain[0], domain[1], 5)
    .map((value) => line(left, y(value), WIDTH, y(value)) + label(left - 6, y(value) + 4, write(value), 'end', 'soft'))
    .join('');
}

/** Round values below the picture. */
export function axisLabels(
  domain: readonly [number, number],
  x: Scale,
  y: number,
  write: (value: number) => string = String,
): string {
  return roundValues(domain[0], domain[1], 5)
    .map((value) => line(x(value), y - 14, x(value), y - 10) + label(x(value), y, write(value), 'middle', 'soft'))
    .join('');
}

/** A text cut so that it is about as wide as so many digits at most. */
export function cut(text: string, most: number): string {
  const characters = Array.from(text);
  let width = 0;
  const end = characters.findIndex((character) => (width += widthOf(character)) > most);
  return end < 0 ? text : `${characters.slice(0, Math.max(1, end - 1)).join('')}…`;
}

/** Width of a character in digits: generous, since the font is the reader's. */
function widthOf(character: string): number {
  if (/[ijl.,:;'|!() ]/.test(character)) return 0.6;
  if (/[\u1100-\uffff]|\p{Emoji_Presentation}/u.test(character)) return 2;
  return /[a-z0-9_-]/.test(character) && !/[mw]/.test(character) ? 1 : 1.5;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
