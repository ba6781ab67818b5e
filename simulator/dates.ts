/** What each directive of a strftime-style format stands for, as a pattern. */
const DIRECTIVES: Record<string, string> = { Y: '\\d{4}', m: '\\d{1,2}', d: '\\d{1,2}', H: '\\d{1,2}', M: '\\d{1,2}', S: '\\d{1,2}' };

/** Seconds since 1970-01-01 UTC, or null when the text does not follow the format or the format is beyond this reader. */
export function readDate(text: string, format: string): number | null {
  const letters = [...format.matchAll(/%(.)/g)].map(([, letter]) => letter!);
  if (letters.some((letter) => !(letter in DIRECTIVES))) return null;
  const pattern = format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%(.)/g, (_, letter: string) => `(${DIRECTIVES[letter]!})`);
  const found = new RegExp(`^${pattern}$`).exec(text);
  if (found === null) return null;
  const part = (letter: string, otherwise: number): number => {
    const place = letters.indexOf(letter);
    return place < 0 ? otherwise : Number(found[place + 1]);
  };
  return Date.UTC(part('Y', 1970), part('m', 1) - 1, part('d', 1), part('H', 0), part('M', 0), part('S', 0)) / 1000;
}

/** The date as the format writes it. */
export function writeDate(seconds: number, format: string): string {
  const iso = new Date(Math.round(seconds) * 1000).toISOString();
  const parts: Record<string, string> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
  };
  return format.replace(/%(.)/g, (whole, letter: string) => parts[letter] ?? whole);
}
