import { seedOf, type Random } from '../mallm/random.js';
import type { PromptColumn } from './column-reader.js';
import type { ReplyShape } from './generator-role.js';
import type { OptimizerPrompt, PairRemark, PromptEdge } from './prompt-reader.js';
import { nextTask } from './task-writing.js';

/** Habits of the optimizer: how it is moved, and how often it errs. None depends on a table or a preset. */
const habits = {
  /** Share of the worst missing pairs in its prompt that it adds as edges. */
  takesUp: 0.75,
  /** Most edges added at a time. */
  mostAdded: 3,
  /** Most columns that it has given anew at a time. */
  mostGivenAnew: 2,
  /** Share of proposals that drop, and that turn, an edge of the best trial without being asked to. */
  dropsOne: 0.12,
  turnsOne: 0.08,
  /** Share of added edges, without remarks to go by, that follow its own idea of which names belong together. */
  ownIdea: 0.6,
  /** Share of first proposals that cannot be used: a cycle, an unknown column, a task far too long. */
  cycle: 0.02,
  unknownColumn: 0.015,
  tooLong: 0.01,
} as const;
/** Characters of a task that no optimizer prompt asks for. */
const FAR_TOO_LONG = 4000;
/** Difference of association from which a pair counts as missing, or as made up. */
const GAP = 0.1;

/** The reply of the optimizer: the best trial's structure changed a little, and its task rewritten. */
export function optimizerReply(prompt: OptimizerPrompt, shape: ReplyShape, random: Random): string {
  const best = prompt.trials.at(-1)!;
  const edges = proposeEdges(prompt, best.edges, random);
  const named = edges.map(([from, to]) => [prompt.columns[from]!.name, prompt.columns[to]!.name]);
  let task = nextTask(best.task, prompt.columns, edges, random);
  if (!prompt.repair) {
    const chance = random.uniform();
    if (chance < habits.cycle && named.length > 0) named.push([named[0]![1]!, named[0]![0]!]);
    else if (chance < habits.cycle + habits.unknownColumn) named.push([prompt.columns[0]!.name, 'household size']);
    else if (chance < habits.cycle + habits.unknownColumn + habits.tooLong)
      task = `${task} `.repeat(Math.ceil(FAR_TOO_LONG / task.length)).trim();
  }
  const given = best.given && proposeGiven(prompt, best.given, random).map((place) => prompt.columns[place]!.name);
  const text = JSON.stringify({ causalStructure: named, ...(given && { givenColumns: given }), taskInstruction: task });
  return shape === 'text' && random.uniform() < 0.25 ? '```json\n' + text + '\n```' : text;
}

function proposeEdges(prompt: OptimizerPrompt, start: readonly PromptEdge[], random: Random): PromptEdge[] {
  let edges = [...start];
  if (edges.length > 0 && random.uniform() < habits.dropsOne) edges.splice(random.integer(edges.length), 1);
  if (edges.length > 0 && random.uniform() < habits.turnsOne) edges = turnOne(edges, random);
  if (prompt.pairs === null || prompt.pairs.length === 0) return withoutRemarks(prompt.columns, edges, random);
  edges = withoutMadeUp(edges, prompt.pairs, random);
  return withMissing(prompt.columns, edges, prompt.pairs, random);
}

/** Has columns given whose shares are said to differ, the worst first; where there is no room, in place of another. */
function proposeGiven({ shifted, mostGiven }: OptimizerPrompt, before: readonly number[], random: Random): number[] {
  const given = [...before];
  const wanted = shifted.filter((place) => !given.includes(place) && random.uniform() < habits.takesUp);
  for (const place of wanted.slice(0, habits.mostGivenAnew)) {
    if (given.length >= mostGiven) given.splice(random.integer(given.length), 1);
    given.push(place);
  }
  return given;
}

function turnOne(edges: PromptEdge[], random: Random): PromptEdge[] {
  const place = random.integer(edges.length);
  const [from, to] = edges[place]!;
  const others = edges.filter((_, other) => other !== place);
  return leadsTo(others, from, to) ? edges : [...others, [to, from]];
}

/** Now and then drops an edge between columns that are tied in the synthetic rows only. */
function withoutMadeUp(edges: PromptEdge[], pairs: PairRemark[], random: Random): PromptEdge[] {
  const madeUp = pairs.filter(({ real, synthetic }) => synthetic - real >= GAP);
  return edges.filter((edge) => !madeUp.some(({ columns }) => samePair(columns, edge) && random.uniform() < 0.5));
}

/** Adds edges for pairs that are tied in the real rows and not in the synthetic ones, the worst first. */
function withMissing(columns: PromptColumn[], edges: PromptEdge[], pairs: PairRemark[], random: Random): PromptEdge[] {
  const grown = [...edges];
  let added = 0;
  for (const { columns: pair, real, synthetic } of pairs) {
    if (added >= habits.mostAdded) break;
    if (real - synthetic < GAP || grown.some((edge) => samePair(edge, pair))) continue;
    if (random.uniform() >= habits.takesUp) continue;
    grown.push(directed(columns, grown, pair));
    added += 1;
  }
  return grown;
}

/** Adds or removes edges by nothing but names and chance. */
function withoutRemarks(columns: PromptColumn[], edges: PromptEdge[], random: Random): PromptEdge[] {
  const grown = [...edges];
  if (columns.length < 2) return grown;
  const changes = 1 + random.integer(2);
  for (let change = 0; change < changes; change++) {
    if (grown.length > 0 && random.uniform() < 0.25) {
      grown.splice(random.integer(grown.length), 1);
      continue;
    }
    const tries = random.uniform() < habits.ownIdea ? 6 : 1;
    const candidates = Array.from({ length: tries }, () => randomPair(columns.length, random));
    const pair = candidates.reduce((a, b) => (belongTogether(columns, a) >= belongTogether(columns, b) ? a : b));
    if (!grown.some((edge) => samePair(edge, pair))) grown.push(directed(columns, grown, pair));
  }
  return grown;
}

function randomPair(count: number, random: Random): PromptEdge {
  const first = random.integer(count);
  const second = random.integer(count - 1);
  return [first, second >= first ? second + 1 : second];
}

/** The model's fixed idea, in [0, 1), of how much two names belong together. */
function belongTogether(columns: PromptColumn[], [a, b]: PromptEdge): number {
  const names = [columns[a]!.name, columns[b]!.name].sort();
  return seedOf('belong together', ...names) / 2 ** 32;
}

/** The pair as an edge: the way the names suggest, or the other way round where that would close a cycle. */
function directed(columns: PromptColumn[], edges: PromptEdge[], [a, b]: PromptEdge): PromptEdge {
  const names = [columns[a]!.name, columns[b]!.name].sort();
  const forward = seedOf('direction', ...names) % 2 === 0;
  const edge: PromptEdge = forward === columns[a]!.name < columns[b]!.name ? [a, b] : [b, a];
  return leadsTo(edges, edge[1], edge[0]) ? [edge[1], edge[0]] : edge;
}

function samePair([a, b]: PromptEdge, [c, d]: PromptEdge): boolean {
  return (a === c && b === d) || (a === d && b === c);
}

/** Whether the edges lead from one column to another. */
function leadsTo(edges: readonly PromptEdge[], from: number, to: number): boolean {
  const reached = [from];
  for (let next = 0; next < reached.length; next++) {
    if (reached[next] === to) return true;
    for (const [a, b] of edges) if (a === reached[next] && !reached.includes(b)) reached.push(b);
  }
  return false;
}
