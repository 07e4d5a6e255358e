import { describe, expect, it } from 'vitest';
import { Churn } from '../../../src/churn/churn';
import { csv, kubberneckerBlame, kubberneckerWatch, markdown, report } from '../../../src/churn/report';
import type { KindInfo } from '../../../src/churn/types';
import { sentence } from '../../../src/churn/words';
import { CONFIGMAP, DEPLOYMENT, object, owned, PAINT } from './objects';

const START = Date.parse('2026-11-28T09:00:00Z');

/** Plays writes of objects, each one `at` ms after the start. The first state of an object is there from the beginning. */
function play(
  kind: KindInfo,
  writes: readonly {
    readonly at: number;
    readonly name?: string;
    readonly by: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly owns: readonly string[];
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly subresource?: string;
  }[],
): Churn {
  const churn = new Churn({ start: START });
  let version = 0;
  const names = new Set<string>();
  const put = (
    { at, name = 'a', by, body, owns, metadata, subresource }: (typeof writes)[number],
    as?: 'modified',
  ): void => {
    churn.seen(
      kind,
      object(
        name,
        ++version,
        body,
        [{ manager: by, fields: owned(...owns), ...(subresource !== undefined && { subresource }) }],
        metadata,
      ),
      START + at,
      { as },
    );
  };
  const rest = writes.filter((w) => {
    if (names.has(w.name ?? 'a')) return true;
    names.add(w.name ?? 'a');
    put(w);
    return false;
  });
  churn.listed(kind, '', new Set([...names].map((n) => `shop/${n}`)), START);
  for (const w of rest) put(w, 'modified');
  return churn;
}
const colour = (at: number, by: string, color: string, name = 'a') => ({
  at,
  name,
  by,
  body: { spec: { color } },
  owns: ['spec', 'color'],
});
const findings = (churn: Churn, at: number): string[] => churn.findings(START + at).map(sentence);

describe('fights', () => {
  it('finds two managers that rewrite one field of many objects, with its pace and both values', () => {
    const writes = Array.from({ length: 20 }, (_, i) => `paint-${i}`)
      .flatMap((name) => [
        colour(0, 'load', 'white', name),
        ...Array.from({ length: 8 }, (_, i) =>
          colour(i * 1000 + 100, i % 2 === 0 ? 'red' : 'blue', i % 2 === 0 ? 'red' : 'blue', name),
        ),
      ])
      .sort((a, b) => a.at - b.at);
    const churn = play(PAINT, writes);
    expect(findings(churn, 7500)).toEqual([
      '`blue` and `red` rewrite `spec.color` of 20 Paints, 22 times a second: blue against red.',
    ]);
    // 6 of the 8 writes of each object put back what was there before, in the 5.4 s since the first of them.
    expect(report(churn, START + 7500).fights).toEqual([
      { kind: 'Paint', managers: ['blue', 'red'], path: 'spec.color', objects: 20, perSecond: 22.2 },
    ]);
    expect(churn.findings(START + 7500)[0]).toMatchObject({
      what: 'fight',
      since: START + 2100,
      example: 'shop/paint-0',
    });
    expect(findings(churn, 80_000), 'a fight that is over').toEqual([]);
  });

  it('does not take three managers that each set their own field, or one that follows another, for a fight', () => {
    const own = Array.from({ length: 30 }, (_, i) => ({
      at: i * 100,
      by: `m${i % 3}`,
      body: { data: { k0: String(i - (i % 3)), k1: String(i), k2: String(i) } },
      owns: ['data', `k${i % 3}`],
    }));
    expect(findings(play(CONFIGMAP, own), 3000)).toEqual([]);
    // spec.replicas goes up, each time by the other: nothing is put back.
    const up = Array.from({ length: 30 }, (_, i) => ({
      at: i * 100,
      by: i % 2 === 0 ? 'hpa' : 'kubectl',
      body: { spec: { replicas: i } },
      owns: ['spec', 'replicas'],
    }));
    expect(findings(play(DEPLOYMENT, up), 3000)).toEqual([]);
  });

  it('does not take one that is corrected once for a fight', () => {
    expect(
      findings(
        play(PAINT, [colour(0, 'red', 'red'), colour(1000, 'kubectl', 'green'), colour(1100, 'red', 'red')]),
        2000,
      ),
    ).toEqual([]);
  });

  it('finds a fight over a field that one sets and the other takes away', () => {
    const writes = Array.from({ length: 9 }, (_, i) => ({
      at: i * 500,
      by: i % 2 === 0 ? 'stripper' : 'labeller',
      body: {},
      owns: i % 2 === 0 ? ['spec'] : ['metadata', 'labels', 'team'],
      metadata: { labels: i % 2 === 0 ? {} : { team: 'x' } },
    }));
    // Who takes a field away owns nothing of it: only a new time in managedFields tells.
    const churn = new Churn({ start: START });
    const both = (i: number) =>
      object(
        'a',
        i + 1,
        {},
        [
          {
            manager: 'stripper',
            time: `2026-11-28T09:00:${String(i - (i % 2)).padStart(2, '0')}Z`,
            fields: owned('spec'),
          },
          ...(i % 2 === 1
            ? [
                {
                  manager: 'labeller',
                  time: `2026-11-28T09:00:${String(i).padStart(2, '0')}Z`,
                  fields: owned('metadata', 'labels', 'team'),
                },
              ]
            : []),
        ],
        writes[i]?.metadata,
      );
    churn.seen(PAINT, both(0), START);
    churn.listed(PAINT, '', new Set(['shop/a']), START);
    for (let i = 1; i < 9; i++) churn.seen(PAINT, both(i), START + i * 1000, { as: 'modified' });
    expect(findings(churn, 9000)).toEqual([
      '`labeller` and `stripper` rewrite `metadata.labels.team` of Paint shop/a, once a second: x against nothing.',
    ]);
  });

  it('finds a manager that undoes itself, in what is wished and not in what is counted', () => {
    const flip = (owns: readonly string[], body: (n: number) => Record<string, unknown>) =>
      Array.from({ length: 12 }, (_, i) => ({ at: i * 1000, by: 'manager', body: body(1 + (i % 2)), owns }));
    expect(
      findings(
        play(
          PAINT,
          flip(['spec', 'color'], (n) => ({ spec: { color: `c${n}` } })),
        ),
        11_500,
      ),
    ).toEqual([
      expect.stringMatching(
        /^`manager` undoes its own change of `spec.color` of Paint shop\/a, (once|1\.1 times) a second: c[12], then c[12] again\.$/,
      ),
    ]);
    expect(
      findings(
        play(
          PAINT,
          flip(['status', 'ready'], (n) => ({ status: { ready: n } })),
        ),
        11_500,
      ),
    ).toEqual([]);
  });
});

describe('writes for nothing', () => {
  const time = (i: number): string => `2026-11-28T09:00:${String(i).padStart(2, '0')}Z`;

  it('names an annotation with a time stamp', () => {
    const stamp = (i: number) => ({
      at: i * 500,
      by: 'stamp',
      body: { spec: { color: 'red' } },
      owns: ['metadata', 'annotations', 'example.com/seen'],
      metadata: { annotations: { 'example.com/seen': time(i) } },
    });
    const churn = play(
      PAINT,
      Array.from({ length: 11 }, (_, i) => stamp(i)),
    );
    expect(findings(churn, 5000)).toEqual([
      '`stamp` writes the time into `metadata.annotations["example.com/seen"]` of Paint shop/a and changes nothing else, 2.2 times a second.',
    ]);
    expect(churn.tally(PAINT, 'shop', 'a')).toMatchObject({ updates: 10, wasted: 10 });
  });

  it('lets a time be written together with a change, and once into each of many objects', () => {
    const both = Array.from({ length: 11 }, (_, i) => ({
      at: i * 500,
      by: 'm',
      body: { spec: { n: i } },
      owns: ['spec'],
      metadata: { annotations: { 'example.com/seen': time(i) } },
    }));
    expect(findings(play(PAINT, both), 5000)).toEqual([]);
    const restarted = Array.from({ length: 20 }, (_, i) =>
      [0, 1].map((n) => ({
        at: n * 1000 + i,
        name: `d${i}`,
        by: 'kubectl-rollout',
        body: {},
        owns: ['metadata'],
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': time(n) } },
      })),
    )
      .flat()
      .sort((a, b) => a.at - b.at);
    expect(findings(play(DEPLOYMENT, restarted), 3000)).toEqual([]);
  });

  it('names who updates a status and changes nothing but its time, or nothing at all', () => {
    const noop = (i: number) => ({
      at: i * 200,
      by: 'noop',
      subresource: 'status',
      body: { status: { ready: true, checkedAt: time(i) } },
      owns: ['status', 'checkedAt'],
    });
    expect(
      findings(
        play(
          PAINT,
          Array.from({ length: 11 }, (_, i) => noop(i)),
        ),
        2000,
      ),
    ).toEqual([
      '`noop` updates the status of Paint shop/a and changes nothing but the time in `status.checkedAt`, 5.6 times a second.',
    ]);
    const churn = new Churn({ start: START });
    const same = (i: number) =>
      object('a', i, { spec: { color: 'red' } }, [
        { manager: i % 2 === 0 ? 'x' : 'noop', time: time(i), fields: owned('spec', 'color') },
      ]);
    churn.seen(PAINT, same(1), START);
    churn.listed(PAINT, '', new Set(['shop/a']), START);
    for (let i = 2; i < 10; i++) churn.seen(PAINT, same(i), START + i * 1000, { as: 'modified' });
    expect(findings(churn, 9500).sort()).toEqual([
      expect.stringMatching(/^`noop` updates Paint shop\/a and changes nothing, /),
      expect.stringMatching(/^`x` updates Paint shop\/a and changes nothing, /),
    ]);
  });
});

describe('what is written out', () => {
  const churn = play(PAINT, [
    colour(0, 'load', 'white'),
    colour(1000, 'red', '=1+1'),
    colour(2000, 'blue', 'blue|green'),
  ]);

  it('has the shape that scripts rely on', () => {
    expect(report(churn, START + 3000)).toEqual({
      counts: [{ kind: 'Paint', namespace: 'shop', name: 'a', add: 0, update: 2, delete: 0 }],
      managers: [
        {
          kind: 'Paint',
          namespace: 'shop',
          name: 'a',
          manager: 'blue',
          updates: 1,
          fields: [{ path: 'spec.color', changes: 1 }],
        },
        {
          kind: 'Paint',
          namespace: 'shop',
          name: 'a',
          manager: 'red',
          updates: 1,
          fields: [{ path: 'spec.color', changes: 1 }],
        },
      ],
      fights: [],
    });
  });

  it('is what kubbernecker prints: counts by kind, namespace and object; updates by manager', () => {
    expect(kubberneckerWatch(churn)).toBe(`{
  "gvk": {
    "group": "samples.example.com",
    "version": "v1",
    "kind": "Paint"
  },
  "namespaces": {
    "shop": {
      "resources": {
        "a": {
          "add": 0,
          "delete": 0,
          "update": 2
        }
      }
    }
  }
}`);
    expect(JSON.parse(kubberneckerBlame(churn.tally(PAINT, 'shop', 'a')))).toEqual({
      managers: { blue: { update: 1 }, red: { update: 1 } },
      latestUpdate: '2026-11-28T09:00:02.000Z',
    });
    expect(kubberneckerBlame(undefined)).toBe('{\n  "managers": {}\n}');
  });

  it('is a table for spreadsheets and for documents', () => {
    expect(csv(churn).split('\r\n').slice(0, 2)).toEqual([
      'group,version,kind,namespace,name,add,update,delete,heartbeats,changes nothing,last change,managers,fields',
      'samples.example.com,v1,Paint,shop,a,0,2,0,0,0,2026-11-28T09:00:02.000Z,blue 1; red 1,spec.color',
    ]);
    expect(markdown(churn, START + 3000, 'Changes in kind-a').split('\n')).toEqual([
      '# Changes in kind-a',
      '',
      'Watched for 3 s, from 2026-11-28T09:00:00.000Z.',
      '',
      "Nobody undoes another's changes, and nobody writes for nothing.",
      '',
      '| kind | namespace | name | adds | updates | deletes | updates by |',
      '| --- | --- | --- | ---: | ---: | ---: | --- |',
      '| Paint | shop | a | 0 | 2 | 0 | blue 1, red 1 |',
      '',
    ]);
  });
});
