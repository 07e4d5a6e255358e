import { describe, expect, it } from 'vitest';
import { Churn, type ChurnOptions } from '../../../src/churn/churn';
import { report } from '../../../src/churn/report';
import { CONFIGMAP, DEPLOYMENT, LEASE, NODE, object, owned, PAINT, SECRET } from './objects';

const START = Date.parse('2026-11-28T09:00:00Z');
const watching = (options: Partial<ChurnOptions> = {}): Churn => new Churn({ start: START, ...options });
/** Of one object, as `adds updates deletes`. */
const counts = (churn: Churn, kind = PAINT, name = 'a', namespace = 'shop'): string => {
  const t = churn.tally(kind, namespace, name);
  return t ? `${t.adds} ${t.updates} ${t.deletes}` : 'none';
};
const paint = (version: number, color: string, by: string, metadata = {}) =>
  object('a', version, { spec: { color } }, [{ manager: by, fields: owned('spec', 'color') }], metadata);
const all = (...names: string[]): Set<string> => new Set(names.map((n) => `shop/${n}`));

describe('counts', () => {
  it('counts what happens after the first list, and nothing that was there before', () => {
    const churn = watching();
    churn.seen(PAINT, paint(1, 'white', 'load'), START);
    churn.listed(PAINT, '', all('a'), START);
    expect(counts(churn)).toBe('none');
    churn.seen(PAINT, paint(2, 'red', 'red'), START + 1000, { as: 'modified' });
    churn.seen(PAINT, object('b', 3, {}), START + 1000, { as: 'added' });
    churn.seen(PAINT, object('b', 4, { spec: {} }), START + 1500, { as: 'modified' });
    churn.deleted(PAINT, object('b', 5, {}), START + 2000);
    expect([counts(churn), counts(churn, PAINT, 'b')]).toEqual(['0 1 0', '1 1 1']);
    expect(churn.tally(PAINT, 'shop', 'b')?.last).toBe(START + 2000);
  });

  it('does not count an event twice that comes again after a drop', () => {
    const churn = watching();
    churn.listed(PAINT, '', all(), START);
    for (let i = 0; i < 3; i++) churn.seen(PAINT, paint(2, 'red', 'red'), START, { as: 'added' });
    churn.deleted(PAINT, paint(3, 'red', 'red'), START);
    // From a version that was gone on from before: all of it once more.
    churn.seen(PAINT, paint(2, 'red', 'red'), START, { as: 'added' });
    churn.deleted(PAINT, paint(3, 'red', 'red'), START);
    expect(counts(churn)).toBe('1 0 1');
    churn.seen(PAINT, paint(10, 'red', 'red', { uid: 'second' }), START, { as: 'added' });
    churn.seen(PAINT, paint(9, 'red', 'red', { uid: 'second' }), START, { as: 'modified' });
    churn.deleted(PAINT, paint(3, 'red', 'red'), START);
    expect(counts(churn)).toBe('2 0 1');
  });

  it('counts an object that is deleted and made again under its name', () => {
    const churn = watching();
    churn.seen(PAINT, paint(1, 'white', 'load'), START);
    churn.listed(PAINT, '', all('a'), START);
    churn.deleted(PAINT, paint(2, 'white', 'load'), START);
    churn.seen(PAINT, paint(3, 'white', 'load', { uid: 'other' }), START, { as: 'added' });
    churn.seen(PAINT, paint(4, 'red', 'red', { uid: 'other' }), START, { as: 'modified' });
    expect(counts(churn)).toBe('1 1 1');
  });

  it('counts the differences of a list after a gap: gone, new, changed, made again, and as often as the generation tells', () => {
    const churn = watching();
    for (const [name, version] of [
      ['kept', 1],
      ['gone', 2],
      ['changed', 3],
      ['again', 4],
      ['often', 5],
    ] as const)
      churn.seen(PAINT, object(name, version, {}, [], { generation: 1 }), START);
    churn.listed(PAINT, '', all('kept', 'gone', 'changed', 'again', 'often'), START);
    churn.seen(PAINT, object('kept', 1, {}, [], { generation: 1 }), START);
    churn.seen(PAINT, object('changed', 9, {}, [], { generation: 1 }), START);
    churn.seen(PAINT, object('again', 10, {}, [], { uid: 'other', generation: 1 }), START);
    churn.seen(PAINT, object('often', 11, {}, [], { generation: 8 }), START);
    churn.seen(PAINT, object('new', 12, {}, [], { generation: 1 }), START);
    churn.listed(PAINT, '', all('kept', 'changed', 'again', 'often', 'new'), START);
    expect(
      Object.fromEntries(['kept', 'gone', 'changed', 'again', 'often', 'new'].map((n) => [n, counts(churn, PAINT, n)])),
    ).toEqual({
      kept: 'none',
      gone: '0 0 1',
      changed: '0 1 0',
      again: '1 0 1',
      often: '0 7 0',
      new: '1 0 0',
    });
  });

  it('keeps namespaces apart that are listed apart, and forgets without counting what may not be seen any more', () => {
    const churn = watching();
    churn.seen(PAINT, object('a', 1, {}), START, { scope: 'shop' });
    churn.listed(PAINT, 'shop', all('a'), START);
    churn.seen(PAINT, object('a', 2, {}, [], { namespace: 'other', uid: 'o' }), START, { scope: 'other' });
    churn.listed(PAINT, 'other', new Set(['other/a']), START);
    expect([counts(churn), counts(churn, PAINT, 'a', 'other')]).toEqual(['none', 'none']);
    churn.lost(PAINT, 'shop');
    churn.seen(PAINT, object('a', 3, {}), START, { scope: 'shop' });
    churn.listed(PAINT, 'shop', all('a'), START);
    expect(counts(churn)).toBe('none');
  });

  it('takes an old object that comes into the selected labels for an update, not for one that was made', () => {
    const churn = watching({ selected: true });
    churn.listed(PAINT, '', all(), START);
    churn.seen(PAINT, paint(2, 'red', 'red'), START, { as: 'added' });
    churn.seen(PAINT, object('b', 3, {}, [], { creationTimestamp: '2026-11-28T09:00:05Z' }), START + 5000, {
      as: 'added',
    });
    expect([counts(churn), counts(churn, PAINT, 'b')]).toEqual(['0 1 0', '1 0 0']);
  });

  it('counts objects beyond its bound together', () => {
    const churn = watching({ mostObjects: 2 });
    for (const n of ['a', 'b', 'c', 'd']) churn.seen(PAINT, object(n, 1, {}), START);
    churn.listed(PAINT, '', all('a', 'b', 'c', 'd'), START);
    churn.seen(PAINT, object('c', 5, {}), START, { as: 'modified' });
    churn.seen(PAINT, object('e', 6, {}), START, { as: 'added' });
    churn.deleted(PAINT, object('d', 7, {}), START);
    churn.seen(PAINT, object('a', 8, {}), START, { as: 'modified' });
    expect(churn.size).toMatchObject({ objects: 2, beyond: [PAINT] });
    expect([...churn.tallies()].map(({ tally: t }) => [t.name, t.adds, t.updates, t.deletes])).toEqual([
      ['a', 0, 1, 0],
      ['', 1, 1, 1],
    ]);
  });

  it('counts what it has no room to compare', () => {
    const churn = watching({ mostChars: 400 });
    const big = (version: number) => object('a', version, { spec: { text: 'x'.repeat(500), n: version } });
    churn.seen(PAINT, big(1), START);
    churn.listed(PAINT, '', all('a'), START);
    for (let v = 2; v < 6; v++) churn.seen(PAINT, big(v), START, { as: 'modified' });
    expect([counts(churn), churn.findings(START), churn.size.dropped]).toEqual(['0 4 0', [], 5]);
  });

  it('gives rates and a minute of history', () => {
    const churn = watching();
    churn.listed(PAINT, '', all(), START);
    for (let i = 1; i <= 20; i++)
      churn.seen(PAINT, paint(i, `c${i}`, 'red'), START + i * 500, { as: i === 1 ? 'added' : 'modified' });
    const tally = churn.tally(PAINT, 'shop', 'a');
    expect(tally?.rate(START + 10_000, START)).toBe(2);
    expect(tally?.spark(START + 10_000).slice(-11)).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1]);
    expect(tally?.rate(START + 80_000, START)).toBe(0);
  });

  it('passes over what is no object, and counts one that is nested ten thousand deep', () => {
    const churn = watching();
    for (const junk of [null, 'x', {}, { metadata: {} }, { metadata: [] }])
      expect(churn.seen(PAINT, junk, START)).toBeUndefined();
    churn.listed(PAINT, '', all(), START);
    const deep = (version: number) =>
      object('a', version, { spec: JSON.parse(`${'{"a":'.repeat(10_000)}${version}${'}'.repeat(10_000)}`) as unknown });
    for (let v = 1; v < 4; v++) churn.seen(PAINT, deep(v), START, { as: v === 1 ? 'added' : 'modified' });
    expect(counts(churn)).toBe('1 2 0');
  });
});

describe('blame', () => {
  it('tells managers apart that write within the same second, by who owns the field afterwards', () => {
    const churn = watching();
    churn.seen(PAINT, paint(1, 'white', 'load'), START);
    churn.listed(PAINT, '', all('a'), START);
    ['red', 'blue', 'red', 'red', 'blue'].forEach((who, i) => {
      churn.seen(PAINT, paint(2 + i, `${who}${i}`, who), START, { as: 'modified' });
    });
    expect(report(churn, START).managers).toEqual([
      {
        kind: 'Paint',
        namespace: 'shop',
        name: 'a',
        manager: 'red',
        updates: 3,
        fields: [{ path: 'spec.color', changes: 3 }],
      },
      {
        kind: 'Paint',
        namespace: 'shop',
        name: 'a',
        manager: 'blue',
        updates: 2,
        fields: [{ path: 'spec.color', changes: 2 }],
      },
    ]);
  });

  it('names list items by their merge keys, and keeps subresources apart', () => {
    const churn = watching();
    const container = (image: string, env: string) => ({
      name: 'manager',
      image,
      env: [
        { name: 'A', value: env },
        { name: 'B', value: '1' },
      ],
      ports: [{ containerPort: 80, protocol: 'TCP', name: image }],
    });
    const of = (version: number, image: string, env: string, ready: string, moved: 'kubectl' | 'kcm') =>
      object(
        'a',
        version,
        {
          spec: { template: { spec: { containers: [container(image, env), { name: 'sidecar', image: 's:1' }] } } },
          status: { conditions: [{ type: 'Available', status: ready }] },
        },
        [
          {
            manager: 'kubectl',
            operation: 'Apply',
            time: `2026-11-28T09:00:0${moved === 'kubectl' ? version : 0}Z`,
            fields: owned('spec', 'template', 'spec', 'containers', 'k:{"name":"manager"}'),
          },
          {
            manager: 'kube-controller-manager',
            subresource: 'status',
            time: `2026-11-28T09:00:0${moved === 'kcm' ? version : 0}Z`,
            fields: owned('status', 'conditions', 'k:{"type":"Available"}', 'status'),
          },
        ],
      );
    churn.seen(DEPLOYMENT, of(1, 'm:1', 'x', 'True', 'kcm'), START);
    churn.listed(DEPLOYMENT, '', all('a'), START);
    churn.follow({ kind: DEPLOYMENT, namespace: 'shop', name: 'a' });
    churn.seen(DEPLOYMENT, of(2, 'm:2', 'y', 'True', 'kubectl'), START, { as: 'modified' });
    churn.seen(DEPLOYMENT, of(3, 'm:2', 'y', 'False', 'kcm'), START, { as: 'modified' });
    expect(
      churn.followed.map(({ manager, operation, subresource, changes }) => [
        manager,
        operation,
        subresource,
        ...changes.map((c) => `${c.path}: ${c.before} → ${c.after}`),
      ]),
    ).toEqual([
      [
        'kubectl',
        'Apply',
        '',
        'spec.template.spec.containers[name="manager"].image: m:1 → m:2',
        'spec.template.spec.containers[name="manager"].env[name="A"].value: x → y',
        'spec.template.spec.containers[name="manager"].ports[name="m:1"]: {"containerPort":80,"protocol":"TCP","name":"m:1"} → undefined',
        'spec.template.spec.containers[name="manager"].ports[name="m:2"]: undefined → {"containerPort":80,"protocol":"TCP","name":"m:2"}',
      ],
      ['kube-controller-manager', 'Update', 'status', 'status.conditions[type="Available"].status: True → False'],
    ]);
  });

  it('leaves managedFields, versions and the last applied configuration out', () => {
    const churn = watching();
    const of = (version: number, time: string) =>
      object('a', version, { data: { x: '1' } }, [{ manager: 'm', time, fields: owned('data', 'x') }], {
        generation: version,
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': String(version) },
      });
    churn.seen(CONFIGMAP, of(1, '2026-11-28T09:00:01Z'), START);
    churn.listed(CONFIGMAP, '', all('a'), START);
    churn.follow({ kind: CONFIGMAP, namespace: 'shop', name: 'a' });
    churn.seen(CONFIGMAP, of(2, '2026-11-28T09:00:02Z'), START, { as: 'modified' });
    expect(churn.followed).toMatchObject([{ manager: 'm', worth: 'nothing', changes: [] }]);
  });

  it('never keeps a value of a Secret, and tells that it changed', () => {
    const churn = watching();
    const of = (version: number, password: string) =>
      object('a', version, { data: { password, user: 'am9l' } }, [{ manager: 'm', fields: owned('data', 'password') }]);
    churn.seen(SECRET, of(1, 'aHVudGVyMg=='), START);
    churn.listed(SECRET, '', all('a'), START);
    churn.follow({ kind: SECRET, namespace: 'shop', name: 'a' });
    churn.seen(SECRET, of(2, 'c3dvcmRmaXNo'), START, { as: 'modified' });
    expect(churn.followed[0]?.changes).toEqual([{ path: 'data.password', before: '(hidden)', after: '(hidden)' }]);
  });

  it('cuts long values and lists a dozen of many changes', () => {
    const churn = watching();
    const of = (version: number) =>
      object('a', version, {
        data: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, `${version}`.repeat(1000)])),
      });
    churn.seen(CONFIGMAP, of(1), START);
    churn.listed(CONFIGMAP, '', all('a'), START);
    churn.follow({ kind: CONFIGMAP, namespace: 'shop', name: 'a' });
    churn.seen(CONFIGMAP, of(2), START, { as: 'modified' });
    const [event] = churn.followed;
    expect([event?.changes.length, event?.more]).toEqual([12, 28]);
    expect(Math.max(...(event?.changes ?? []).map((c) => c.after?.length ?? 0))).toBe(161);
  });
});

describe('what is set apart', () => {
  it('holds heartbeats against nobody: leases, node status; and counts them', () => {
    const churn = watching();
    const lease = (v: number) =>
      object(
        'a',
        v,
        { spec: { holderIdentity: 'x', renewTime: `2026-11-28T09:00:${String(v).padStart(2, '0')}.000000Z` } },
        [{ manager: 'x', fields: owned('spec', 'renewTime') }],
      );
    const node = (v: number) =>
      object(
        'a',
        v,
        {
          status: {
            conditions: [
              { type: 'Ready', status: 'True', lastHeartbeatTime: `2026-11-28T09:00:${String(v).padStart(2, '0')}Z` },
            ],
          },
        },
        [{ manager: 'kubelet', subresource: 'status', fields: owned('status', 'conditions') }],
        { namespace: undefined },
      );
    for (const [kind, of] of [
      [LEASE, lease],
      [NODE, node],
    ] as const) {
      churn.seen(kind, of(1), START);
      churn.listed(kind, '', all('a'), START);
      for (let v = 2; v < 20; v++) churn.seen(kind, of(v), START + v * 1000, { as: 'modified' });
    }
    expect(churn.findings(START + 20_000)).toEqual([]);
    expect([...churn.tallies()].map(({ tally: t }) => [t.updates, t.heartbeats])).toEqual([
      [18, 18],
      [18, 18],
    ]);
    // A node whose labels change is no heartbeat.
    churn.seen(
      NODE,
      object('a', 30, { status: { conditions: [] } }, [], { namespace: undefined, labels: { a: 'b' } }),
      START,
      { as: 'modified' },
    );
    expect(churn.tally(NODE, '', 'a')?.heartbeats).toBe(18);
  });
});
