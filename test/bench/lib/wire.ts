/**
 * Messages to a page with their typed arrays as bytes, as the editor sends them to a webview: JSON that names each
 * array's place, then the arrays. Little-endian, each array at a multiple of eight.
 */
const KINDS = { Uint8Array, Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type Kind = keyof typeof KINDS;

export function encode(message: unknown): Buffer {
  const arrays: Uint8Array[] = [];
  let at = 0;
  const json = Buffer.from(
    JSON.stringify(message, (_key, v: unknown) => {
      if (!ArrayBuffer.isView(v)) return v;
      const kind = v.constructor.name;
      if (!(kind in KINDS)) throw new Error(`A ${kind} can't be sent to a page.`);
      const placed = { $array: kind, at, length: (v as Uint8Array).length };
      arrays.push(new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
      at += padded(v.byteLength);
      return placed;
    }),
  );
  const head = padded(8 + json.length);
  const out = Buffer.alloc(head + at);
  out.writeUInt32LE(json.length, 0);
  json.copy(out, 8);
  let to = head;
  for (const a of arrays) {
    out.set(a, to);
    to += padded(a.byteLength);
  }
  return out;
}

const padded = (n: number): number => Math.ceil(n / 8) * 8;

/**
 * Runs in the page before its own script: `acquireVsCodeApi` on a socket to the bench. Written without anything from
 * outside, because only its text goes there.
 */
export function wireInPage(url: string): void {
  // Also run in the blank document that a tab begins with.
  if (location.protocol === 'about:') return;
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const waiting: string[] = [];
  const arrays: Record<string, new (b: ArrayBuffer, at: number, n: number) => unknown> = {
    Uint8Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
  };
  socket.addEventListener('open', () => {
    for (const m of waiting) socket.send(m);
    waiting.length = 0;
  });
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const length = new DataView(data).getUint32(0, true);
    const head = Math.ceil((8 + length) / 8) * 8;
    const message: unknown = JSON.parse(
      new TextDecoder().decode(new Uint8Array(data, 8, length)),
      (_key, v: unknown) => {
        const placed = v as { $array?: string; at: number; length: number } | null;
        if (typeof placed !== 'object' || placed === null || placed.$array === undefined) return v;
        const Kind = arrays[placed.$array];
        return Kind ? new Kind(data, head + placed.at, placed.length) : v;
      },
    );
    window.postMessage(message);
  });
  let state: unknown;
  (window as unknown as { acquireVsCodeApi: unknown }).acquireVsCodeApi = () => ({
    postMessage: (m: unknown) => {
      const text = JSON.stringify(m);
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
      else waiting.push(text);
    },
    getState: () => state,
    setState: (s: unknown) => {
      state = s;
    },
  });
}

export type { Kind };
