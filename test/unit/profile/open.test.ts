import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { packing, unpack } from '../../../src/profile/decompress';
import { openProfile } from '../../../src/profile/open';
import { profile } from './build';
import { fixture, text } from './fixtures';

const plain = profile({
  stacks: [
    ['main;work', 3],
    ['main', 1],
  ],
});
const problem = (bytes: Uint8Array, maxBytes = 1e6): Problem => {
  try {
    openProfile(bytes, { maxBytes });
  } catch (e) {
    if (e instanceof Problem) return e;
    throw e;
  }
  throw new Error('opened');
};
const ascii = (s: string) => new TextEncoder().encode(s);

/** A zstd frame of raw and run-length blocks (RFC 8878, 3.1.1.2): enough of an encoder for a test. */
function zstd(blocks: readonly (Uint8Array | { byte: number; times: number })[], windowByte = 0x50): Uint8Array {
  const out = [0x28, 0xb5, 0x2f, 0xfd, 0x00, windowByte];
  blocks.forEach((b, i) => {
    const last = i === blocks.length - 1 ? 1 : 0;
    const raw = b instanceof Uint8Array;
    const head = ((raw ? b.length : b.times) << 3) | ((raw ? 0 : 1) << 1) | last;
    out.push(head & 0xff, (head >> 8) & 0xff, head >> 16, ...(raw ? b : [b.byte]));
  });
  return Uint8Array.from(out);
}

describe('packing', () => {
  const third = Math.floor(plain.length / 3);
  const members = Buffer.concat([
    gzipSync(plain.subarray(0, third)),
    gzipSync(plain.subarray(third, 2 * third)),
    gzipSync(new Uint8Array()),
    gzipSync(plain.subarray(2 * third)),
  ]);
  it.each([
    ['plain', plain, 'plain'],
    ['gzip', gzipSync(plain), 'gzip'],
    ['gzip, several members', members, 'gzip'],
    ['zlib', deflateSync(plain), 'zlib'],
    ['zlib, level 1', deflateSync(plain, { level: 1 }), 'zlib'],
    ['zstd', zstd([plain.subarray(0, 9), plain.subarray(9)]), 'zstd'],
    ['zstd, two frames', Buffer.concat([zstd([plain.subarray(0, 9)]), zstd([plain.subarray(9)])]), 'zstd'],
  ] as const)('%s', (_, bytes, kind) => {
    expect(packing(bytes)).toBe(kind);
    expect(unpack(bytes, 1e6)).toEqual(kind === 'plain' ? plain : expect.objectContaining({ length: plain.length }));
    expect(openProfile(bytes).summary).toEqual(openProfile(plain).summary);
  });

  it('a limit stops what unpacks without end, and names the setting', () => {
    const zeros = new Uint8Array(20 * 2 ** 20);
    const bombs = [
      gzipSync(zeros),
      deflateSync(zeros),
      Buffer.concat([gzipSync(zeros.subarray(0, 600_000)), gzipSync(zeros.subarray(0, 600_000))]),
      zstd(Array.from({ length: 200 }, () => ({ byte: 0, times: 131_072 }))),
      zstd([plain], 0xf8),
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x70, 1, 0, 0),
    ];
    for (const b of bombs) {
      const p = problem(b);
      expect(p.code).toBe('profile.tooBig');
      expect(p.sentence).toContain('controllerTuner.maxProfileMiB');
    }
    expect(problem(plain, 10).code).toBe('profile.tooBig');
    expect(unpack(gzipSync(zeros), zeros.length).length).toBe(zeros.length);
  });

  it('says that packed data was cut off', () => {
    const real = fixture('cpu.prof');
    for (const n of [12, 100, real.length - 9, real.length - 1])
      expect(problem(real.subarray(0, n), 1e8).code).toBe('profile.truncated');
    expect(problem(deflateSync(plain).subarray(0, 40)).code).toBe('profile.truncated');
    expect(problem(zstd([plain]).subarray(0, 60)).code).toBe('profile.truncated');
    const damaged = fixture('cpu.prof');
    damaged.fill(0xff, 500, 600);
    expect(problem(damaged, 1e8).code).toBe('profile.broken');
  });
});

describe('what is no profile is called by its name', () => {
  it.each([
    ['', 'profile.empty', 'Capture'],
    ['<!DOCTYPE html>\n<html><body>login</body></html>', 'profile.html', 'address'],
    ['  \n<html>', 'profile.html', 'address'],
    ['go 1.26 trace\0\0\0\x01\x02', 'profile.trace', 'go tool trace'],
    ['heap profile: 3: 1024 [5: 2048] @ heap/1048576\n', 'profile.legacyText', 'debug=1'],
    ['--- contention:\ncycles/second=1\n', 'profile.legacyText', 'debug=1'],
    ['threadcreate profile: total 12\n12 @\n', 'profile.legacyText', 'debug=1'],
    ['\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27\0\0\0\0\0\0', 'profile.legacyBinary', 'go tool pprof'],
    ['{"nodes": []}', 'profile.notProfile', 'net/http/pprof'],
    ['Could not enable CPU profiling: cpu profiling already in use\n', 'profile.notProfile', 'net/http/pprof'],
    ['PK\x03\x04\x14\0\0\0', 'profile.notProfile', 'Unpack'],
    ['\x7fELF\x02\x01\x01\0', 'profile.notProfile', 'wrote'],
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'profile.notProfile', 'go test'],
  ])('%j → %s', (content, code, next) => {
    const p = problem(
      ascii(content).length === content.length ? ascii(content) : Uint8Array.from(content, (c) => c.charCodeAt(0)),
    );
    expect(p.code).toBe(code);
    expect(p.sentence).toContain(next);
    // Packed, the same is said.
    if (content !== '') expect(problem(gzipSync(Buffer.from(content, 'latin1'))).code).toBe(code);
  });

  it('shows the words of a text', () => {
    expect(problem(ascii('cpu profiling already in use')).detail).toContain('already in use');
  });

  it('an empty gzip file', () => {
    expect(problem(gzipSync(new Uint8Array())).code).toBe('profile.empty');
  });
});

describe('damage at random', () => {
  /** A small generator with a seed, so that a failure can be had again (mulberry32). */
  function random(seed: number): () => number {
    let a = seed;
    return () => {
      a = (a + 0x6d2b79f5) | 0;
      let x = Math.imul(a ^ (a >>> 15), 1 | a);
      x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
      return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
    };
  }

  const raw = (name: string) => unpack(fixture(name), 1e8);
  it.each([
    ['cpu, packed', () => fixture('cpu.prof')],
    ['cpu', () => raw('cpu.prof')],
    ['heap', () => raw('heap.pb.gz')],
    ['goroutines, binary', () => raw('goroutine.pb.gz')],
    ['small', () => plain],
    ['goroutines', () => ascii(text('capture.goroutines.txt'))],
    ['zstd', () => zstd([plain])],
  ])(
    '%s: opens or is a Problem, and answers or is a Problem',
    async (name, whole) => {
      const next = random(name.length * 7919);
      let opened = 0;
      // Not a Buffer: its slices are views.
      const sound = new Uint8Array(whole());
      for (let round = 0; round < 60; round++) {
        const bytes = sound.slice(0, next() < 0.5 ? undefined : Math.floor(next() * sound.length));
        if (bytes.length > 0)
          for (let flips = Math.floor(next() * 8); flips >= 0; flips--)
            bytes[Math.floor(next() * bytes.length)] = Math.floor(next() * 256);
        try {
          const p = openProfile(bytes, { maxBytes: 16e6 });
          opened++;
          const t = await p.flame({
            sampleType: p.summary.defaultSampleType,
            zoom: [],
            minShare: 0.001,
            ownModules: [],
          });
          expect(t.size[0]).toBe(t.fn.length);
          await p.top({ sampleType: 0 });
          await p.search({ text: 'a', sampleType: 0 });
          await p.goroutines();
        } catch (e) {
          if (!(e instanceof Problem)) throw e;
          expect(e.code).toMatch(/^profile\./);
        }
      }
      // The packed one has a checksum: nearly nothing damaged opens.
      if (!name.includes('packed')) expect(opened).toBeGreaterThan(0);
    },
    20_000,
  );
});
