import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and what each may import (ARCHITECTURE.md, "Rooms"). Anything not named is refused, so a new arrow
 * between two rooms is a decision made here, not an accident.
 */
// prettier-ignore
export const rooms = {
  base: [],
  profile: ['base'],
  metrics: ['base'],
  controllers: ['base'],
  churn: ['base', 'controllers'],
  advice: ['base'],
  lines: ['advice', 'base', 'profile'],
  target: ['base'],
  protocol: ['base', 'churn', 'metrics', 'profile'],
  kube: ['base', 'churn', 'controllers', 'target'],
  captures: ['base', 'profile', 'target'],
  cluster: ['base', 'controllers', 'kube', 'metrics', 'target'],
  series: ['advice', 'base', 'cluster', 'controllers', 'kube', 'metrics', 'protocol', 'target'],
  app: ['advice', 'base', 'captures', 'churn', 'cluster', 'controllers', 'kube', 'lines', 'metrics', 'profile', 'protocol', 'series', 'target'],
  inspect: ['advice', 'base', 'captures', 'churn', 'cluster', 'controllers', 'kube', 'metrics', 'profile', 'protocol', 'series', 'target'],
  host: ['advice', 'app', 'base', 'captures', 'churn', 'cluster', 'controllers', 'kube', 'lines', 'metrics', 'profile', 'protocol', 'series', 'target'],
};
/** Rooms that take data and give data: no sockets, files, threads, editor or DOM. */
export const pure = ['base', 'profile', 'metrics', 'controllers', 'churn', 'protocol', 'advice', 'lines'];
const io = [
  'fs',
  'fs/promises',
  'net',
  'tls',
  'http',
  'http2',
  'https',
  'child_process',
  'worker_threads',
  'os',
  'dgram',
  'dns',
].flatMap((m) => [m, `node:${m}`]);

/** Imports that go up and into one of these rooms; `up`: how many folders up src/ is, when folders of a room have a room's name too. */
const above = (names, up = '+') => `^(\\.\\./)${up}(${names.join('|')})(/|$)`;
/** How deep folders may be below src/. */
const depths = [1, 2, 3, 4, 5];
const restrict = (patterns, paths = []) => ({ 'no-restricted-imports': ['error', { patterns, paths }] });
const roomRules = Object.entries(rooms).flatMap(([room, allowed]) =>
  depths.map((depth) => {
    const others = Object.keys(rooms).filter((r) => r !== room && !allowed.includes(r));
    const patterns = [
      {
        regex: above(others, `{${depth}}`),
        message: `src/${room} may import only: ${['itself', ...allowed].join(', ')}.`,
      },
    ];
    const paths = [];
    if (room !== 'host') paths.push({ name: 'vscode', message: 'Only src/host and src/extension.ts know the editor.' });
    if (room !== 'kube')
      patterns.push({
        group: ['@kubernetes/client-node', '@kubernetes/client-node/**'],
        message: 'Only src/kube knows client-node.',
      });
    if (pure.includes(room))
      for (const name of io) paths.push({ name, message: `src/${room} is pure: it takes data and gives data.` });
    return { files: [`src/${room}/${'*/'.repeat(depth - 1)}*.ts`], rules: restrict(patterns, paths) };
  }),
);

/** A file of src/host without an import of `vscode` could be tested without it, too. */
const hostRules = {
  rules: {
    'knows-editor': {
      meta: { messages: { none: 'it knows no editor: it belongs in src/app' } },
      create: (context) => ({
        Program: (program) => {
          if (!program.body.some((s) => s.type === 'ImportDeclaration' && s.source.value === 'vscode'))
            context.report({ loc: { line: 1, column: 0 }, messageId: 'none' });
        },
      }),
    },
  },
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test-results/**', 'test/fixtures/**', 'test/cluster/controllers/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  { files: ['scripts/**', 'test/**', 'src/inspect/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...roomRules,
  {
    files: ['src/host/**/*.ts'],
    plugins: { host: hostRules },
    rules: { 'host/knows-editor': 'error' },
  },
  // The one thread entry and its client run beside the pure code of src/profile: they may use worker_threads.
  {
    files: ['src/profile/thread/**/*.ts'],
    rules: restrict(
      [
        {
          regex: above(Object.keys(rooms).filter((r) => !['profile', 'base'].includes(r))),
          message: 'src/profile/thread may import only: profile, base.',
        },
      ],
      [{ name: 'vscode', message: 'Only src/host and src/extension.ts know the editor.' }],
    ),
  },
  {
    files: ['webview/**/*.ts'],
    rules: restrict([
      {
        regex: 'src/(?!protocol/|base/|profile/(types|names|layers/rules|part/scale)$|metrics/types$)',
        message:
          'Pages import only src/protocol, src/base, the names, types, layers and scaling of src/profile and the types of src/metrics.',
      },
    ]),
  },
);
