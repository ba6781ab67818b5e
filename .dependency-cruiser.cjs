/**
 * The import rules of docs/architecture.md, checked by `npm run check`. Type-only imports are free between rooms, but not
 * within the method. Test code may import everything.
 */
const mayImport = {
  mallm: [],
  config: [],
  workflows: [],
  store: ['mallm'],
  models: ['mallm'],
  report: ['mallm'],
  simulator: [],
  output: ['mallm', 'store', 'report'],
  activities: ['mallm', 'store', 'models', 'output', 'report'],
  workers: ['mallm', 'store', 'models', 'output', 'activities', 'workflows', 'config', 'simulator'],
  client: ['mallm', 'store', 'models', 'output', 'workers', 'config', 'report', 'simulator'],
  scripts: ['client', 'config'],
};
/** Files that other rooms may import as well. */
const alsoMayImport = {
  workflows: ['^mallm/workflow\\.ts$'],
  simulator: ['^mallm/(random|errors)\\.ts$', '^mallm/table/'],
  models: ['^store/deadline\\.ts$'],
};
/** The rooms of the method: each may import those named, beside the files at the top of `mallm/`. */
const table = ['table'];
const known = [...table, 'conditions', 'rules', 'theta', 'learning'];
const prompted = [...known, 'prompts'];
const methodMayImport = {
  table: [],
  learning: [],
  conditions: table,
  rules: [...table, 'conditions'],
  theta: [...table, 'learning'],
  prompts: known,
  generator: prompted,
  discriminator: prompted,
  refinement: prompted,
  optimizer: [...prompted, 'discriminator'],
  fit: [...prompted, 'generator', 'discriminator', 'optimizer', 'refinement'],
  evaluation: [...table, 'rules', 'learning', 'refinement'],
  baselines: [...table, 'learning', 'refinement'],
};

const rooms = Object.keys(mayImport);
const room = (name) => `^${name}/`;
const betweenRooms = Object.entries(mayImport).map(([from, allowed]) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment: `${from} may import ${allowed.join(', ') || 'nothing of ours'} (type-only imports aside)`,
  from: { path: room(from) },
  to: {
    path: rooms.filter((other) => other !== from && !allowed.includes(other)).map(room),
    pathNot: ['^workflows/(activity-|schedule-)?contract\\.ts$', ...(alsoMayImport[from] ?? [])],
    dependencyTypesNot: ['type-only'],
  },
}));
const methodRooms = Object.keys(methodMayImport);
const withinMethod = Object.entries(methodMayImport).map(([from, allowed]) => ({
  name: `mallm-${from}-imports`,
  severity: 'error',
  comment: `mallm/${from} may import ${allowed.join(', ') || 'no other room'}`,
  from: { path: `^mallm/${from}/` },
  to: {
    path: methodRooms.filter((other) => other !== from && !allowed.includes(other)).map((other) => `^mallm/${other}/`),
  },
}));

module.exports = {
  forbidden: [
    ...betweenRooms,
    ...withinMethod,
    {
      name: 'workflow-part-of-the-method',
      severity: 'error',
      comment: 'mallm/workflow.ts is what workflow code may load; everything else names the file it needs',
      from: { pathNot: ['^workflows/', '^test/'] },
      to: { path: '^mallm/workflow\\.ts$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'openai-in-models',
      severity: 'error',
      from: { pathNot: ['^models/', '^test/', '^bench/'] },
      to: { path: 'node_modules/openai/' },
    },
    {
      name: 'aws-in-store',
      severity: 'error',
      from: { pathNot: ['^store/', '^test/', '^bench/'] },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'no-temporal-in-the-method',
      severity: 'error',
      from: { path: ['^mallm/', '^report/', '^simulator/', '^store/', '^models/', '^output/'] },
      to: { path: 'node_modules/@temporalio/' },
    },
    {
      name: 'no-io-in-the-method',
      severity: 'error',
      from: { path: '^mallm/' },
      to: { path: '^(node:)?(fs|http|https|net|child_process|os|process|worker_threads)(/|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['import', 'node', 'default'] },
  },
};
