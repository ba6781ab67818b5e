import type { PersonalKind } from './dataset.js';

const FIRST_NAMES =
  'Ada Alma Amir Anouk Aron Bela Carla Cem Clara Dario Dina Edda Elio Emma Enno Fabia Finn Gerda Gino Hanna Ilse Ines Ivan Jana Jonas Kaya Kira Lars Lena Levi Lina Malik Mara Mila Nadia Nils Nora Olga Omar Paula Petra Rafa Rosa Runa Sami Selma Silas Sven Tara Theo Tomas Uma Vera Wanda Yara Yuri Zeno Zora'.split(
    ' ',
  );
const LAST_NAMES =
  'Abel Adler Amsel Bach Berger Birk Blum Brandt Castell Conti Dorn Ebner Falk Fink Frey Garten Graf Hagen Halm Hirt Horn Iller Janke Kern Kirsch Kolb Lang Lind Lorenz Mahler Marin Moser Nagel Neri Nordin Oster Otto Pohl Prell Quint Rabe Reuter Ritter Sailer Sander Seidel Sommer Stein Thaler Tanner Ulmer Vogt Wald Weber Winter Wolf Zander Zeller'.split(
    ' ',
  );
const STREETS =
  'Acker Ahorn Bach Berg Birken Eichen Feld Garten Hain Kirch Linden Mühlen Park Quell Rosen See Tal Ufer Wald Wiesen'.split(
    ' ',
  );
const DIGITS = Array.from('0123456789');

/**
 * What may be at each place of a fresh name, e-mail address or street address: words of closed lists and digits, so that
 * none is taken from the data. E-mail addresses are in a domain that is reserved for examples.
 */
export function personalPlaces(kind: Exclude<PersonalKind, 'phone'>): string[][] {
  switch (kind) {
    case 'name':
      return [FIRST_NAMES, [' '], LAST_NAMES];
    case 'email':
      return [lower(FIRST_NAMES), ['.'], lower(LAST_NAMES), DIGITS, DIGITS, ['@example.org']];
    case 'address':
      return [STREETS.map((street) => `${street}weg`), [' '], DIGITS.slice(1), DIGITS];
  }
}

function lower(words: readonly string[]): string[] {
  return words.map((word) => word.toLowerCase());
}
