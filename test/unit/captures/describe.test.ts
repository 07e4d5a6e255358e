import { describe, expect, it } from 'vitest';
import {
  defaultName,
  fileSubtitle,
  subtitle,
  tooltipLines,
  treeDescription,
  when,
} from '../../../src/captures/describe';
import type { Capture, CaptureInfo } from '../../../src/captures/types';

const at = new Date(2026, 10, 23, 14, 32).getTime();
const info: CaptureInfo = {
  version: 1,
  name: 'CPU gadgets',
  kind: 'cpu',
  at,
  seconds: 30,
  context: 'kind',
  namespace: 'prod',
  workload: 'gadgets',
  pod: 'gadgets-7c9d',
  url: '',
  leader: true,
  image: 'ghcr.io/acme/gadgets@sha256:0123456789abcdef0123456789abcdef',
};
const capture: Capture = { file: '/c/x.pb.gz', bytes: 2048, info, problem: undefined };

describe('wording of captures', () => {
  it('names them by kind first, then by workload, pod or address', () => {
    expect(defaultName(info)).toBe('CPU gadgets');
    expect(defaultName({ kind: 'heap', seconds: 0, pod: 'lone', workload: '', url: '' })).toBe('Heap lone');
    expect(defaultName({ kind: 'goroutine', seconds: 0, pod: '', workload: '', url: 'http://127.0.0.1:6060' })).toBe(
      'Goroutines 127.0.0.1:6060',
    );
    expect(defaultName({ kind: 'heap', seconds: 10, pod: 'lone', workload: '', url: '' })).toBe('Heap delta lone');
    expect(defaultName({ kind: 'custom:example.com/shop.carts', seconds: 0, pod: 'lone', workload: '', url: '' })).toBe(
      'example.com/shop.carts lone',
    );
  });

  it('says when against now', () => {
    const day = 86_400_000;
    expect(when(at, at + 60_000)).toBe('today 14:32');
    expect(when(at, at + day)).toBe('yesterday 14:32');
    expect(when(at, at + 3 * day)).toBe('23 Nov 14:32');
    expect(when(at, at + 60 * day)).toBe('23 Nov 2026 14:32');
    // Seven minutes later, but the next day.
    expect(when(new Date(2026, 10, 23, 23, 58).getTime(), new Date(2026, 10, 24, 0, 5).getTime())).toBe(
      'yesterday 23:58',
    );
  });

  it('tells only what is known', () => {
    expect(subtitle(info, at)).toBe(
      'gadgets-7c9d, leader, 30 s, today 14:32, kind / prod, gadgets@sha256:0123456789ab',
    );
    expect(
      subtitle(
        {
          ...info,
          seconds: 0,
          leader: false,
          context: '',
          namespace: '',
          pod: '',
          url: 'http://127.0.0.1:6060',
          image: '',
        },
        at,
      ),
    ).toBe('today 14:32, http://127.0.0.1:6060');
    const brief = { ...info, image: '', context: '', namespace: '' };
    expect(subtitle(brief, at, 12.04e9)).toBe(
      'gadgets-7c9d, leader, 12 s of the 30 s asked for: the process ended early, today 14:32',
    );
    expect(subtitle(brief, at, 29.8e9)).toBe('gadgets-7c9d, leader, 30 s, today 14:32');
    expect(subtitle({ ...brief, name: 'Heap delta gadgets', kind: 'heap', seconds: 10 }, at, 10e9)).toBe(
      'gadgets-7c9d, leader, what changed in 10 s, today 14:32',
    );
    expect(fileSubtitle({ timeMillis: 0, durationNanos: 0 }, at)).toBe('');
    expect(fileSubtitle({ timeMillis: at, durationNanos: 3.02e9 }, at)).toBe('3 s, today 14:32');
    expect(treeDescription(capture, at)).toBe('14:32 · leader · …-7c9d · 2 KiB');
    expect(treeDescription(capture, at + 86_400_000)).toBe('yesterday 14:32 · leader · …-7c9d · 2 KiB');
  });

  it('tells kind and pod beside a name that tells neither', () => {
    expect(subtitle({ ...info, name: 'Before the fix', image: '' }, at)).toBe(
      'CPU, gadgets-7c9d, leader, 30 s, today 14:32, kind / prod',
    );
    expect(subtitle({ ...info, name: 'gadgets-7c9d · CPU', image: '' }, at)).toBe(
      'leader, 30 s, today 14:32, kind / prod',
    );
  });

  it('tells replicas of one workload apart, briefly', () => {
    const of = (pod: string, workload: string): string =>
      treeDescription({ ...capture, info: { ...info, leader: false, name: `CPU ${workload}`, pod, workload } }, at);
    expect(of('gadgets-controller-manager-6d5f7c9b8d-bd87l', 'gadgets-controller-manager')).toBe(
      '14:32 · …-bd87l · 2 KiB',
    );
    expect(of('argocd-application-controller-0', 'argocd-application-controller')).toBe('14:32 · …-0 · 2 KiB');
    expect(of('kube-controller-manager-node-1', 'kube-controller-manager')).toBe('14:32 · …-node-1 · 2 KiB');
    expect(of('lone', 'lone')).toBe('14:32 · 2 KiB');
  });

  it('puts origin, file and trouble in the tooltip', () => {
    const lines = tooltipLines(
      { ...capture, problem: { code: 'captures.sidecar', message: 'The notes are gone.' } },
      at + 120_000,
    );
    expect(lines).toEqual([
      'CPU, 30 seconds',
      'From kind / prod / gadgets-7c9d (leader)',
      `Image ${info.image}`,
      'today 14:32',
      '2 KiB, /c/x.pb.gz',
      'The notes are gone.',
    ]);
  });
});
