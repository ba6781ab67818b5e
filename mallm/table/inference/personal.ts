import type { PersonalKind } from '../dataset.js';
import type { Cells } from './column-heuristics.js';

const EMAIL = /^[^\s@]+@[^\s@]+\.\p{L}{2,}$/u;
const PHONE = /^\+?[\d\s().\/-]{6,20}$/;
/** `Anna Maria Groß`, `Groß, Anna`, `Dr. A. Groß`. */
const FULL_NAME =
  /^(?:\p{Lu}\p{Ll}{1,3}\. )*\p{Lu}[\p{L}'’-]*\.?(?:,? (?:(?:van|von|de|da|der) )*\p{Lu}[\p{L}'’-]*\.?)+$/u;
/** Names of columns, without accents. */
const PHONE_NAME = word(
  'phones?|tele?phone|telefon|telefono|telefone|tel|mobile|mobil|handy|gsm|natel|cell|cell_?phone|fax|rufnummer|(?:phone|tele?phone|telefon|mobile?|handy|tel|contact)_?(?:no|nr|num|number|nummer)',
);
/** Such a column names people whatever its cells are. */
const PERSON_NAME = word(
  'surname|nachname|vorname|familienname|forename|(?:full|first|last|middle|family|given|maiden|patient|customer|client|employee|contact)_?name|[fl]name|prenom|nom_de_famille|apellidos?|voornaam|achternaam|cognome|sobrenome|nazwisko',
);
/** Such a column names people where most of its cells are different. */
const NAME = word('names?|nom|nombre|naam|nome');
/** Such a column holds keys as well as names: the cells decide. */
const PERSON = word(
  'patients?|subject|person|customer|client|employee|participant|contact|physician|doctor|nurse|arzt|patientin',
);
const ADDRESS = word(
  'addresse?|adresse|adres|addr|anschrift|street|strasse|straße|indirizzo|endereco|direccion|domicile|(?:street|home|postal|mailing)_?address|address_?line_?\\d?',
);
const BIRTH = word(
  'dob|birth|births|birth_?(?:date|day|dt)|date_?of_?birth|b_?date|bday|born|geb|geb_?(?:dat|datum)|geburtsdatum|geburtstag|geboortedatum|(?:date_?)?naissance|ddn|nacimiento|fecha_?nac|nascita|nascimento|data_?nasc|dt_?nasc|fodselsdato|fødselsdato|fodelsedatum|syntymaaika|urodzenia|brth_?(?:dt|dtc|dat)?',
);
/** Columns whose names end so, and name things. */
const THING =
  /(?:event|drug|product|file|form|test|study|site|center|hospital|city|country|column|variable|brand|user_?agent|instrument|arm|medication)[ _-]?name/i;
/** From this share of different cells on, a column names persons rather than things. */
const MOSTLY_DIFFERENT = 0.5;
/** A share of the cells that must look so. */
const MOSTLY = 0.8;
const FEWEST = 5;

/** What the cells say of a person, by name and shape, or null: e-mail addresses by their shape alone. */
export function personalKind({ base, present, distinct }: Cells): PersonalKind | null {
  const name = wordsOf(base.name);
  const share = (looks: (text: string) => boolean): number => present.filter(looks).length / present.length;
  const areMostly = (looks: (text: string) => boolean): boolean => share(looks) >= MOSTLY;
  const isMany = distinct.length >= FEWEST;
  const isDifferent = isMany && distinct.length >= MOSTLY_DIFFERENT * present.length;
  if (areMostly((text) => EMAIL.test(text.trim()))) return 'email';
  if (PHONE_NAME.test(name) && isMany && areMostly(isPhone)) return 'phone';
  if (!THING.test(name)) {
    if (PERSON_NAME.test(name) && distinct.length > 1 && areMostly(hasLetters)) return 'name';
    if (NAME.test(name) && isDifferent && areMostly(hasLetters)) return 'name';
    if (PERSON.test(name) && isMany && areMostly((text) => FULL_NAME.test(text.trim()))) return 'name';
  }
  return ADDRESS.test(name) && isDifferent && areMostly((text) => /\p{L}{3}/u.test(text)) ? 'address' : null;
}

/** Whether a column of dates is one of dates of birth, by its name. */
export function isBirthDate({ name }: { name: string }): boolean {
  return BIRTH.test(wordsOf(name));
}

function isPhone(text: string): boolean {
  return PHONE.test(text.trim()) && text.replace(/\D/g, '').length >= 6;
}

function hasLetters(text: string): boolean {
  return /\p{L}/u.test(text);
}

/** The name of a column in small letters, without accents, its words apart by underscores: `dateNaissance`, `Date of Birth`. */
function wordsOf(name: string): string {
  const apart = name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .normalize('NFD')
    .replace(/\p{M}/gu, '');
  return apart.toLowerCase().replace(/[^\p{L}\d]+/gu, '_');
}

function word(words: string): RegExp {
  return new RegExp(`(?:^|[^\\p{L}])(?:${words})(?:$|[^\\p{L}])`, 'u');
}
