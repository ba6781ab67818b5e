/**
 * `npm run mutation`: writes what Stryker found to bench/results/mutation.md, by room and with every survivor.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const REPORT = '.cache/mutation/report.json';
const RESULT = 'bench/results/mutation.md';
/** Changes made by hand, also outside the mutated rooms: the last part of the page. */
const NAMED = 'test/mutation/named-mutations.md';
/** Share of the mutants of a room that its unit tests are to kill. */
const TARGET = 0.85;
const MOST_CHARACTERS = 100;
const INTRODUCTION = `# Mutation testing

Stryker changes one expression of the method at a time, and the unit tests of its room run on each change. A change that
no test notices has survived. A change that only makes the code endless counts as killed. \`npm run mutation\` makes this
page anew; it is no part of CI. Literals of text are not changed: most are words of prompts and messages, and a test that
repeats them states no behaviour. Nor are constants that are only evaluated while a file is loaded.
`;

interface Mutant {
  mutatorName: string;
  replacement?: string;
  status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'Ignored' | 'CompileError' | 'RuntimeError' | 'Pending';
  location: { start: { line: number; column: number }; end: { line: number; column: number } };
}

interface MutatedFile {
  path: string;
  source: string;
  mutants: Mutant[];
}

const report = JSON.parse(readFileSync(REPORT, 'utf8')) as { files: Record<string, Omit<MutatedFile, 'path'>> };
const files = Object.entries(report.files).map(([path, file]): MutatedFile => ({ path, ...file }));
writeFileSync(
  RESULT,
  `${INTRODUCTION}\n${scoresOf(files)}\n## Survivors\n\n${survivorsOf(files)}\n${readFileSync(NAMED, 'utf8')}`,
);
console.log(`${scoresOf(files)}\nSurvivors: ${RESULT}`);

/** One line a room. */
function scoresOf(files: MutatedFile[]): string {
  const rooms = [...new Set(files.map(({ path }) => dirname(path)))].sort();
  const lines = rooms.map((room) => {
    const ofRoom = files.filter(({ path }) => dirname(path) === room);
    const mutants = ofRoom.flatMap((file) => file.mutants);
    const count = (...statuses: Mutant['status'][]): number =>
      mutants.filter(({ status }) => statuses.includes(status)).length;
    const killed = count('Killed', 'Timeout');
    const valid = killed + count('Survived', 'NoCoverage');
    const share = killed / valid;
    const verdict = share >= TARGET ? '' : ` (target: ${100 * TARGET} %)`;
    return `| ${room} | ${ofRoom.length} | ${valid} | ${killed} | ${count('Survived')} | ${count('NoCoverage')} | ${(100 * share).toFixed(1)} %${verdict} |`;
  });
  return [
    '| room | files | mutants | killed | survived | reached by no test | killed of all |',
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...lines,
    '',
  ].join('\n');
}

/** One list a file: line, the original code, and its replacement. */
function survivorsOf(files: MutatedFile[]): string {
  return files
    .map(({ path, source, mutants }) => ({
      path,
      lines: mutants
        .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
        .sort((a, b) => a.location.start.line - b.location.start.line)
        .map((mutant) => `- ${mutant.location.start.line}: ${changeOf(mutant, source)}`),
    }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ path, lines }) => `### ${path}\n\n${lines.join('\n')}\n`)
    .join('\n');
}

function changeOf({ location: { start, end }, replacement = '', mutatorName, status }: Mutant, source: string): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1);
  lines[0] = lines[0]!.slice(start.column - 1);
  const reached = status === 'NoCoverage' ? ', reached by no test' : '';
  return `\`${short(lines.join(' '))}\` → \`${short(replacement)}\` (${mutatorName}${reached})`;
}

function short(code: string): string {
  const line = code.replace(/\s+/g, ' ').replaceAll('`', "'");
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)} …` : line;
}
