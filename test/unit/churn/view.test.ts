import { describe, expect, it } from 'vitest';
import { Churn } from '../../../src/churn/churn';
import { kindNamed } from '../../../src/churn/kinds';
import { objectId, objectOf, viewOf } from '../../../src/churn/view';
import { CONFIGMAP, DEPLOYMENT, NODE, object, PAINT } from './objects';

const START = Date.parse('2026-11-28T09:00:00Z');

describe('the tree of what changed', () => {
  const churn = new Churn({ start: START });
  for (const kind of [PAINT, CONFIGMAP, NODE]) churn.listed(kind, '', new Set(), START);
  let version = 0;
  const change = (kind: typeof PAINT, namespace: string | undefined, name: string, times: number): void => {
    for (let i = 0; i < times; i++)
      churn.seen(
        kind,
        object(name, ++version, { n: version }, [], { namespace, uid: `${namespace}${name}` }),
        START + 5000,
        { as: i === 0 ? 'added' : 'modified' },
      );
  };
  change(PAINT, 'shop', 'a', 3);
  change(PAINT, 'shop', 'b', 9);
  change(PAINT, 'other', 'a', 1);
  change(CONFIGMAP, 'shop', 'x', 2);
  change(NODE, undefined, 'n', 1);
  const labels = (folded: readonly string[] = [], filter = ''): string[] =>
    viewOf(churn, { folded: new Set(folded), filter, now: START + 10_000 }).rows.map(
      (r) => `${'  '.repeat(r.level - 1)}${r.label} ${r.adds}+${r.updates}`,
    );

  it('goes by kind, namespace and object, the fastest first', () => {
    expect(labels()).toEqual([
      'Paint 3+10',
      '  shop 2+10',
      '    b 1+8',
      '    a 1+2',
      '  other 1+0',
      '    a 1+0',
      'ConfigMap 1+1',
      '  shop 1+1',
      '    x 1+1',
      'Node 1+0',
      '  (whole cluster) 1+0',
      '    n 1+0',
    ]);
    expect(viewOf(churn, { folded: new Set(), filter: '', now: START + 10_000 })).toMatchObject({
      hidden: 0,
      objects: 5,
      events: 16,
    });
    expect(viewOf(churn, { folded: new Set(), filter: '', now: START + 10_000 }).rows[0]?.rate).toBe(1.3);
  });

  it('leaves out what is folded or does not fit the filter', () => {
    expect(labels(['Paint.samples.example.com', 'ConfigMap.\nshop'])).toEqual([
      'Paint 3+10',
      'ConfigMap 1+1',
      '  shop 1+1',
      'Node 1+0',
      '  (whole cluster) 1+0',
      '    n 1+0',
    ]);
    expect(labels([], 'paint OTHER')).toEqual(['Paint 1+0', '  other 1+0', '    a 1+0']);
  });

  it('lists a hundred objects of a namespace and counts the rest', () => {
    const many = new Churn({ start: START });
    many.listed(PAINT, '', new Set(), START);
    for (let i = 0; i < 150; i++) many.seen(PAINT, object(`p${i}`, i + 1, {}), START, { as: 'added' });
    expect(viewOf(many, { folded: new Set(), filter: '', now: START })).toMatchObject({
      hidden: 50,
      rows: { length: 102 },
    });
  });

  it('names rows so that their object is found again', () => {
    expect(objectOf(objectId(PAINT, 'shop/a'))).toEqual({
      kind: { kind: 'Paint', group: 'samples.example.com' },
      namespace: 'shop',
      name: 'a',
    });
    expect(objectOf(objectId(NODE, '/n'))).toEqual({ kind: { kind: 'Node', group: '' }, namespace: '', name: 'n' });
    expect(objectOf('Paint.samples.example.com\nshop')).toBeUndefined();
  });
});

describe('names of kinds', () => {
  const other = { ...DEPLOYMENT, group: 'example.com' };
  const all = [PAINT, CONFIGMAP, NODE, DEPLOYMENT, other];
  it.each([
    ['Paint', PAINT],
    ['paints.samples.example.com', PAINT],
    ['PAINT.v1.samples.example.com', PAINT],
    ['configmaps', CONFIGMAP],
    ['ConfigMap.v1', CONFIGMAP],
    ['Deployment.apps', DEPLOYMENT],
    ['deployment.example.com', other],
  ])('%s', (name, kind) => {
    expect(kindNamed(name, all)).toBe(kind);
  });
  it('asks which one, and names what is near', () => {
    expect(() => kindNamed('Deployment', all)).toThrow(
      expect.objectContaining({
        code: 'churn.kind',
        next: 'Name one of them: Deployment.apps, Deployment.example.com.',
      }),
    );
    expect(() => kindNamed('Pain', all)).toThrow(
      expect.objectContaining({
        message: 'The API server has no kind "Pain" that can be watched.',
        next: 'There is Paint.samples.example.com.',
      }),
    );
  });
});
