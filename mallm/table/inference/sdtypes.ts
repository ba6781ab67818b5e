import { TableError } from '../../errors.js';
import type { Column, PersonalKind } from '../dataset.js';
import { didYouMean } from '../near-names.js';
import type { ColumnMetadata } from './sdv-metadata.js';

type Known = Pick<ColumnMetadata, 'kind' | 'personal'>;

const KINDS: Record<string, Known> = {
  numerical: { kind: 'numeric' },
  categorical: { kind: 'categorical' },
  boolean: { kind: 'boolean' },
  datetime: { kind: 'datetime' },
  id: { kind: 'identifier' },
  text: { kind: 'text' },
  unknown: { kind: 'key-or-text' },
};
const NUMBERS = ['latitude', 'longitude'];
const PLACES = ['country', 'country_code', 'state', 'state_abbr', 'administrative_unit', 'city', 'postcode', 'locale'];
const PERSONAL: Record<PersonalKind, string[]> = {
  name: ['name', 'first_name', 'last_name', 'name_female', 'name_male'],
  email: ['email', 'company_email', 'free_email', 'safe_email'],
  phone: ['phone_number', 'msisdn'],
  address: ['address', 'street_address', 'street_name', 'secondary_address'],
};
const KEYS = [
  ...['ssn', 'uuid4', 'user_name', 'password', 'license_plate', 'vin', 'iban', 'bban', 'swift', 'swift8', 'swift11'],
  ...['credit_card_number', 'credit_card_security_code', 'ipv4', 'ipv4_address', 'ipv6', 'ipv6_address', 'mac_address'],
  ...['passport_number', 'user_agent_string', 'url', 'md5', 'sha1', 'sha256', 'isbn10', 'isbn13', 'ean8', 'ean13'],
];
/** What other versions of SDV, and other programs, call these types. */
const OTHER_NAMES: Record<string, string> = {
  integer: 'numerical',
  int: 'numerical',
  float: 'numerical',
  number: 'numerical',
  numeric: 'numerical',
  string: 'categorical" or "text',
  str: 'categorical" or "text',
  ordinal: 'categorical" with an "order',
  category: 'categorical',
  date: 'datetime',
  timestamp: 'datetime',
  bool: 'boolean',
  key: 'id',
  phone: 'phone_number',
};
const WRITTEN: Record<Column['kind'], string> = {
  numeric: 'numerical',
  categorical: 'categorical',
  ordered: 'categorical',
  boolean: 'boolean',
  datetime: 'datetime',
  identifier: 'id',
  text: 'text',
};

/** The kind that an sdtype of SDV means. @throws TableError for one that is not known, with the one that may be meant. */
export function kindOfSdtype(column: string, sdtype: unknown): Known {
  if (typeof sdtype === 'string') {
    if (Object.hasOwn(KINDS, sdtype)) return KINDS[sdtype]!;
    if (NUMBERS.includes(sdtype)) return { kind: 'numeric' };
    if (PLACES.includes(sdtype)) return { kind: 'categorical' };
    for (const [personal, names] of Object.entries(PERSONAL) as [PersonalKind, string[]][]) {
      if (names.includes(sdtype)) return { kind: 'identifier', personal };
    }
    if (KEYS.includes(sdtype)) return { kind: 'identifier' };
  }
  const all = [...Object.keys(KINDS), ...NUMBERS, ...PLACES, ...Object.values(PERSONAL).flat(), ...KEYS];
  const other = typeof sdtype === 'string' ? OTHER_NAMES[sdtype.toLowerCase()] : undefined;
  const fallback = `Known beside these: ${all.slice(Object.keys(KINDS).length).join(', ')}.`;
  throw new TableError({
    problem: `column ${JSON.stringify(column)} of the metadata has an sdtype that is not known`,
    expected: Object.keys(KINDS).join(', '),
    got: JSON.stringify(sdtype) ?? 'none',
    remedy: other ? `Write "${other}".` : didYouMean(String(sdtype), all, fallback),
  });
}

/** The sdtype of a column. */
export function sdtypeOf(column: Column): string {
  return column.kind === 'identifier' && column.personal ? PERSONAL[column.personal][0]! : WRITTEN[column.kind];
}
