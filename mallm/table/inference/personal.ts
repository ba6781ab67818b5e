import type { PersonalKind } from '../dataset.js';
import type { Cells } from './column-heuristics.js';

const EMAIL = /^[^\s@]+@[^\s@]+\.\p{L}{2,}$/u;
const PHONE = /^\+?[\d\s().\/-]{6,20}$/;
const NAMES: Record<Exclude<PersonalKind, 'email'>, RegExp> = {
  phone: word('phone|telephone|telefon|tel|mobile|mobil|handy|fax|phone_?(?:no|number)'),
  name: word(
    'name|names|surname|nachname|vorname|familienname|full_?name|first_?name|last_?name|middle_?name|family_?name|given_?name|patient_?name|customer_?name|contact_?name|nom|prenom|apellidos?|nombre',
  ),
  address: word('address|adresse|addr|street|strasse|straße|street_?address|home_?address|direccion'),
};
/** Columns whose names end so, and name things. */
const THING =
  /(?:event|drug|product|file|form|test|study|site|center|hospital|city|country|column|variable|brand|user_?agent|instrument|arm|drug|medication)[ _-]?name/i;
/** From this share of different cells on, a column names persons rather than things. */
const MOSTLY_DIFFERENT = 0.5;
/** A share of the cells that must look so. */
const MOSTLY = 0.8;
const FEWEST = 5;

/** What the cells say of a person, by name and shape, or null: e-mail addresses by their shape alone. */
export function personalKind({ base, present, distinct }: Cells): PersonalKind | null {
  const share = (looks: (text: string) => boolean): number => present.filter(looks).length / present.length;
  if (share((text) => EMAIL.test(text.trim())) >= MOSTLY) return 'email';
  const isDifferent = distinct.length >= FEWEST && distinct.length >= MOSTLY_DIFFERENT * present.length;
  if (!isDifferent) return null;
  const name = base.name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (NAMES.phone.test(name) && share(isPhone) >= MOSTLY) return 'phone';
  if (NAMES.name.test(name) && !THING.test(name) && share((text) => /\p{L}/u.test(text)) >= MOSTLY) return 'name';
  return NAMES.address.test(name) && share((text) => /\p{L}{3}/u.test(text)) >= MOSTLY ? 'address' : null;
}

function isPhone(text: string): boolean {
  return PHONE.test(text.trim()) && text.replace(/\D/g, '').length >= 6;
}

function word(words: string): RegExp {
  return new RegExp(`(?:^|[^a-z])(?:${words})(?:$|[^a-z])`);
}
