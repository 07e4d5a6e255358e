import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { addFields, type NewField } from '../../../src/advice/go/fields';
import { applyEdits } from '../../../src/advice/text';
import { fileOf } from './harness';

const ADD: readonly NewField[] = [{ name: 'PprofBindAddress', value: '"127.0.0.1:6060"' }];
const wrap = (literal: string): string =>
  `package main\n\nimport ctrl "sigs.k8s.io/controller-runtime"\n\nvar o = ctrl.Options${literal}\n`;

function added(literal: string, fields = ADD): string | undefined {
  const file = fileOf(wrap(literal));
  const found = file.literals.find((l) => l.name === 'Options');
  if (found === undefined) throw new Error('no literal');
  const edits = addFields(file, found, fields);
  return edits === undefined
    ? undefined
    : applyEdits(file.text, edits)
        .slice(wrap('').length - 1)
        .trimEnd();
}

const CASES: readonly (readonly [string, string, string])[] = [
  ['empty', '{}', '{PprofBindAddress: "127.0.0.1:6060"}'],
  ['one line', '{Scheme: scheme}', '{Scheme: scheme, PprofBindAddress: "127.0.0.1:6060"}'],
  [
    'one field on a line of its own',
    '{\n\tScheme: scheme,\n}',
    '{\n\tScheme:           scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'a longer key above',
    '{\n\tScheme:                 scheme,\n\tHealthProbeBindAddress: probeAddr,\n}',
    '{\n\tScheme:                 scheme,\n\tHealthProbeBindAddress: probeAddr,\n\tPprofBindAddress:       "127.0.0.1:6060",\n}',
  ],
  [
    'only shorter keys',
    '{\n\tPort:   9443,\n\tScheme: scheme, // ours\n}',
    '{\n\tPort:             9443,\n\tScheme:           scheme, // ours\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'a field of several lines at the end',
    '{\n\tScheme: scheme,\n\tMetrics: server.Options{\n\t\tBindAddress: addr,\n\t},\n}',
    '{\n\tScheme: scheme,\n\tMetrics: server.Options{\n\t\tBindAddress: addr,\n\t},\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'a field of several lines before',
    '{\n\tMetrics: server.Options{\n\t\tBindAddress: addr,\n\t},\n\tScheme: scheme,\n}',
    '{\n\tMetrics: server.Options{\n\t\tBindAddress: addr,\n\t},\n\tScheme:           scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'an empty line before the last',
    '{\n\tPort: 9443,\n\n\tScheme: scheme,\n}',
    '{\n\tPort: 9443,\n\n\tScheme:           scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'a comment between',
    '{\n\tPort: 9443,\n\t// ours\n\tScheme: scheme,\n}',
    '{\n\tPort: 9443,\n\t// ours\n\tScheme:           scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n}',
  ],
  [
    'comments below the last',
    '{\n\tScheme: scheme,\n\t// LeaderElectionReleaseOnCancel: true,\n}',
    '{\n\tScheme:           scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n\t// LeaderElectionReleaseOnCancel: true,\n}',
  ],
  ['comments alone', '{\n\t// Scheme: scheme,\n}', '{\n\t// Scheme: scheme,\n\tPprofBindAddress: "127.0.0.1:6060",\n}'],
];

describe('a field is added to a literal', () => {
  test.each(CASES)('%s', (_, before, after) => {
    expect(added(before)).toBe(after);
  });

  test('with CRLF', () => {
    const crlf = (s: string): string => s.replaceAll('\n', '\r\n');
    const file = fileOf(crlf(wrap('{\n\tScheme: scheme, // ours\n}')));
    const literal = file.literals[0];
    if (literal === undefined) throw new Error('no literal');
    expect(applyEdits(file.text, addFields(file, literal, ADD) ?? [])).toBe(
      crlf(wrap('{\n\tScheme:           scheme, // ours\n\tPprofBindAddress: "127.0.0.1:6060",\n}')),
    );
  });

  test('two at once, with places to type over', () => {
    const two = [
      { name: 'QPS', value: '50', stops: [{ start: 0, end: 2 }] },
      { name: 'Burst', value: '100', stops: [{ start: 0, end: 3 }] },
    ];
    expect(added('{\n\tHost: h,\n}', two)).toBe('{\n\tHost:  h,\n\tQPS:   50,\n\tBurst: 100,\n}');
    const file = fileOf(wrap('{Host: h}'));
    const literal = file.literals[0];
    if (literal === undefined) throw new Error('no literal');
    const [edit] = addFields(file, literal, two) ?? [];
    expect(edit?.stops?.map((s) => edit.text.slice(s.start, s.end))).toEqual(['50', '100']);
  });

  test.each([
    ['without keys', '{scheme, addr}'],
    ['that has it', '{PprofBindAddress: ""}'],
    ['that does not parse', '{Scheme: ,\n}'],
    ['with a key longer than gofmt lines up simply', `{\n\t${'K'.repeat(41)}: 1,\n}`],
  ])('not to one %s', (_, literal) => {
    expect(added(literal)).toBeUndefined();
  });

  test.skipIf(!hasGofmt())('gofmt has nothing to say', () => {
    const names = [
      'A',
      'Port',
      'Scheme',
      'Namespace',
      'LeaderElection',
      'LeaderElectionID',
      'HealthProbeBindAddress',
      'LeaderElectionReleaseOnCancel',
    ];
    const values = ['x', '"a string"', 'f(1, 2)', 'T{\n\t\tB: 1,\n\t}', 'func() {\n\t\tg()\n\t}'];
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return Math.floor(seed / 65536) % n;
    };
    let text = 'package main\n';
    for (let i = 0; i < 300; i++) {
      const picked = names.filter(() => random(3) > 0);
      const body = picked
        .map(
          (n) =>
            `${random(6) === 0 ? '\n' : ''}${random(6) === 0 ? '\t// of this\n' : ''}\t${n}: ${values[random(values.length)] ?? ''},${random(5) === 0 ? ' // why' : ''}\n`,
        )
        .join('');
      text += `\nvar v${i} = Options{${picked.length === 0 ? '' : `\n${body}`}}\n`;
    }
    const before = gofmt(text);
    const file = fileOf(before);
    const edits = file.literals
      .filter((l) => l.name === 'Options')
      .flatMap(
        (literal, i) =>
          addFields(
            file,
            literal,
            i % 2 === 0
              ? ADD
              : [
                  { name: 'QPS', value: '50' },
                  { name: 'Burst', value: '100' },
                ],
          ) ?? [],
      );
    expect(edits.length).toBeGreaterThan(300);
    const after = applyEdits(before, edits);
    expect(gofmt(after)).toBe(after);
  });
});

function gofmt(text: string): string {
  return execFileSync('gofmt', { input: text, encoding: 'utf8' });
}
function hasGofmt(): boolean {
  try {
    gofmt('package a\n');
    return true;
  } catch {
    return false;
  }
}
