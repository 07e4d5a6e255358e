/** What is damaged: the real files of test/fixtures, unpacked, and small profiles with what they don't have. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unpack } from '../../src/profile/decompress';
import { bytes, file, int, packed, profile, str } from '../unit/profile/build';

const FILES = [
  'allocs.pb.gz',
  'cpu.prof',
  'cpu-trimpath.prof',
  'goroutine.pb.gz',
  'heap.pb.gz',
  'mem.prof',
  'debug1.txt',
  'debug2.txt',
  'debug2-labels.txt',
  'capture.goroutines.txt',
  'panic.txt',
];

/** `fixtures`: their folder. */
export function seeds(fixtures: string): Uint8Array[] {
  return [
    ...FILES.map((name) => unpack(new Uint8Array(readFileSync(path.join(fixtures, name))), 2 ** 24)),
    profile({
      stacks: [
        ['main;work;hash|mix', 5],
        ['main;work', -3],
        ['', 1],
      ],
    }),
    profile({
      stacks: [
        ['a;b;a;b;a', 1, 2],
        ['a', 0, 0],
      ],
      types: [
        ['objects', 'count'],
        ['space', 'bytes'],
      ],
    }),
    // Labels with text, number and unit; a location without a function; a mapping.
    file(
      bytes(1, [...int(1, 1), ...int(2, 2)]),
      bytes(2, [
        ...packed(1, [1]),
        ...packed(2, [7]),
        ...bytes(3, [...int(1, 3), ...int(2, 4)]),
        ...bytes(3, [...int(1, 5), ...int(3, 512), ...int(4, 2)]),
      ]),
      bytes(3, [...int(1, 1), ...int(2, 4096), ...int(3, 8192), ...int(5, 6)]),
      bytes(4, [...int(1, 1), ...int(2, 1), ...int(3, 4100)]),
      ...['', 'cpu', 'nanoseconds', 'controller', 'widget', 'bytes', '/manager'].map(str),
    ),
  ];
}
