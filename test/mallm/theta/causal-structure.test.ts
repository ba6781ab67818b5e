import { describe, expect, it } from 'vitest';
import {
  ancestorsOf,
  assertCausalStructure,
  columnOrder,
  descendantsOf,
  graphEditDistance,
  parentsOf,
  structureChanges,
} from '../../../mallm/theta/causal-structure.js';
import { ThetaError } from '../../../mallm/errors.js';
import type { Edge } from '../../../mallm/theta/theta.js';
import { clinicSchema } from '../../support/clinic-schema.js';

/** `edges('a>b b>c')` */
function edges(text: string): Edge[] {
  return text.split(' ').map((edge) => {
    const [from, to] = edge.split('>');
    return { from: from!, to: to! };
  });
}

describe('assertCausalStructure', () => {
  it('accepts a DAG over columns of the schema, the empty one and one with several ways to a column too', () => {
    const twoWays = edges('age>sex sex>charges age>charges charges>note');
    expect(() => assertCausalStructure(clinicSchema, twoWays)).not.toThrow();
    expect(() => assertCausalStructure(clinicSchema, edges('age>charges sex>charges charges>note'))).not.toThrow();
    expect(() => assertCausalStructure(clinicSchema, [])).not.toThrow();
  });

  it.each([
    ['an unknown column', 'age>weight', /"age" -> "weight" names an unknown column "weight": expected one of "age"/],
    ['a loop', 'age>age', /points at its own start/],
    ['a repeated edge', 'age>sex age>sex', /occurs twice/],
    ['a cycle behind a tail', 'age>sex sex>charges charges>note note>sex note>smoker', /cycle/],
    ['a cycle, naming it', 'note>age age>sex sex>charges charges>age', /cycle: .*got "\w+" -> "\w+" -> "\w+" -> "\w+"/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => assertCausalStructure(clinicSchema, edges(text))).toThrow(message);
    expect(() => assertCausalStructure(clinicSchema, edges(text))).toThrow(ThetaError);
  });

  it('refuses an identifier, which no model sees', () => {
    expect(() => assertCausalStructure(clinicSchema, [{ from: 'patient id', to: 'age' }])).toThrow(/unknown column/);
  });
});

describe('columnOrder', () => {
  it('puts parents first and keeps the order of the schema otherwise', () => {
    const order = columnOrder(clinicSchema, edges('smoker>charges charges>age'));
    expect(order).toEqual(['patient id', 'sex', 'grade', 'visit', 'note', 'smoker', 'charges', 'age']);
    expect(columnOrder(clinicSchema, [])).toEqual(clinicSchema.columns.map(({ name }) => name));
  });

  it('refuses a cycle instead of never ending', () => {
    expect(() => columnOrder(clinicSchema, edges('age>sex sex>age'))).toThrow(ThetaError);
  });
});

describe('family', () => {
  const graph = edges('a>c b>c c>d e>d');
  it('names parents, ancestors and descendants', () => {
    expect(parentsOf(graph, 'c')).toEqual(['a', 'b']);
    expect([...ancestorsOf(graph, 'd')].sort()).toEqual(['a', 'b', 'c', 'e']);
    expect([...descendantsOf(graph, 'a')].sort()).toEqual(['c', 'd']);
    expect(ancestorsOf(graph, 'a').size).toBe(0);
  });
});

describe('graphEditDistance', () => {
  it('counts one for each edge added, removed or turned round', () => {
    expect(graphEditDistance(edges('a>b b>c c>d'), edges('b>a b>c a>d'))).toBe(3);
    expect(graphEditDistance(edges('a>b'), edges('a>b'))).toBe(0);
    expect(graphEditDistance([], edges('a>b b>c'))).toBe(2);
  });

  it('is the same both ways', () => {
    const [one, other] = [edges('a>b b>c c>d'), edges('b>a d>c a>d')];
    expect(graphEditDistance(one, other)).toBe(graphEditDistance(other, one));
  });

  it('names what was changed', () => {
    expect(structureChanges(edges('a>b b>c c>d'), edges('b>a b>c a>d'))).toEqual({
      added: edges('a>d'),
      removed: edges('c>d'),
      reversed: edges('b>a'),
    });
  });
});
