import { describe, expect, it } from 'vitest';
import type { Frame, ProfileSummary } from '../../../src/profile/types';
import { actionOf, HELP } from '../../../webview/flame/keys';
import { fit, foldTypeArguments, shortPackage, splitName, TextWidths, wordings } from '../../../webview/flame/labels';
import { backed, FRESH, readState, zoomed } from '../../../webview/flame/state';
import {
  amount,
  emptySentences,
  footPlace,
  matchSentence,
  place,
  shortFile,
  spoken,
  totalSentence,
  typeLabel,
} from '../../../webview/flame/words';

const RECONCILE =
  'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[go.shape.struct { k8s.io/x.N string; A []int }]).Reconcile';

describe('names', () => {
  it.each([
    ['example.com/a/b.(*T).M', 'example.com/a/b', 'b', '(*T).M'],
    ['gopkg.in/yaml%2ev3.(*Decoder).Decode', 'gopkg.in/yaml.v3', 'yaml.v3', '(*Decoder).Decode'],
    ['main.main.func1', 'main', 'main', 'main.func1'],
    ['slices.SortFunc[go.shape.[]example.com/x.T]', 'slices', 'slices', 'SortFunc[go.shape.[]example.com/x.T]'],
    ['malloc', '', '', 'malloc'],
    ['', '', '', ''],
  ])('splits %s', (name, path, pkg, rest) => {
    expect(splitName(name)).toEqual({ path, pkg, rest });
  });

  it('folds type arguments, nested ones too', () => {
    expect(foldTypeArguments('(*Q[a[b], c]).Get')).toBe('(*Q[…]).Get');
    expect(foldTypeArguments('a]b')).toBe('a]b');
  });

  it('words a name from whole to its method, each shorter than the one before', () => {
    const list = wordings(RECONCILE);
    expect(list.slice(1)).toEqual([
      'sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[…]).Reconcile',
      'controller.(*Controller[…]).Reconcile',
      '(*Controller[…]).Reconcile',
      'Controller.Reconcile',
      'Reconcile',
    ]);
    for (let i = 1; i < list.length; i++) expect(list[i]!.length).toBeLessThan(list[i - 1]!.length);
    expect(wordings('runtime.mallocgc')).toEqual(['runtime.mallocgc', 'mallocgc']);
    expect(wordings('malloc')).toEqual(['malloc']);
  });

  it('fits the longest wording into the room, then cuts', () => {
    let measured = 0;
    const widths = new TextWidths(() => {
      measured++;
      return 7;
    });
    const list = wordings('example.com/gadgets.(*GadgetReconciler).Reconcile');
    expect(fit(list, 7 * 100, widths)).toBe('example.com/gadgets.(*GadgetReconciler).Reconcile');
    expect(fit(list, 7 * 30, widths)).toBe('(*GadgetReconciler).Reconcile');
    expect(fit(list, 7 * 9, widths)).toBe('Reconcile');
    expect(fit(list, 7 * 5, widths)).toBe('Reco…');
    expect(fit(list, 7 * 2, widths)).toBe('');
    expect(measured, 'each character is measured once').toBeLessThan(60);
  });

  it('looks no further into a name of 64 kB than the room', () => {
    let measured = 0;
    const widths = new TextWidths(() => {
      measured++;
      return 7;
    });
    const name = Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
    expect(fit([name], 200, widths)).toHaveLength(28);
    expect(measured).toBeLessThan(40);
  });

  it.each([
    ['k8s.io/client-go/rest', 'client-go/rest'],
    ['sigs.k8s.io/controller-runtime/pkg/internal/controller', 'controller-runtime/…/controller'],
    ['github.com/argoproj/argo-cd/v3/controller', 'argo-cd/controller'],
    ['golang.org/x/net/http2', 'net/http2'],
    ['encoding/json', 'encoding/json'],
    ['example.com/gadgets/api/v1', 'gadgets/api/v1'],
    ['k8s.io/api/very/deep/apps/v1', 'api/…/apps/v1'],
    ['gopkg.in/yaml.v3', 'yaml.v3'],
    ['main', 'main'],
  ])('calls %s %s', (pkg, short) => {
    expect(shortPackage(pkg)).toBe(short);
  });
});

describe('sentences', () => {
  const cpu: ProfileSummary = {
    kind: 'pprof',
    sampleTypes: [
      { type: 'samples', unit: 'count', total: 1840 },
      { type: 'cpu', unit: 'nanoseconds', total: 18.4e9 },
    ],
    defaultSampleType: 1,
    samples: 40,
    timeMillis: 0,
    durationNanos: 30e9,
    maxDepth: 9,
    warnings: [],
  };
  const heap: ProfileSummary = {
    ...cpu,
    sampleTypes: [
      { type: 'inuse_objects', unit: 'count', total: 12 },
      { type: 'inuse_space', unit: 'bytes', total: 34 * 2 ** 20 },
    ],
    durationNanos: 0,
  };

  it('says what the total is', () => {
    expect(totalSentence(cpu, 1)).toBe('18.4 s of CPU in 1,840 samples (61 % of one core)');
    expect(totalSentence({ ...cpu, durationNanos: 5e9 }, 1)).toContain('(3.68 cores)');
    expect(totalSentence({ ...cpu, durationNanos: 0 }, 1)).toBe('18.4 s of CPU in 1,840 samples');
    const few = {
      ...cpu,
      sampleTypes: [
        { type: 'samples', unit: 'count', total: 5 },
        { type: 'cpu', unit: 'nanoseconds', total: 50_000_000 },
      ],
    };
    expect(totalSentence(few, 1)).toBe(
      '50 ms of CPU in 5 samples (0.2 % of one core): few to judge by; record longer, or while it works',
    );
    expect(totalSentence(cpu, 0)).toBe('1,840 samples');
    expect(totalSentence(heap, 1)).toMatch(/^34(\.0)? MiB inuse_space in 40 samples$/);
    expect(
      totalSentence({ ...cpu, kind: 'goroutines', sampleTypes: [{ type: 'goroutine', unit: 'count', total: 412 }] }, 0),
    ).toBe('412 goroutines');
    expect(typeLabel(cpu.sampleTypes[1]!)).toBe('cpu (time)');
    expect(typeLabel(heap.sampleTypes[1]!)).toBe('inuse_space (bytes)');
  });

  it('says why there is no picture and what to do', () => {
    expect(emptySentences(cpu, 1, true)).toBeUndefined();
    const none = { ...cpu, samples: 0, sampleTypes: cpu.sampleTypes.map((t) => ({ ...t, total: 0 })) };
    expect(emptySentences(none, 1, false)!.next).toMatch(/next to no CPU in 30(\.0)? s\. Capture again/);
    expect(
      emptySentences({ ...heap, sampleTypes: [{ ...heap.sampleTypes[0]!, total: 0 }, heap.sampleTypes[1]!] }, 0, false)!
        .next,
    ).toBe('Choose another value type above.');
    expect(
      emptySentences({ ...none, sampleTypes: [{ type: 'contentions', unit: 'count', total: 0 }] }, 0, false)!.next,
    ).toContain('SetMutexProfileFraction');
  });

  it('shortens files', () => {
    expect(shortFile('/go/pkg/mod/sigs.k8s.io/controller-runtime@v0.24.1/pkg/client/client.go')).toBe(
      'controller-runtime@v0.24.1/pkg/client/client.go',
    );
    expect(shortFile('/usr/local/go/src/net/http/client.go')).toBe('net/http/client.go');
    expect(shortFile('/usr/local/go1.26/src/fmt/print.go')).toBe('fmt/print.go');
    expect(shortFile('/home/me/gadgets/internal/controller/gadget.go')).toBe('internal/controller/gadget.go');
    expect(shortFile('main.go')).toBe('main.go');
    const frame: Frame = {
      name: '',
      pkg: '',
      file: '/home/me/gadgets/internal/controller/gadget.go',
      line: 0,
      origin: 'own',
    };
    expect(place(frame)).toBe('internal/controller/gadget.go');
    expect(footPlace({ ...frame, line: 7, origin: 'dependency' })).toBe('controller/gadget.go:7');
    expect(place({ ...frame, file: '' })).toBe('');
  });

  it('words figures and matches', () => {
    expect(amount(5.3e9, 18.4e9, 'nanoseconds')).toBe('5.3 s · 28.8 %');
    expect(amount(0, 18.4e9, 'nanoseconds')).toBe('0');
    expect(amount(undefined, 1, 'count')).toBe('–');
    expect(amount(3, 0, 'count')).toBe('3');
    expect(matchSentence(14, 0.312)).toBe('14 frames · 31.2 %');
    expect(matchSentence(1, 0.5)).toBe('1 frame · 50.0 %');
    expect(matchSentence(0, 0)).toBe('no match');
    expect(spoken('a.F', { self: 1, total: 4 }, 8, 'count', 3, 1, 2, true)).toBe(
      'a.F, matches the search, total 4, 50.0 %, self 1, 12.5 %, level 3, 1 of 2',
    );
    expect(spoken('a.F', { self: undefined, total: 4 }, 8, 'count', 3, 1, 2, false)).toBe(
      'a.F, total 4, 50.0 %, level 3, 1 of 2',
    );
  });
});

describe('state', () => {
  it('zooms in with a mark to go back to, and drops the marks that a way up passes', () => {
    let s = zoomed(FRESH, [1, 2]);
    s = zoomed(s, [1, 2, 3, 4]);
    expect(s).toEqual({ zoom: [1, 2, 3, 4], marks: [0, 2] });
    expect(backed(s)).toEqual({ zoom: [1, 2], marks: [0] });
    expect(zoomed(s, [1])).toEqual({ zoom: [1], marks: [0] });
    expect(zoomed(s, [])).toEqual({ zoom: [], marks: [] });
    expect(backed(FRESH)).toBeUndefined();
    expect(backed({ zoom: [5], marks: [] })).toEqual({ zoom: [], marks: [] });
  });

  it('reads what was kept, and starts fresh from anything else', () => {
    const s = {
      view: 'top',
      sampleType: 'cpu/nanoseconds',
      part: { focus: 'Reconcile', tagRoot: ['controller'], granularity: 'packages', cut: true },
      selected: 'p.F',
      zoom: [1, 2],
      marks: [0],
      focus: [1],
      search: 'x',
      colour: 'own',
      flipped: true,
      top: { by: 'cum', descending: false },
    };
    expect(readState(JSON.parse(JSON.stringify(s)))).toEqual({ ...s, selectedId: undefined });
    expect(
      readState({
        selectedId: 7,
        part: { focus: 3, hide: '', tagFocus: 'x', granularity: 'functions', noInlines: 'yes' },
        top: { by: 1 },
      }),
      "ids are the open file's own",
    ).toEqual(FRESH);
    for (const raw of [
      undefined,
      null,
      7,
      'x',
      { view: 3, zoom: 'a', marks: [5], focus: [-1], search: {}, colour: 'red', flipped: 1 },
    ])
      expect(readState(raw)).toEqual(FRESH);
    expect(readState({ zoom: [1, 2, 3], marks: [0, 0, 2, 9] }).marks).toEqual([0, 2]);
  });
});

describe('keys', () => {
  const press = (key: string, mod: Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean }> = {}) =>
    actionOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...mod });
  it('does what the help says', () => {
    expect(press('/')).toBe('search');
    expect(press('f', { ctrlKey: true })).toBe('search');
    expect(press('F', { metaKey: true })).toBe('search');
    expect(press('i')).toBe('flip');
    expect(press('i', { ctrlKey: true })).toBeUndefined();
    expect(press('ArrowUp', { altKey: true })).toBeUndefined();
    expect(press('x')).toBeUndefined();
    const names: Readonly<Record<string, string>> = {
      '↑': 'ArrowUp',
      '↓': 'ArrowDown',
      '←': 'ArrowLeft',
      '→': 'ArrowRight',
      Esc: 'Escape',
    };
    for (const { keys } of HELP)
      for (const k of keys) if (!k.includes('+') && k !== '…') expect(press(names[k] ?? k), k).toBeDefined();
  });
});
