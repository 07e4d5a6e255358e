/** The thread that holds one open file. Bundled separately as dist/profile-thread.js; client.ts talks to it. */
import { parentPort, type TransferListItem } from 'node:worker_threads';
import { Problem } from '../../base/problem';
import { openProfile } from '../open';
import type { OpenProfile } from '../types';
import type { Answer, OpenRequest, PractiseRequest, Request } from './messages';
import { warmUp } from './warmUp';

const port = parentPort;
if (!port) throw new Error('profile-thread.js runs as a worker thread only.');

let open: OpenProfile | undefined;
let asked = false;

const send = (answer: Answer, transfer: TransferListItem[] = []) => {
  port.postMessage(answer, transfer);
};
const fail = (id: number, e: unknown) => {
  send({ id, problem: Problem.from(e, 'profile.thread').toJSON() });
};

port.on('message', (message: OpenRequest | PractiseRequest | Request) => {
  if ('warmUp' in message) {
    warmUp(() => !asked);
    return;
  }
  asked = true;
  if ('bytes' in message) {
    try {
      open = openProfile(message.bytes, message.options);
      send({ id: 0, summary: open.summary });
    } catch (e) {
      fail(0, e);
    }
    return;
  }
  answer(message).then(
    (value) => {
      send({ id: message.id, value }, buffers(value));
    },
    (e: unknown) => {
      fail(message.id, e);
    },
  );
});

function answer({ ask, query }: Request): Promise<unknown> {
  if (!open)
    return Promise.reject(new Problem('profile.closed', 'The profile is not open.', { next: 'Open the file again.' }));
  return (open[ask] as (query: unknown) => Promise<unknown>)(query);
}

/** The buffers of an answer's typed arrays, at any level, to be transferred instead of copied. */
function buffers(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const todo = [value];
  for (const v of todo) {
    if (ArrayBuffer.isView(v)) {
      if (v.buffer instanceof ArrayBuffer) found.add(v.buffer);
    }
    // Lists have only texts and small records; everything large is a column.
    else if (typeof v === 'object' && v !== null && !Array.isArray(v))
      todo.push(...Object.values(v as Record<string, unknown>));
  }
  return [...found];
}
