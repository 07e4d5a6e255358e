import { describe, expect, it } from 'vitest';
import { comparedOf, namesOf, readCompared, type ComparedId } from '../../../../src/app/metrics/compare';

describe('who is compared', () => {
  const id = (context: string, workload: string, more: { replica?: string; controller?: string } = {}): ComparedId => ({
    context,
    workload,
    ...more,
  });
  const widgets = 'Deployment/widgets-system/widgets';

  it.each([
    ['by its name alone', [id('a', widgets), id('a', 'Deployment/paints/red')], ['widgets', 'red']],
    ['by the cluster', [id('kind-a', widgets), id('kind-b', widgets)], ['widgets · kind-a', 'widgets · kind-b']],
    [
      'by the namespace',
      [id('a', 'Deployment/one/widgets'), id('a', 'Deployment/two/widgets')],
      ['widgets · one', 'widgets · two'],
    ],
    [
      'by the pod',
      [id('a', widgets, { replica: 'widgets-7d4-x2f' }), id('a', widgets, { replica: 'widgets-7d4-bd8' })],
      ['widgets …-x2f', 'widgets …-bd8'],
    ],
    [
      'by the controller',
      [
        id('a', widgets, { replica: 'widgets-0', controller: 'widget' }),
        id('a', widgets, { replica: 'widgets-0', controller: 'gadget' }),
      ],
      ['widgets widgets-0 · widget', 'widgets widgets-0 · gadget'],
    ],
    [
      'beside a local process',
      [id('a', widgets), { url: 'http://127.0.0.1:6060' }],
      ['widgets · a', 'http://127.0.0.1:6060'],
    ],
  ] as const)('is told apart %s', (_, ids, names) => {
    expect(namesOf(ids)).toEqual(names);
  });

  it('is each once, two at least and twelve at most', () => {
    expect(comparedOf([id('a', 'x'), id('a', 'x'), id('a', 'y')])).toEqual([id('a', 'x'), id('a', 'y')]);
    expect(() => comparedOf([id('a', 'x'), id('a', 'x')])).toThrow(/nothing to compare with/);
    expect(() => comparedOf(Array.from({ length: 13 }, (_, i) => id('a', `w${i}`)))).toThrow(
      '13 were chosen; 12 can be compared at once.',
    );
  });

  it('is read from what a page kept, and from nothing else', () => {
    const ids = [id('a', widgets, { replica: 'p', controller: 'c' }), { url: 'http://127.0.0.1:6060' }];
    expect(readCompared(JSON.parse(JSON.stringify({ compare: ids })))).toEqual(ids);
    for (const bad of [
      undefined,
      {},
      { compare: [] },
      { compare: ids.slice(1) },
      { compare: [...ids, { file: 'x' }] },
      { compare: [...ids, 7] },
    ])
      expect(readCompared(bad)).toBeUndefined();
  });
});
