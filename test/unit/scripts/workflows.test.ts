import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkGithub } from '../../../scripts/lib/workflows.mjs';

const made: string[] = [];
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
});

/** A checkout of these files. */
function checkout(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'workflows-'));
  made.push(dir);
  for (const [name, text] of Object.entries({
    'package.json': '{"scripts":{"test":"x","test:unit":"x"}}',
    'scripts/a.mjs': '',
    'go/one/go.sum': '',
    ...files,
  })) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  return dir;
}
const workflow = (text: string): string[] => checkGithub(checkout({ '.github/workflows/w.yml': text }));
const step = (text: string): string[] =>
  workflow(
    `on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${text.replaceAll('\n', '\n        ')}\n`,
  );
const form = (text: string): string[] => checkGithub(checkout({ '.github/ISSUE_TEMPLATE/f.yml': text }));

describe('what GitHub reads', () => {
  it('has nothing wrong in this repository', () => {
    expect(checkGithub(path.resolve(import.meta.dirname, '../../..'))).toEqual([]);
  });

  it.each([
    ['YAML that is none', 'on: push\njobs: [', /^\.github\/workflows\/w\.yml: .+/],
    ['a text alone', 'hello', /it is not a map of keys/],
    ['no trigger', 'jobs:\n  a:\n    runs-on: x\n    steps: [{ run: ls }]', /it has no "on"/],
    ['no jobs', 'on: push', /it has no "jobs"/],
    ['no machine', 'on: push\njobs:\n  a:\n    steps: [{ run: ls }]', /job a: it has neither "runs-on" nor "uses"/],
    ['no steps', 'on: push\njobs:\n  a:\n    runs-on: x', /job a: it has no "steps"/],
    [
      'a job that waits for none',
      'on: push\njobs:\n  a:\n    needs: b\n    runs-on: x\n    steps: [{ run: ls }]',
      /it needs the job "b", which is not there/,
    ],
    [
      'one of several that is none',
      'on: push\njobs:\n  a:\n    needs: [a, c]\n    runs-on: x\n    steps: [{ run: ls }]',
      /it needs the job "c"/,
    ],
    [
      'a workflow that is not there',
      'on: push\njobs:\n  a:\n    uses: ./.github/workflows/none.yml',
      /"\.\/\.github\/workflows\/none\.yml" is not there/,
    ],
    [
      'a key of a file that is not there',
      "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{ run: ls, env: { K: \"${{ hashFiles('**/go.sum', 'nothing/*.lock') }}\" } }]",
      /hashFiles\('nothing\/\*\.lock'\) finds no file/,
    ],
  ])('tells of %s', (_, text, problem) => {
    const found = workflow(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it.each([
    ['neither run nor uses', 'name: x', /it needs one of "run" and "uses"/],
    ['an action without a version', 'uses: actions/checkout', /names no version/],
    ['an action of this repository that is not there', 'uses: ./actions/none', /"\.\/actions\/none" is not there/],
    ['a script that package.json lacks', 'run: npm run -s lint', /has no script "lint"/],
    ['npm start without one', 'run: npm start', /has no script "start"/],
    [
      'a file for node that is not there',
      'run: |\n  npm ci\n  node scripts/b.mjs --all',
      /node is given "scripts\/b\.mjs"/,
    ],
    ['a file for bash that is not there', 'run: bash .ci/run', /bash is given "\.ci\/run"/],
    [
      'a path that finds nothing',
      'uses: actions/upload-artifact@v4\nwith: { path: reports/*.xml }',
      /the path "reports\/\*\.xml" finds no file/,
    ],
    [
      'a lockfile that is not there',
      'uses: actions/setup-node@v4\nwith: { cache-dependency-path: yarn.lock }',
      /"yarn\.lock" finds no file/,
    ],
  ])('tells of a step with %s', (_, text, problem) => {
    const found = step(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/job a: step 1.*: /);
    expect(found[0]).toMatch(problem);
  });

  it.each([
    'run: npm ci && npm test -- --only unit',
    'run: npm run test:unit',
    'run: node scripts/a.mjs',
    'run: node -e "1"',
    'run: test "$X" = "v$(node -p "1")"',
    'uses: actions/cache@v4\nwith: { path: ~/.cache/x, key: "${{ hashFiles(\'**/go.sum\') }}" }',
    'uses: actions/upload-artifact@v4\nwith: { path: test-results }',
    'uses: actions/setup-go@v5\nwith: { cache-dependency-path: go/*/go.sum }',
  ])('has nothing against %s', (text) => {
    expect(step(text)).toEqual([]);
  });

  it.each([
    [
      'a form without a name',
      'description: x\nbody: [{ type: input, id: a, attributes: { label: A } }]',
      /it has no "name"/,
    ],
    [
      'a type that is none',
      'name: x\ndescription: x\nbody: [{ type: text, id: a }, { type: input, id: b, attributes: { label: B } }]',
      /part 1: its type is none of/,
    ],
    ['a part without a label', 'name: x\ndescription: x\nbody: [{ type: input, id: a }]', /part 1: it has no label/],
    [
      'two parts of one id',
      'name: x\ndescription: x\nbody: [{ type: input, id: a, attributes: { label: A } }, { type: input, id: a, attributes: { label: B } }]',
      /part 2: its id "a" is another part's too/,
    ],
    [
      'nothing to choose from',
      'name: x\ndescription: x\nbody: [{ type: dropdown, id: a, attributes: { label: A } }]',
      /nothing to choose from/,
    ],
    [
      'only words',
      'name: x\ndescription: x\nbody: [{ type: markdown, attributes: { value: x } }]',
      /it asks for nothing/,
    ],
  ])('tells of %s', (_, text, problem) => {
    const found = form(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it('tells of a chooser of issues that is not whole', () => {
    expect(
      checkGithub(
        checkout({ '.github/ISSUE_TEMPLATE/config.yml': 'contact_links: [{ name: x, url: "https://example.com" }]' }),
      ),
    ).toEqual([
      '.github/ISSUE_TEMPLATE/config.yml: "blank_issues_enabled" is neither true nor false.',
      '.github/ISSUE_TEMPLATE/config.yml: a contact link has no "about".',
    ]);
  });
});
