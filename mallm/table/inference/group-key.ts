import { isKeyShape } from '../identifier-pattern.js';
import { keyOf, placesByKey } from '../people.js';

/** What a person is called at the end of a column's name; those that are also labels or counts need an ending such as `_id`. */
const PERSON =
  /(?:^|_)(?:patient|subj|subject|participant|person|individual|proband|respondent|volunteer|animal|mouse|rat|rabbit|dog|chick|pig|pid|usubjid|subjid|patid|ptid|patnr|mrn|ssn)$/;
const PERSON_WITH_ENDING =
  /(?:^|_)(?:pat|pt|case|member|customer|client|user|student|pupil|employee|worker|resident|donor|child|infant|mother|twin|player|driver|owner|borrower|account|policy|household|family|study)$/;
/** What is no person, though it has an id: rows that share it have a place, a thing or a class in common. */
const LABEL =
  /(?:^|_)(?:sites?|wards?|hospitals?|cent(?:er|re)s?|clinics?|dep(?:t|artments?)|units?|regions?|countr(?:y|ies)|states?|cit(?:y|ies)|schools?|class|batch|plate|lab|trial|group|arm|treatment|drug|product|item|sku|category|type|status|visit|order|store|branch|station|bed|room|cohort|stratum|block|provider|doctor|physician|investigator|nurse|operator|reader|rater|device|machine|instrument|kit|test|zip|postal|icd|atc)$/;
const ENDING = /(?:^|_)(?:id|ids|uid|uuid|guid|no|nr|num|number|nummer|key|identifier)$/;
/** A key that fewer people have, or more rows each, is a label. */
const LIMITS = {
  person: { people: 3, rows: 50 },
  key: { people: 5, rows: 50 },
  unknown: { people: 10, rows: 20 },
} as const;
/** Share of rows that may lack the key. */
const MOST_MISSING = 0.2;
const LONGEST = 40;

/** How a name says that the column is a key of people: by a person, as a key of no more than that, or of something unknown. */
type Says = keyof typeof LIMITS;

/** Columns that name people in several rows each. */
export interface GroupKeys {
  /** The one whose rows belong together. */
  group: string;
  /** Others, made afresh like it. */
  others: string[];
}

/**
 * The columns whose values are keys of people that have several rows, by name, shape and repetition; null where there is
 * none. Few values that repeat very often are labels (`site`, `ward`), not people. Where only the shape speaks, the rows
 * of a key must be together and agree in some other column.
 */
export function findGroupKeys(
  header: readonly string[],
  records: readonly (readonly string[])[],
  isOpen: (name: string) => boolean,
): GroupKeys | null {
  const texts = (column: number): string[] => records.map((record) => record[column]!);
  const found = header.flatMap((name, column) => {
    if (!isOpen(name)) return [];
    const says = isRepeatedKey(name, texts(column), (places) => agreeSomewhere(header, records, column, places));
    return says ? [{ name, says, people: new Set(texts(column)).size }] : [];
  });
  const strength: readonly Says[] = ['person', 'key', 'unknown'];
  found.sort((a, b) => strength.indexOf(a.says) - strength.indexOf(b.says) || b.people - a.people);
  const [first, ...others] = found;
  if (!first) return null;
  return { group: first.name, others: others.filter(({ says }) => says !== 'unknown').map(({ name }) => name) };
}

/** Whether a name alone says that its values are people, with or without an ending such as `_id`. */
export function isPersonName(name: string): boolean {
  return nameSays(name) === 'person';
}

function isRepeatedKey(
  name: string,
  texts: readonly string[],
  agree: (places: readonly (readonly number[])[]) => boolean,
): Says | null {
  const keys = texts.map(keyOf);
  const present = keys.filter((key) => key !== null);
  const distinct = [...new Set(present)];
  const isRepeated = distinct.length < present.length && present.length >= (1 - MOST_MISSING) * texts.length;
  if (!isRepeated || !distinct.every(isKeyText)) return null;
  const says = nameSays(name) ?? (isSerial(distinct) && areTogether(keys) ? 'unknown' : null);
  if (says === null) return null;
  const { people, rows } = LIMITS[says];
  if (distinct.length < people || present.length > rows * distinct.length) return null;
  return says !== 'unknown' || agree(placesByKey(keys).filter(({ length }) => length > 1)) ? says : null;
}

function nameSays(name: string): Says | null {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const thing = words.replace(ENDING, '');
  if (LABEL.test(thing)) return null;
  if (PERSON.test(thing)) return 'person';
  const hasEnding =
    thing !== words || /(?:patient|subject|person|customer|client|member|case|user)(?:id|no|nr)$/.test(words);
  if (!hasEnding) return null;
  if (thing === '') return /^(?:no|num|number|nummer)$/.test(words) ? null : 'key';
  return PERSON_WITH_ENDING.test(thing) || thing === words ? 'person' : 'unknown';
}

/** Whole numbers, or short texts with a digit: no fractions, no words. */
function isKeyText(text: string): boolean {
  return text.length <= LONGEST && /\d/.test(text) && /^[\w.:/#-]+$/.test(text) && !/^[+-]?\d*\.\d+$/.test(text);
}

/** Keys of one shape and one beginning, as `P-0417`: codes of diagnoses or drugs begin with different letters. */
function isSerial(keys: readonly string[]): boolean {
  if (!isKeyShape(keys)) return false;
  const letters = new Set(keys.map((key) => key.replace(/[^A-Za-z]/g, '')));
  return letters.size === 1 && keys.every((key) => (key.match(/\d/g) ?? []).length >= 2);
}

function areTogether(keys: readonly (string | null)[]): boolean {
  const runs = keys.filter((key, place) => key !== null && key !== keys[place - 1]).length;
  return runs === new Set(keys.filter((key) => key !== null)).size;
}

/** Whether some other column that varies is the same in all rows of a key. */
function agreeSomewhere(
  header: readonly string[],
  records: readonly (readonly string[])[],
  key: number,
  people: readonly (readonly number[])[],
): boolean {
  return header.some((_, column) => {
    const cell = (place: number): string => records[place]![column]!;
    if (column === key || new Set(records.map((record) => record[column])).size < 2) return false;
    return people.every((places) => places.every((place) => cell(place) === cell(places[0]!)));
  });
}
