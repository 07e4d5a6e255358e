/**
 * Port-forward's framing on a websocket, as the kubelet speaks it (k8s.io/kubelet,
 * pkg/cri/streaming/portforward/websocket.go, v1.37). The first byte of a message is the channel: for our one port, 0 =
 * data, 1 = error text. The first message on each channel is the port: two bytes, little endian.
 */

export const PROTOCOL = 'v4.channel.k8s.io';
/** Longest message that we send, bytes. Receivers accept megabytes, but hold each message as a whole. */
const MAX_FRAME = 256 * 1024;

export interface Received {
  readonly data: Buffer;
  readonly error: string | undefined;
}

const NOTHING = Buffer.alloc(0);

export class ChannelReader {
  /** How many bytes of the port number are still to come, by channel. */
  readonly #header = [2, 2];

  /** The content of a message; undefined when it has none for its reader (the port number, an unknown channel). */
  take(message: Buffer): Received | undefined {
    const channel = message[0];
    if (channel !== 0 && channel !== 1) return undefined;
    const skip = Math.min(this.#header[channel] ?? 0, message.length - 1);
    this.#header[channel] = (this.#header[channel] ?? 0) - skip;
    const rest = message.subarray(1 + skip);
    if (rest.length === 0) return undefined;
    return channel === 0 ? { data: rest, error: undefined } : { data: NOTHING, error: rest.toString('utf8') };
  }
}

/** A chunk, split into messages on the data channel. */
export function frames(chunk: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < chunk.length; at += MAX_FRAME) {
    const part = chunk.subarray(at, at + MAX_FRAME);
    const frame = Buffer.allocUnsafe(part.length + 1);
    frame[0] = 0;
    part.copy(frame, 1);
    out.push(frame);
  }
  return out;
}
