/** The import rules of docs/architecture.md, checked by `npm run check`. Test code may import everything. */
const rooms = ['mallm', 'workflows', 'activities', 'workers', 'config', 'simulator', 'report', 'client', 'scripts'];
const mayImport = {
  mallm: [],
  config: [],
  workflows: [],
  activities: ['mallm', 'report'],
  simulator: ['mallm'],
  report: ['mallm'],
  workers: ['mallm', 'activities', 'workflows', 'config', 'simulator'],
  client: ['mallm', 'workers', 'config', 'report', 'simulator'],
  scripts: ['client', 'config'],
};
const room = (name) => `^${name}/`;
const rules = Object.entries(mayImport).map(([from, allowed]) => {
  const forbidden = rooms.filter((other) => other !== from && !allowed.includes(other));
  const exceptions = ['^workflows/contract\\.ts$'];
  if (from === 'workflows') exceptions.push('^mallm/workflow\\.ts$');
  return {
    name: `${from}-imports`,
    severity: 'error',
    comment: `${from} may import ${allowed.join(', ') || 'nothing of ours'} (type-only imports aside)`,
    from: { path: room(from) },
    to: { path: forbidden.map(room), pathNot: exceptions, dependencyTypesNot: ['type-only'] },
  };
});
module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'openai-in-adapters',
      severity: 'error',
      from: { pathNot: ['^activities/adapters/', '^test/', '^bench/'] },
      to: { path: 'node_modules/openai/' },
    },
    {
      name: 'aws-in-adapters',
      severity: 'error',
      from: { pathNot: ['^activities/adapters/', '^test/', '^bench/'] },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'no-temporal-in-the-method',
      severity: 'error',
      from: { path: ['^mallm/', '^report/', '^simulator/'] },
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
